"""A search before training: candidates learn and are judged, nothing is tried twice, and a killed one goes on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from edge.errors import BadSetting
from export.crops.kept import read_told
from export.crops.task import CropTask
from export.errors import Diverged, OtherRun
from export.opinion.table import CellTable
from export.rooms import searching
from export.rooms.asked import Asked, asked
from export.rooms.searching import (
    FOLDER,
    PICTURE_FILE,
    SEARCH_FILE,
    WRONG,
    Candidates,
    asked_with,
    error_of,
    picture,
    searched,
)
from export.rooms.training import taught_by_labels
from models.kavitha2022_cat_swarm.space import Choice, Space, Span
from tests.tabled import EVERY_KIND, drawn_cells

CELLS = drawn_cells(10, kinds=EVERY_KIND)
ROOM = "kavitha2022_cat_swarm"
FEW = ["steps=2", "batch=4", "size_px=32", "search.steps=1", "search.cats=2", "search.iterations=1", "search.smp=2"]
FIELDS = {"rate": 0.001, "settings": {"blocks": 2, "width": 8, "dense": 16}}


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """In a space of networks that learn in no time."""
    small = Space(
        (Choice("blocks", (1, 2)), Choice("width", (4, 8)), Span("dropout", 0.0, 0.5), Span("rate", 1e-3, 1e-2))
    )
    monkeypatch.setattr("models.kavitha2022_cat_swarm.search.SPACE", small)
    return asked(ROOM, "small", FEW)


def test_the_network_that_was_found_is_trained_and_told(training: Asked, tmp_path: Path) -> None:
    taught_by_labels(training, CELLS, tmp_path)
    told, kept = read_told(tmp_path), json.loads((tmp_path / SEARCH_FILE).read_text())
    least = min(kept["tried"], key=lambda name: kept["tried"][name])
    assert json.loads(least)["settings"] == dict(told.settings)
    assert len(kept["tried"]) >= 2
    assert (tmp_path / PICTURE_FILE).read_text().startswith("<")
    assert not (tmp_path / FOLDER).exists()


def test_a_killed_search_goes_on_and_tries_nothing_again(
    training: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = searched(training, CELLS, tmp_path / "whole")
    count, worth = [0], Candidates._worth

    def dying(self: Candidates, candidate: Asked) -> tuple[float, float]:
        count[0] += 1
        if count[0] == 2:
            raise KeyboardInterrupt
        return worth(self, candidate)

    monkeypatch.setattr(Candidates, "_worth", dying)
    with pytest.raises(KeyboardInterrupt):
        searched(training, CELLS, tmp_path / "killed")
    assert searched(training, CELLS, tmp_path / "killed") == whole
    tried = json.loads((tmp_path / "whole" / SEARCH_FILE).read_text())["tried"]
    assert count[0] == len(tried) + 1
    assert json.loads((tmp_path / "killed" / SEARCH_FILE).read_text())["tried"] == tried
    searched(training, CELLS, tmp_path / "whole")
    assert count[0] == len(tried) + 1


def test_another_search_in_the_same_folder_is_refused(training: Asked, tmp_path: Path) -> None:
    Candidates(training, CELLS, tmp_path).score(FIELDS)
    with pytest.raises(OtherRun, match="another search"):
        searched(asked_with(training, {"seed": 3}), CELLS, tmp_path)
    with pytest.raises(OtherRun, match="another search"):
        searched(training, CELLS.rows(np.arange(70)), tmp_path)


def test_a_candidate_learns_from_other_cells_than_it_is_judged_by(
    training: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, Any] = {}

    def taught(task: CropTask, *_: object, **__: object) -> dict[str, Tensor]:
        seen["task"] = task
        return task.make().state_dict()

    def judged(_network: nn.Module, _asked: Asked, cells: CellTable) -> float:
        seen["cells"] = cells
        return 0.25

    monkeypatch.setattr(searching, "train", taught)
    monkeypatch.setattr(searching, "error_of", judged)
    error, parameters = Candidates(training, CELLS, tmp_path).score(FIELDS)
    assert error == 0.25
    assert parameters == sum(each.numel() for each in seen["task"].make().parameters())
    groups = [set(zip(cells.sources, cells.groups, strict=True)) for cells in (seen["task"].cells, seen["cells"])]
    assert all(groups)
    assert not groups[0] & groups[1]
    assert seen["task"].options.steps == 1
    assert seen["task"].options.learning_rate == 0.001


def test_a_candidate_that_comes_apart_is_as_wrong_as_can_be(
    training: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def apart(*_: object, **__: object) -> dict[str, Tensor]:
        raise Diverged("The loss is nan.", "Train slower.")

    monkeypatch.setattr(searching, "train", apart)
    assert Candidates(training, CELLS, tmp_path).score(FIELDS)[0] == WRONG


class Says(nn.Module):
    """Always the same label."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place

    def forward(self, image: Tensor) -> Tensor:
        return torch.eye(2)[self.place].repeat(len(image), 1)


def test_whoever_knows_one_label_of_two_is_half_wrong_however_rare_it_is(training: Asked) -> None:
    assert [error_of(Says(place), training, CELLS) for place in (0, 1)] == [0.5, 0.5]


@pytest.mark.parametrize("said", ["search.dogs=3", "search.cats=0", "search.mixture=2.5"])
def test_a_search_that_makes_no_sense_is_told(said: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="The search cannot begin"):
        searched(asked(ROOM, "small", [*FEW, said]), CELLS, tmp_path)


def test_rooms_that_do_not_search_are_trained_as_they_were_asked_for(training: Asked, tmp_path: Path) -> None:
    student = asked("marrowkit2026_student", None, ["steps=2"])
    assert searched(student, CELLS, tmp_path) is student
    unsaid = replace(training, spec=training.spec.model_copy(update={"search": {}}))
    assert searched(unsaid, CELLS, tmp_path) is unsaid
    assert not any(tmp_path.iterdir())


def test_the_picture_is_the_same_for_the_same_trials() -> None:
    tried = [(0.5, 1e4), (0.3, 2e4), (0.4, 3e4)]
    assert picture(tried[:2], tried) == picture(tried[:2], tried)
    assert picture(tried[:2], tried) != picture(tried[:1], tried)
