"""`marrowkit-export quantise` as typed, on a tiny student and drawn cells."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from edge.errors import BadSetting
from export.__main__ import app
from export.building.limits import Limits
from export.crops.kept import Told, write_trained
from export.errors import LimitsBroken
from export.opinion.table import write_cells
from export.quantise import int8_convolutions
from export.quantising import command
from export.quantising.within_limits import LimitOptions
from export.rooms.head import SIX
from models.marrowkit2026_opinion.net import LABELS
from models.marrowkit2026_student.net import network
from tests.tabled import drawn_cells
from tests.tiny import need_openvino

STUDENT = "marrowkit2026_student"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that has ended, cells to calibrate with and others to judge by; not to be written to."""
    folder = tmp_path_factory.mktemp("quantise")
    torch.manual_seed(0)
    told = Told(STUDENT, {"size": "small"}, SIX, "rgb", 32, 0.4, ("pbc",), (), 2, 4, 0)
    write_trained(folder / "run", network(len(LABELS)).state_dict(), told)
    write_cells(drawn_cells(4), folder / "cells.npz")
    write_cells(drawn_cells(3, seed=7), folder / "unseen.npz")
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
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == [*files, "sensitivity.svg"]
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


def test_an_engine_that_nobody_quantises_for_is_refused(place: Path, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"no engine 'tensorrt'.*Take onnxruntime, openvino"):
        typed(place, tmp_path / "out", "--engine", "tensorrt")
    assert not (tmp_path / "out").exists()
