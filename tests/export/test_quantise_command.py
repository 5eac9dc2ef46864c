"""`marrowkit-export quantise` as typed, on a tiny student and drawn cells."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from edge.bundle import Bundle, open_bundle
from edge.bundle.keys import merge
from edge.errors import BadSetting
from export.__main__ import app
from export.building.limits import Limits
from export.crops.kept import FINISHED_FILE, Told, read_told, read_trained, write_finished, write_trained
from export.errors import BadCheckpoint, BadCrops, LimitsBroken
from export.keys import read_private_key, trusted_key, write_private_key
from export.opinion.table import CellTable, write_cells
from export.quantise import int8_convolutions
from export.quantising import command
from export.quantising.score import probabilities
from export.quantising.within_limits import LimitOptions
from export.rooms.asked import asked
from export.rooms.head import SIX
from export.rooms.training import taught_by_labels
from models.marrowkit2026_opinion.net import LABELS
from models.marrowkit2026_student.net import network
from tests.tabled import EVERY_KIND, drawn_cells, of_others
from tests.tiny import need_openvino

STUDENT = "marrowkit2026_student"
CELLS = drawn_cells(4)
BUILD_TOML = """
name = "tuned"
title = "Fine-tuned"
warnings = ["It has seen drawings only."]
variants = ["onnx-fp32", "onnx-int8"]
[crops]
calibration = "."
held_out = "."
[intended_use]
specimens = ["blood"]
stains = ["Wright"]
magnification = "100x oil"
[training]
terms = "drawn, CC0"
[allowed]
top1 = 100.0
worst_recall = 100.0
ece = 100.0
agreement = 0.0
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that has ended, cells to calibrate with and others to judge by; not to be written to."""
    folder = tmp_path_factory.mktemp("quantise")
    torch.manual_seed(0)
    told = Told(STUDENT, {"size": "small"}, SIX, "rgb", 32, 0.4, ("pbc",), (), 2, 4, 0)
    write_trained(folder / "run", network(len(LABELS)).state_dict(), told)
    write_cells(CELLS, folder / "cells.npz")
    write_cells(of_others(drawn_cells(3, seed=7)), folder / "unseen.npz")
    return folder


def typed(place: Path, out: Path, *flags: str) -> str:
    words = ["quantise", *(str(place / each) for each in ("run", "cells.npz", "unseen.npz")), str(out)]
    return CliRunner().invoke(app, [*words, "--calibration", "10", *flags], catch_exceptions=False).output


@pytest.mark.parametrize(("engine", "files"), [("onnxruntime", ["int8.onnx"]), ("openvino", ["int8.bin", "int8.xml"])])
def test_it_leaves_the_network_and_the_picture_of_its_layers(
    engine: str, files: list[str], place: Path, tmp_path: Path
) -> None:
    if engine == "openvino":
        need_openvino()
        pytest.importorskip("nncf")
    told = typed(place, tmp_path / "out", "--engine", engine)
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == sorted(
        [*files, "float32.onnx", "sensitivity.svg", "trained.json"]
    )
    assert "| alone in 8 bits |" in told
    assert "| 0 | " in told
    assert f"Fine-tuned: no. Written to {tmp_path / 'out'}." in told
    if engine == "onnxruntime":
        assert int8_convolutions((tmp_path / "out" / "int8.onnx").read_bytes()) > 1


def test_limits_that_break_are_told_after_the_way_there(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "LimitOptions", partial(LimitOptions, limits=Limits(agreement=100.5)))
    with pytest.raises(LimitsBroken, match="agreement"):
        typed(place, tmp_path / "out", "--most", "0")
    assert (tmp_path / "out" / "sensitivity.svg").is_file()


@pytest.mark.parametrize(
    ("unseen", "said"),
    [
        (CELLS, "16 of the 16 held-out crops are among those of"),
        (of_others(CELLS), "16 of the 16 held-out crops are among those of"),
        (drawn_cells(3, seed=7), r"both hold cells of 'bccd/white cell/0', 'bccd/white cell/1'.* and 9 more"),
    ],
    ids=["the same file", "the same cells", "others of the same patients"],
)
def test_limits_are_not_measured_on_what_was_seen(unseen: CellTable, said: str, place: Path, tmp_path: Path) -> None:
    write_cells(unseen, tmp_path / "unseen.npz")
    words = str(place / "run"), str(place / "cells.npz"), str(tmp_path / "unseen.npz"), str(tmp_path / "out")
    with pytest.raises(BadCrops, match=said):
        CliRunner().invoke(app, ["quantise", *words, "--calibration", "10"], catch_exceptions=False)
    assert not (tmp_path / "out").exists()


def test_too_few_cells_to_judge_layers_on_are_told(place: Path, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="holds 16 cells, and 16 of them are to calibrate with"):
        typed(place, tmp_path / "out", "--calibration", "16")


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `place`, of a student that knows more than chance, and cells of every label."""
    folder = tmp_path_factory.mktemp("taught")
    cells = drawn_cells(5, kinds=EVERY_KIND)
    fields = ("steps=60", "batch=16", "size_px=32", "view=rgb", "rate=0.01", "seed=1")
    taught_by_labels(asked(STUDENT, None, fields), cells, folder / "run")
    write_cells(cells, folder / "cells.npz")
    write_cells(of_others(drawn_cells(3, seed=7, kinds=EVERY_KIND)), folder / "unseen.npz")
    return folder


