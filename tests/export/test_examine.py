"""`marrowkit-export examine`: every network sits the same exams, on cells that it has not learned from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from export.__main__ import app
from export.crops.cells import fold_numbers, left_out_of
from export.crops.kept import Told
from export.errors import BadCrops
from export.opinion.table import CellTable, write_cells
from export.rooms.head import SIX, Head, made_head
from export.rooms.spec import FOLDS
from export.validating import examine
from export.validating.examined import as_json, read_results
from export.validating.exams import answered, exams, sat
from models.marrowkit2026_opinion.net import LABELS
from tests.tabled import EVERY_KIND, drawn_cells

CELLS = drawn_cells(12, kinds=EVERY_KIND)
UNSEEN = {"blast_fields": CELLS.rows(np.arange(0, len(CELLS), 3)), "taleqani": CELLS.rows(np.arange(1, len(CELLS), 3))}
STUDENT = "marrowkit2026_student"
TWO = made_head({"benign": ("hematogone",), "blast": ()}, ["blast"])
SEVEN = made_head({word: () for word in EVERY_KIND if word != "white cell"}, ["blast"], ["promyelocyte"])
TWO_SORTS = made_head({"L1": ("blast",), "L2": (), "mature": ("lymphocyte", "hematogone"), "other": ()}, ["L1", "L2"])
HEADS = {"six": SIX, "two": TWO, "seven": SEVEN, "two sorts of blasts": TWO_SORTS}
TOLD = Told("a_room", {}, SIX, "rgb-on-black", 80, 0.25, ("cnmc",), (), 5, 8, 0, left_out=1)
FIELDS = "settings.size=small", "fold=1", "size_px=32", "steps=2", "batch=4"


def known(cells: CellTable) -> np.ndarray:
    """Whoever knows the truth."""
    return np.where(np.arange(len(LABELS)) == np.where(cells.blast, 0, 1)[:, None], 0.9, 0.02).astype(np.float32)


def test_who_knows_the_truth_passes_every_exam() -> None:
    results = [sat(each, known, SIX) for each in exams(CELLS, UNSEEN)]
    assert [each.name for each in results] == ["same site", "patients", "other sites", "other sites", "other sites"]
    assert results[-1].cells == sum(map(len, UNSEEN.values()))
    for each in results:
        figures = {one.name: one.value for one in each.blasts}
        assert (figures["sensitivity"], figures["specificity"], figures["AUC"]) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_who_knows_the_truth_passes_with_a_head_of_any_labels(head: Head) -> None:
    def ask(cells: CellTable) -> np.ndarray:
        place = head.places(cells.labels.tolist())
        return np.where(np.arange(len(head.labels)) == np.where(place < 0, head.others[0], place)[:, None], 0.9, 0.01)

    for each in (sat(exam, ask, head) for exam in exams(CELLS, UNSEEN)):
        figures = {one.name: one.value for one in each.blasts}
        assert (figures["accuracy"], figures["sensitivity"], figures["specificity"]) == (1.0, 1.0, 1.0)
        named = {one.name: one.value for one in each.labels}
        assert named
        assert all(value in (None, 1.0) for value in named.values())


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_blasts_are_counted_alike_whatever_the_head(head: Head) -> None:
    """So that networks of different labels sit the same exam."""
    shares = np.full((len(CELLS), len(head.labels)), 1 / len(head.labels), np.float32)
    found = answered(CELLS, shares, head)
    np.testing.assert_array_equal(found.is_blast, CELLS.blast)


def test_patients_are_those_of_one_laboratory() -> None:
    patients = next(each for each in exams(CELLS, {}) if each.name == "patients")
    assert set(patients.cells.sources) == {"cnmc"}
    assert patients.unit == "patient"


def test_a_cell_is_a_blast_from_one_half_on() -> None:
    shares = np.array([[0.5, 0.3, 0.2, 0, 0, 0], [0.49, 0.01, 0.5, 0, 0, 0], [0.49, 0.41, 0.1, 0, 0, 0]], np.float32)
    said = answered(CELLS.rows(np.arange(3)), shares, SIX).said
    assert said.tolist() == [0, 2, 1]


def test_a_card_is_read_back_as_it_was_written() -> None:
    results = tuple(sat(each, known, SIX) for each in exams(CELLS, UNSEEN))
    about, again = read_results(as_json({"network": "x"}, results))
    assert (about, again) == ({"network": "x"}, results)


def test_folds_keep_groups_together_and_are_the_same_for_all() -> None:
    fold = fold_numbers(CELLS)
    assert set(fold) == set(range(FOLDS))
    assert all(len(set(fold[CELLS.groups == group])) == 1 for group in set(CELLS.groups))
    np.testing.assert_array_equal(fold, fold_numbers(CELLS))


def test_a_network_is_not_examined_on_folds_of_other_cells() -> None:
    told = replace(TOLD, cells=CELLS.rows(fold_numbers(CELLS) != 1).mark)
    np.testing.assert_array_equal(left_out_of(CELLS, told), fold_numbers(CELLS) == 1)
    one_less = CELLS.rows(np.arange(len(CELLS)) > 0)
    with pytest.raises(BadCrops, match="not known which of these it learned from"):
        left_out_of(one_less, told)
    assert not left_out_of(one_less, replace(told, left_out=None)).any()


def test_the_command_examines_what_was_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_cells(CELLS, tmp_path / "cells.npz")
    run, file = tmp_path / "run", str(tmp_path / "cells.npz")
    words = ["train", STUDENT, str(run), "--data", file, *(f"--with={each}" for each in FIELDS)]
    assert CliRunner().invoke(app, words, catch_exceptions=False).exit_code == 0
    monkeypatch.setattr(examine, "training_cells", lambda data, work: CELLS)
    monkeypatch.setattr(examine, "unseen_cells", lambda data, work: UNSEEN)
    done = CliRunner().invoke(app, ["examine", str(run)], catch_exceptions=False)
    assert done.exit_code == 0
    about, results = read_results((run / "examined.json").read_bytes())
    assert (about["left_out"], about["settings"]) == (1, {"size": "small"})
    assert about["parameters"] > 10_000
    left_out = int(np.count_nonzero(fold_numbers(CELLS) == 1))
    assert next(each.cells for each in results if each.name == "same site") == left_out
    assert (run / "examined.md").read_text().strip() == done.output.strip()
    assert "| same site |" in done.output
    assert json.loads((run / "trained.json").read_text())["left_out"] == 1
