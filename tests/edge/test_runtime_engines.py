"""Every real engine and the fake behave as one Session; their faults are ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from edge.errors import BundleUnsupported, EngineFault, EngineMissing
from edge.runtime import EngineOptions, Session, open_sessions
from edge.runtime.cache import bounded_cache
from edge.runtime.engines import ENGINES, Network, find_engine, import_library, installed_engines
from edge.runtime.fake import FAKE_ENGINES, FakeSession
from edge.runtime.ov import TELEMETRY
from tests.tiny import (
    OPENVINO,
    fake_bundle,
    need_openvino,
    tiny_bundle,
    tiny_files,
    tiny_onnx,
    tiny_openvino,
    tiny_proof,
    tiny_variant,
    tiny_vectors,
)

CHECKOUT = Path(__file__).parents[2]
Load = Callable[[Path, EngineOptions], Session]


def onnxruntime(folder: Path, options: EngineOptions) -> Session:
    return find_engine("onnxruntime").load(Network("tiny", tiny_onnx()), options)


def openvino(folder: Path, options: EngineOptions) -> Session:
    files = tiny_openvino(folder)
    return find_engine("openvino").load(Network("tiny", files["opinion.xml"], files["opinion.bin"]), options)


ENGINE_LOADERS: dict[str, Load] = {"onnxruntime": onnxruntime, "openvino": openvino}


@pytest.fixture(params=ENGINE_LOADERS)
def load(request: pytest.FixtureRequest) -> Load:
    return ENGINE_LOADERS[request.param]


SIGNALLED = """
import signal, sys, threading
from pathlib import Path
from edge.runtime import EngineOptions
from edge.runtime.engines import Network, find_engine

