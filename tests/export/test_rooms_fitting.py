"""What a room is fitted by and to: fields of its card and the command line, cells; what makes no sense is told."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import models
from edge.errors import BadSetting
from export.__main__ import app
from export.crops.kept import TOLD_FILE, read_trained
from export.errors import BadCheckpoint, BadCrops, OtherRun
from export.networks.origin import rooms
from export.opinion.fuzzy_rbf import SMOOTH
from export.opinion.table import CellTable, write_cells
from export.rooms.asked import Asked
from export.rooms.card import CARD_FILE, card_of
from export.rooms.fitting import FitSpec, fit_spec, fitted_to, is_fitted
from export.rooms.spec import DistilSpec, train_spec
from export.rooms.training import taught_by_teachers
from export.validating.examine import asking
from models.ordaz2014_fuzzy_rbf.training_set import FitFault
from tests.tabled import EVERY_KIND, drawn_cells

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOM = "ordaz2014_fuzzy_rbf"
CELLS = drawn_cells(30, kinds=EVERY_KIND)


def typed(*words: str) -> None:
    assert CliRunner().invoke(app, words, catch_exceptions=False).exit_code == 0


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the room was fitted into, beside its cells."""
    folder = tmp_path_factory.mktemp("fitting")
    write_cells(CELLS, folder / "cells.npz")
    fitted_to(ROOM, FitSpec(units_per_label=3, fold=1), CELLS, folder / "run")
    return folder / "run"


NO_STEPS = {
    "steps": "steps=5",
    "a rate": "rate=0.1",
    "a GAN": "stain_gan=runs/gan",
    "a checkpoint": "published.body=weights.pt",
    "a graphics card": "device=cuda",
    "another view": "view=rgb",
    "settings": "settings.units=3",
}


@pytest.mark.parametrize("said", NO_STEPS.values(), ids=NO_STEPS)
def test_what_is_of_a_training_in_steps_is_refused_in_words(said: str) -> None:
    field = said.partition("=")[0].partition(".")[0]
    with pytest.raises(
        BadSetting, match=rf"not taught in steps: {field} says nothing to it\. Its fields are fold, seed"
    ):
        fit_spec(ROOM, None, [said])


@pytest.mark.parametrize("said", ["spread=0", "units_per_label=0", "folds=1", "fold=5", "ridge=much"])
def test_a_value_that_makes_no_sense_is_told_with_its_field(said: str) -> None:
    with pytest.raises(BadSetting, match=said.partition("=")[0]):
        fit_spec(ROOM, None, [said])


def test_the_card_says_how_and_what_is_said_goes_before_it() -> None:
    card = card_of(ROOM)
    assert (card.head.labels, card.head.positive) == (("blast", "other"), ("blast",))
    assert fit_spec(ROOM, None, []).options == SMOOTH
    assert fit_spec(ROOM, "small", ["spread=1", "fold=2"]) == FitSpec(units_per_label=20, spread=1.0, fold=2)
    with pytest.raises(BadSetting, match="It has: small"):
        fit_spec(ROOM, "paper", [])


def test_a_cell_whose_measure_is_no_number_gets_no_answer(run: Path) -> None:
    with pytest.raises(BadCrops, match="whose solidity is no number"):
        asking(read_trained(run))(hole())


@pytest.mark.parametrize("room", rooms())
def test_a_card_says_whether_its_room_is_fitted(room: str) -> None:
    card = tomllib.loads((Path(models.__file__).parent / room / CARD_FILE).read_text("utf-8"))
    assert is_fitted(room) == (not card["neural"])


def test_nothing_is_taught_to_it(tmp_path: Path, run: Path) -> None:
    with pytest.raises(BadSetting, match="nothing can be taught"):
        typed("distil", ROOM, str(tmp_path / "out"), "--teacher", str(run))


def test_it_teaches_no_network_of_pictures(tmp_path: Path, run: Path) -> None:
    student = Asked("marrowkit2026_student", card_of(ROOM).head, train_spec({"steps": 1}, DistilSpec))
    with pytest.raises(BadCheckpoint, match="told measures"):
        taught_by_teachers(student, CELLS, [run], tmp_path / "out")


def test_one_process_fits_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(BadSetting, match="the work of one process"):
        fitted_to(ROOM, FitSpec(), CELLS, tmp_path)


def test_a_folder_that_holds_a_training_is_left_as_it_is(run: Path) -> None:
    before = (run / TOLD_FILE).read_bytes()
    with pytest.raises(OtherRun, match="holds a training"):
        fitted_to(ROOM, FitSpec(), CELLS, run)
    assert (run / TOLD_FILE).read_bytes() == before


def ill(**changed: Any) -> CellTable:
    return replace(CELLS, **changed)


def hole() -> CellTable:
    values = CELLS.measure("solidity")
    values[7] = np.nan
    return CELLS.with_measure("solidity", values)


ILL: dict[str, tuple[CellTable, type[Exception], str]] = {
    "a measure that is no number": (hole(), FitFault, "solidity are not finite"),
    "blasts of one patient only": (
        ill(groups=np.where(CELLS.blast, "one", CELLS.groups)),
        BadCrops,
        "'blast' are of one",
    ),
    "no blast": (CELLS.rows(~CELLS.blast), BadCrops, "no cell of the label 'blast'"),
    "too few blasts": (
        CELLS.rows(~CELLS.blast | (np.arange(len(CELLS)) < 10)),
        FitFault,
        "Too few cells: {'blast': 10}",
    ),
    "a measure that is the same for all": (
        CELLS.with_measure("solidity", np.ones(len(CELLS))),
        FitFault,
        "solidity is the",
    ),
    "a label that nobody knows": (ill(labels=np.where(CELLS.blast, "blasst", CELLS.labels)), BadCrops, "'blasst'"),
}


@pytest.mark.parametrize(("cells", "kind", "told"), ILL.values(), ids=ILL)
def test_cells_that_it_cannot_be_fitted_to_are_told_and_nothing_is_written(
    cells: CellTable, kind: type[Exception], told: str, tmp_path: Path
) -> None:
    with pytest.raises(kind, match=told):
        fitted_to(ROOM, FitSpec(units_per_label=3), cells, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_layers_are_not_sought_on_pictures_alone(run: Path, tmp_path: Path) -> None:
    cells = str(run.with_name("cells.npz"))
    with pytest.raises(BadSetting, match="told measures"):
        typed("quantise", str(run), cells, cells, str(tmp_path / "out"))
