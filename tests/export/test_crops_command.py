"""`train` and `distil` on drawn cells: what they leave is a network that can be asked and says where it comes from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from export.__main__ import app
from export.crops.kept import TOLD_FILE, WEIGHTS_FILE, read_trained
from export.crops.views import pictures_of, viewed
from export.errors import BadCheckpoint
from export.opinion.table import write_cells
from firmware_bridge.errors import Fault
from models.marrowkit2026_opinion.net import LABELS, SIZE_PX, UM_PER_PX
from tests.tabled import EVERY_KIND, drawn_cells

CELLS = drawn_cells(3, kinds=EVERY_KIND)
SMALL = [f"--with={each}" for each in ("steps=2", "batch=4", "size_px=32")]
STUDENT = "marrowkit2026_student"


def run(*arguments: str) -> None:
    """The command, whose errors are what it would print."""
    assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("cells") / "cells.npz"
    write_cells(CELLS, file)
    return file


@pytest.fixture(scope="module")
def teacher(cells: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "teacher"
    run("train", STUDENT, str(out), "--with=settings.size=medium", "--with=seed=5", "--data", str(cells), *SMALL)
    return out


def _asked(folder: Path) -> np.ndarray:
    with torch.no_grad():
        answers = read_trained(folder).module(viewed(pictures_of(CELLS.planes), "rgb-on-black", 32))
    return np.asarray(answers)


def test_a_trained_network_says_what_it_is(teacher: Path) -> None:
    told = read_trained(teacher).told
    assert (told.network, dict(told.settings), told.labels) == (STUDENT, {"size": "medium"}, LABELS)
    assert (told.size_px, told.steps, told.batch, told.seed) == (32, 2, 4, 5)
    assert told.learned_from == ("bccd", "cnmc", "pbc")
    assert told.um_per_px * told.size_px == pytest.approx(UM_PER_PX * SIZE_PX)
    assert _asked(teacher).shape == (len(CELLS), len(LABELS))


def test_a_student_says_who_taught_it(teacher: Path, cells: Path, tmp_path: Path) -> None:
    out = tmp_path / "student"
    run("distil", STUDENT, str(out), "--teacher", str(teacher), "--data", str(cells), *SMALL)
    assert read_trained(out).told.taught_by == ("teacher",)
    assert np.isfinite(_asked(out)).all()


def test_the_same_command_gives_the_same_network(teacher: Path, cells: Path, tmp_path: Path) -> None:
    out = tmp_path / "again"
    run("train", STUDENT, str(out), "--with=settings.size=medium", "--with=seed=5", "--data", str(cells), *SMALL)
    assert (out / WEIGHTS_FILE).read_bytes() == (teacher / WEIGHTS_FILE).read_bytes()


MISFITS = {
    "an unknown network": (["train", "no_such_room", "OUT"], "no_such_room"),
    "no setting": (["train", STUDENT, "OUT", "--with=medium"], "says no field"),
    "an unknown size": (["train", STUDENT, "OUT", "--with=settings.size=huge"], "huge"),
    "an unknown precision": (["train", STUDENT, "OUT", "--with=precision=float8"], "precision"),
    "a way that no card says": (["train", STUDENT, "OUT", "--as", "paper"], "does not say how to train it"),
    "a field of a teacher's": (["train", STUDENT, "OUT", "--with=taught=0.5"], "taught"),
    "a share beyond the whole": (["distil", STUDENT, "OUT", "--teacher", "nowhere", "--with=taught=1.5"], "taught"),
    "a teacher that was never trained": (["distil", STUDENT, "OUT", "--teacher", "nowhere"], "nowhere"),
}


@pytest.mark.parametrize(("arguments", "said"), MISFITS.values(), ids=MISFITS)
def test_what_does_not_fit_is_told(arguments: list[str], said: str, cells: Path, tmp_path: Path) -> None:
    given = [str(tmp_path / "out") if each == "OUT" else each for each in arguments]
    with pytest.raises(Fault, match=said):
        run(*given, "--data", str(cells), *SMALL)


def test_files_that_do_not_fit_each_other_are_told(teacher: Path, tmp_path: Path) -> None:
    (tmp_path / WEIGHTS_FILE).write_bytes((teacher / WEIGHTS_FILE).read_bytes())
    with pytest.raises(BadCheckpoint, match="no trained network"):
        read_trained(tmp_path)
    (tmp_path / TOLD_FILE).write_text("{}", "utf-8")
    with pytest.raises(BadCheckpoint, match="cannot be read"):
        read_trained(tmp_path)
