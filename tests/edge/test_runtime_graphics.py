"""Engines on graphics processors, with a stand-in for their libraries: none of them is on the machine of the tests.

What is held here is what ours asks of the library, what is made of its answers, and that a variant is used only after
it has proven itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from edge.errors import EngineFault, EngineMissing
from edge.runtime import EngineOptions, choose_variant, ort, ov
from edge.runtime.device import this_device
from edge.runtime.engines import ENGINES, ON_GRAPHICS, Network, find_engine
from edge.runtime.parity import check_variant
from tests.tiny import classifier_bundle, classifier_fields, name_vectors

CUDA, TENSORRT, CPU = "CUDAExecutionProvider", "TensorrtExecutionProvider", "CPUExecutionProvider"
TINY = Network("tiny", b"an onnx")
IR = Network("tiny", b"<net/>", b"weights")


class Library:
    """ONNX Runtime as far as ours sees it.

    starts  the providers that start; the others are passed over in silence, as the library does
    """

    __version__ = "1.99"
    GraphOptimizationLevel = SimpleNamespace(ORT_ENABLE_ALL=99)

    def __init__(self, starts: Sequence[str] = (CUDA, TENSORRT, CPU), wrong: float = 0.0) -> None:
        self.starts, self.wrong = starts, wrong
        self.asked: list[tuple[str, dict[str, str]]] = []

    def disable_telemetry_events(self) -> None:
        pass

    def get_available_providers(self) -> list[str]:
        return [TENSORRT, CUDA, CPU]

    def SessionOptions(self) -> Any:  # noqa: N802 the library's own name
        return SimpleNamespace(add_session_config_entry=lambda key, value: None)

    def InferenceSession(self, graph: bytes, options: Any = None, providers: Any = ()) -> Any:  # noqa: N802 likewise
        (first,) = providers
        name, settings = first if isinstance(first, tuple) else (first, {})
        self.asked.append((name, settings))
        logits = name_vectors().logits + np.float32(self.wrong)
        logits[:, 0] -= np.float32(2 * self.wrong)
        return SimpleNamespace(
            get_providers=lambda: [name, CPU] if name in self.starts else [CPU],
            get_inputs=lambda: [SimpleNamespace(name="image", shape=["cells", 3, 8, 8])],
            get_outputs=lambda: [SimpleNamespace(name="logits")],
            run=lambda outputs, inputs: [logits],
        )


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    found = Library()
    monkeypatch.setattr(ort, "import_library", lambda name, remedy: found)
    return found


def test_cuda_is_asked_for_float32_as_it_is(library: Library) -> None:
    session = find_engine("onnxruntime-cuda").load(TINY, EngineOptions())
    assert session.engine == "onnxruntime 1.99 CUDA"
    ((name, settings),) = library.asked
    assert (name, settings["use_tf32"]) == (CUDA, "0")


def test_tensorrt_plans_for_any_number_of_cells_and_keeps_what_it_compiles(library: Library, tmp_path: Path) -> None:
    options = EngineOptions(cache_dir=tmp_path / "compiled")
    assert find_engine("onnxruntime-tensorrt").load(TINY, options).engine == "onnxruntime 1.99 Tensorrt"
    name, settings = library.asked[-1]
    assert name == TENSORRT
    assert settings["trt_fp16_enable"] == settings["trt_int8_enable"] == "False"
    assert settings["trt_profile_min_shapes"] == "image:1x3x8x8"
    assert settings["trt_profile_max_shapes"] == "image:64x3x8x8"
    assert Path(settings["trt_engine_cache_path"]).is_dir()
    assert settings["trt_engine_cache_enable"] == "True"


def test_tensorrts_cache_is_emptied_of_its_oldest_before_it_is_used(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "compiled" / "tensorrt"
    folder.mkdir(parents=True)
    for number in range(3):
        (folder / f"{number}.engine").write_bytes(bytes(2**20))
    find_engine("onnxruntime-tensorrt").load(TINY, EngineOptions(cache_dir=tmp_path / "compiled", cache_limit_mb=2))
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("name", ["onnxruntime-cuda", "onnxruntime-tensorrt"])
def test_a_provider_that_does_not_start_is_a_fault_and_not_the_cpu(name: str, library: Library, tmp_path: Path) -> None:
    library.starts = (CPU,)
    with pytest.raises(EngineFault, match="did not start; ONNX Runtime went on with CPUExecutionProvider"):
        find_engine(name).load(TINY, EngineOptions())


def test_a_library_without_the_provider_says_what_to_install() -> None:
    """The one that is really here has the CPU alone."""
    for name in ("onnxruntime-cuda", "onnxruntime-tensorrt"):
        with pytest.raises(EngineMissing, match="onnxruntime-gpu"):
            find_engine(name).load(TINY, EngineOptions())


class Core:
    """OpenVINO as far as ours sees it."""

    def __init__(self, devices: Sequence[str]) -> None:
        self.available_devices = list(devices)
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def read_model(self, graph: bytes, weights: bytes) -> str:
        return "a model"

    def compile_model(self, model: str, device: str, settings: dict[str, Any]) -> Any:
        self.asked.append((device, settings))
        return SimpleNamespace(create_infer_request=lambda: None, inputs=[], outputs=[])


def with_core(monkeypatch: pytest.MonkeyPatch, *devices: str) -> Core:
    core = Core(devices)
    monkeypatch.setattr(ov, "openvino_core", lambda: core)
    monkeypatch.setattr(ov, "openvino", lambda: SimpleNamespace(get_version=lambda: "2099.1-rest"))
    return core


@pytest.mark.parametrize("devices", [("CPU", "GPU"), ("CPU", "GPU.0", "GPU.1")])
def test_openvinos_gpu_is_told_its_precision_and_where_to_keep_what_it_compiles(
    devices: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    core = with_core(monkeypatch, *devices)
    options = EngineOptions(cache_dir=tmp_path)
    assert find_engine("openvino-gpu").load(IR, options).engine == "openvino 2099.1 GPU"
    ((device, settings),) = core.asked
    assert (device, settings["INFERENCE_PRECISION_HINT"]) == ("GPU", "f32")
    assert settings["CACHE_DIR"] == str(tmp_path / "openvino")
    assert "INFERENCE_NUM_THREADS" not in settings


def test_openvinos_cpu_keeps_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    core = with_core(monkeypatch, "CPU")
    find_engine("openvino").load(IR, EngineOptions(cache_dir=tmp_path))
    assert "CACHE_DIR" not in core.asked[0][1]


def test_without_a_gpu_openvino_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    with_core(monkeypatch, "CPU", "NPU")
    with pytest.raises(EngineMissing, match=r"sees no GPU here, only CPU, NPU.*intel-opencl-icd"):
        find_engine("openvino-gpu").load(IR, EngineOptions())


def test_a_graphics_variant_is_chosen_only_after_it_has_proven_itself(
    library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    entry = classifier_fields()["variants"][0]
    cuda = {**entry, "name": "onnx-fp32-cuda", "engine": "onnxruntime-cuda", "needs": ["an Nvidia GPU"]}
    bundle = classifier_bundle(tmp_path / "b", variants=[cuda])
    installed = dict.fromkeys(ENGINES, "1.99")
    monkeypatch.setattr("edge.runtime.device.installed_engines", lambda engines: installed)
    assert choose_variant(bundle, tmp_path / "data", check=check_variant).variant == "onnx-fp32-cuda"
    library.wrong = 0.2
    report = check_variant(bundle, "onnx-fp32-cuda")
    assert not report.passed
    assert "opinion differs by" in report.problem


def test_a_new_graphics_processor_is_another_device(tmp_path: Path) -> None:
    before = this_device(devices=tmp_path)
    (tmp_path / "dri").mkdir()
    (tmp_path / "dri" / "renderD128").touch()
    (tmp_path / "nvidia0").touch()
    (tmp_path / "nvidiactl").touch()
    after = this_device(devices=tmp_path)
    assert (before.graphics, after.graphics) == ((), ("nvidia0", "renderD128"))
    assert before.fingerprint != after.fingerprint


def test_the_engines_that_run_on_graphics_are_told_by_their_names() -> None:
    assert {name for name in ENGINES if not name.endswith(ON_GRAPHICS)} == {"onnxruntime", "openvino"}