@pytest.mark.slow
def test_from_fine_tuning_to_a_bundle(taught: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that nothing keeps make it fine-tune; what that leaves is built and signed as any network."""
    never = partial(LimitOptions, limits=Limits(agreement=100.5))
    monkeypatch.setattr(command, "LimitOptions", never)
    tuned = tmp_path / "tuned"
    with pytest.raises(LimitsBroken, match="agreement"):
        typed(taught, tuned, "--most", "0", "--fine-tune", "10")
    float32 = (tuned / FINISHED_FILE).read_bytes()
    bundle = built(tuned, taught, tmp_path)
    assert bundle.manifest.labels == SIX.labels
    shown = bundle.manifest.preprocessing
    assert (shown.view, shown.size_px, shown.um_per_px) == ("rgb", 32, 0.625)
    image = np.random.default_rng(0).random((3, 3, 32, 32)).astype(np.float32)
    found = probabilities(bundle.read(bundle.manifest.variant("onnx-fp32").files["opinion"]), [{"image": image}])
    np.testing.assert_allclose(found, probabilities(float32, [{"image": image}]), atol=1e-5)
    with torch.no_grad():
        untuned = torch.softmax(read_trained(taught / "run").module(torch.from_numpy(image)), 1).numpy()
    assert np.abs(found - untuned).max() > 1e-4


def built(folder: Path, taught: Path, out: Path) -> Bundle:
    """What `build --from` a folder leaves, as typed."""
    write_private_key(out / "maker.pem")
    (out / "build.toml").write_text(BUILD_TOML, "utf-8")
    crops = (f"--with=crops.calibration={taught / 'cells.npz'}", f"--with=crops.held_out={taught / 'unseen.npz'}")
    words = ["build", "--from", str(folder), "--spec", str(out / "build.toml"), "--key", str(out / "maker.pem")]
    done = CliRunner().invoke(app, [*words, *crops, "--out", str(out / "built")], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    public = read_private_key(out / "maker.pem")
    return open_bundle(out / "built" / "bundle", merge([trusted_key(public, "the tests")]))


def test_what_is_finished_is_no_training(place: Path, tmp_path: Path) -> None:
    told = read_told(place / "run")
    write_finished(tmp_path, b"", told)
    assert read_told(tmp_path).labels == told.labels
    with pytest.raises(BadCheckpoint, match=r"finished network.*build --from"):
        read_trained(tmp_path)


def test_an_engine_that_nobody_quantises_for_is_refused(place: Path, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"no engine 'tensorrt'.*Take onnxruntime, openvino"):
        typed(place, tmp_path / "out", "--engine", "tensorrt")
    assert not (tmp_path / "out").exists()