network = Network("tiny", *(Path(sys.argv[1], f"opinion.{kind}").read_bytes() for kind in ("xml", "bin")))
session = find_engine("openvino").load(network, EngineOptions())
thread = threading.Thread(target=session.close)
thread.start()
thread.join()
heard = []
signal.signal(signal.SIGUSR1, lambda *_: heard.append(1))
signal.raise_signal(signal.SIGUSR1)
assert heard
"""


@pytest.mark.slow
def test_signals_arrive_after_openvino_was_closed_by_another_thread(tmp_path: Path) -> None:
    for name, content in tiny_openvino(tmp_path).items():
        (tmp_path / name).write_bytes(content)
    subprocess.run([sys.executable, "-c", SIGNALLED, str(tmp_path)], cwd=CHECKOUT, check=True, timeout=60)


def test_a_session_computes_what_the_network_says(load: Load, tmp_path: Path) -> None:
    session, vectors = load(tmp_path, EngineOptions()), tiny_vectors()
    answer = session.run(vectors.inputs)
    assert answer.keys() == {"logits"}
    assert answer["logits"].dtype == np.float32
    np.testing.assert_allclose(answer["logits"], vectors.logits, atol=1e-5)
    assert session.engine.split()[1][0].isdigit()


def test_any_number_of_cells_and_of_threads_gives_the_same_answers(load: Load, tmp_path: Path) -> None:
    vectors = tiny_vectors()
    for threads in (1, 2):
        session = load(tmp_path, EngineOptions(threads=threads))
        for count in (1, 3, 4):
            some = {name: array[:count] for name, array in vectors.inputs.items()}
            np.testing.assert_allclose(session.run(some)["logits"], vectors.logits[:count], atol=1e-5)


def test_an_answer_stays_when_the_next_one_is_computed(load: Load, tmp_path: Path) -> None:
    session = load(tmp_path, EngineOptions())
    first = session.run(tiny_vectors(0).inputs)["logits"]
    session.run(tiny_vectors(1).inputs)
    np.testing.assert_allclose(first, tiny_vectors(0).logits, atol=1e-5)


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"image": np.zeros((1, 3, 8, 8), np.float32)},
        {"image": np.zeros((1, 3, 8, 8), np.float32), "wrong": np.zeros((1, 2), np.float32)},
        {"image": np.zeros((1, 1, 8, 8), np.float32), "measures": np.zeros((1, 2), np.float32)},
        {"image": np.zeros((1, 3, 8, 8), np.float32), "measures": np.zeros((1, 3), np.float32)},
        {"image": np.zeros((1, 3, 8, 8), np.float32), "measures": np.zeros((1, 2), np.float64)},
    ],
    ids=["nothing", "one missing", "wrong name", "wrong channels", "wrong width", "wrong type"],
)
def test_inputs_that_are_not_the_networks_are_a_fault(
    inputs: dict[str, np.ndarray], load: Load, tmp_path: Path
) -> None:
    with pytest.raises(EngineFault):
        load(tmp_path, EngineOptions()).run(inputs)


def test_a_closed_session_refuses_and_closes_twice(load: Load, tmp_path: Path) -> None:
    session = load(tmp_path, EngineOptions())
    session.close()
    session.close()
    with pytest.raises(EngineFault, match="closed"):
        session.run(tiny_vectors().inputs)


@pytest.mark.parametrize("name", ENGINE_LOADERS)
@pytest.mark.parametrize("graph", [b"", b"no network", tiny_onnx()[:-40]], ids=["empty", "text", "torn"])
def test_a_network_that_cannot_be_read_is_a_fault(name: str, graph: bytes) -> None:
    if name == "openvino":
        need_openvino()
    with pytest.raises(EngineFault, match="refuses tiny"):
        find_engine(name).load(Network("tiny", graph), EngineOptions())


def test_an_operator_that_the_engine_does_not_know_is_a_fault() -> None:
    text = '<ir_version: 8, opset_import: ["" : 17, "odd" : 1]> g (float[N] image) => (float[N] logits) {{ {} }}'
    graph = tiny_onnx(text.format("logits = odd.Sparkle (image)"))
    for name in ENGINES:
        with pytest.raises(EngineFault):
            find_engine(name).load(Network("tiny", graph), EngineOptions())


def test_openvino_computes_in_float32_and_phones_nobody(tmp_path: Path) -> None:
    session = openvino(tmp_path, EngineOptions())
    compiled = session._request.get_compiled_model()  # type: ignore[attr-defined]
    assert compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name() == "f32"
    loaded = {name for name, module in sys.modules.items() if name.startswith(TELEMETRY) and module is not None}
    assert not loaded


def test_the_networks_of_a_variant_are_opened_by_its_name(tmp_path: Path) -> None:
    variants = [tiny_variant(), OPENVINO]
    bundle = tiny_bundle(tmp_path / "b", {**tiny_files(), **tiny_openvino(tmp_path)}, variants=variants)
    for variant in ("onnx-fp32", "openvino-fp32"):
        sessions = open_sessions(bundle, variant)
        assert sessions.keys() == tiny_proof().keys()
        for network, vectors in tiny_proof().items():
            np.testing.assert_allclose(sessions[network].run(vectors.inputs)["logits"], vectors.logits, atol=1e-5)
    with pytest.raises(KeyError):
        open_sessions(bundle, "onnx-int8")


def test_a_network_that_opens_is_closed_again_where_the_next_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    monkeypatch.setattr(FakeSession, "close", lambda session: closed.append(session.engine))
    bundle = fake_bundle(tmp_path / "b", {"v": b'{"logits":[0,1]}'}, {"v": b"?"})
    with pytest.raises(EngineFault, match=r"refuses v \(cells\)"):
        open_sessions(bundle, "v", engines=FAKE_ENGINES)
    assert closed == ["fake 1"]


def test_an_engine_that_is_not_installed_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(EngineMissing, match=r"install\.sh --openvino"):
        find_engine("openvino").load(Network("tiny", b""), EngineOptions())
    with pytest.raises(EngineMissing):
        import_library("no_such_engine", "Install it.")


def test_an_engine_that_this_kit_does_not_know_is_unsupported() -> None:
    with pytest.raises(BundleUnsupported, match="'abacus'"):
        find_engine("abacus")


def test_installed_engines_are_told_without_importing_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert installed_engines()["onnxruntime"][0].isdigit()
    monkeypatch.setattr(metadata, "distributions", lambda name: iter(()))
    assert installed_engines() == {}


def test_the_fake_answers_remembers_and_fails_on_request(tmp_path: Path) -> None:
    bundle = fake_bundle(tmp_path / "b", {"good": b'{"logits":[0,1]}', "bad": b'{"fault":"out of order"}', "no": b"?"})
    sessions = open_sessions(bundle, "good", engines=FAKE_ENGINES)
    session = sessions["opinion"]
    assert session.run(tiny_vectors().inputs)["logits"].tolist() == [[0, 1]] * 4
    planes = sessions["cells"].run(tiny_proof()["cells"].inputs)["logits"]
    assert planes.shape == (2, 3, 32, 48)
    assert isinstance(session, FakeSession)
    assert len(session.asked) == 1
    with pytest.raises(EngineFault, match="out of order"):
        open_sessions(bundle, "bad", engines=FAKE_ENGINES)["opinion"].run(tiny_vectors().inputs)
    with pytest.raises(EngineFault, match="refuses no"):
        open_sessions(bundle, "no", engines=FAKE_ENGINES)
    session.close()
    with pytest.raises(EngineFault, match="closed"):
        session.run(tiny_vectors().inputs)


def test_the_cache_forgets_the_oldest_first(tmp_path: Path) -> None:
    import os

    for age, name in enumerate(("new", "older", "oldest")):
        (tmp_path / name).write_bytes(b"x" * 100)
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    assert bounded_cache(tmp_path, 250) == tmp_path
    assert {path.name for path in tmp_path.iterdir()} == {"new", "older"}
    bounded_cache(tmp_path, 0)
    assert not any(tmp_path.iterdir())
