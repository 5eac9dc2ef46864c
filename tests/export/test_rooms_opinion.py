"""The opinion network as a room: trained by the common command it is what `train-default` trains, and can be asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from edge.errors import BadSetting
from export.__main__ import app
from export.crops.kept import read_trained
from export.errors import BadCrops, OtherRun
from export.opinion import train, trained
from export.opinion.table import CellTable, write_cells
from export.rooms.asked import asked
from export.rooms.head import SIX
from export.rooms.opinion import ROOM, OpinionSpec, opinion_spec, taught_opinion
from export.rooms.spec import DistilSpec
from export.validating.examine import asking
from models.marrowkit2026_opinion.net import MEASURES
from tests.tabled import EVERY_KIND, drawn_cells

CELLS = drawn_cells(10, kinds=EVERY_KIND)
FEW = OpinionSpec(steps=4, batch=8)


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the room was trained into, by the command, without a fold."""
    folder = tmp_path_factory.mktemp("opinion")
    write_cells(CELLS, folder / "cells.npz")
    words = ["train", ROOM, str(folder / "run"), "--with", "steps=4", "--with", "batch=8", "--with", "fold=1"]
    done = CliRunner().invoke(app, [*words, "--data", str(folder / "cells.npz")], catch_exceptions=False)
    assert done.exit_code == 0
    return folder / "run"


def test_what_is_told_of_it_is_what_it_is(run: Path) -> None:
    told = read_trained(run).told
    assert (told.network, told.view, told.measures, told.labels) == (ROOM, "nucleus", MEASURES, SIX.labels)
    assert (told.steps, told.batch, told.left_out) == (4, 8, 1)
    assert told.seconds is not None


def test_it_is_the_network_that_train_default_trains(tmp_path: Path) -> None:
    taught_opinion(FEW, CELLS, tmp_path / "room")
    workshop = trained.read_trained(train.train(CELLS, tmp_path / "workshop", FEW.options))
    due = softmax(trained.logits_of(workshop, CELLS, workshop.inputs))
    np.testing.assert_allclose(asking(read_trained(tmp_path / "room"))(CELLS), due, atol=1e-5)


def test_another_training_is_not_written_over(tmp_path: Path) -> None:
    taught_opinion(FEW, CELLS, tmp_path)
    with pytest.raises(OtherRun):
        taught_opinion(FEW.model_copy(update={"seed": 3}), CELLS, tmp_path)


@pytest.mark.parametrize("said", ["view=rgb", "size_px=64", "settings.width=2", "stain_gan=runs/gan", "optimiser=sgd"])
def test_what_says_nothing_to_it_is_refused(said: str) -> None:
    with pytest.raises(BadSetting, match=r"says nothing to it\. Its fields are fold, seed, steps"):
        opinion_spec(None, [said])


@pytest.mark.parametrize("said", ["steps=0", "rate=fast", "smoothing=1", "fold=9"])
def test_a_value_that_makes_no_sense_is_told_with_its_field(said: str) -> None:
    with pytest.raises(BadSetting, match=said.partition("=")[0]):
        opinion_spec(None, [said])


def test_nothing_is_taught_to_it() -> None:
    with pytest.raises(BadSetting, match="nothing can be taught"):
        asked(ROOM, None, (), DistilSpec)


def test_cells_of_one_kind_are_told(tmp_path: Path) -> None:
    blasts: CellTable = CELLS.rows(CELLS.blast)
    with pytest.raises(BadCrops, match="no cell of the label 'lymphoid'"):
        taught_opinion(FEW, blasts, tmp_path)
