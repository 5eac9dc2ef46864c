"""Figures by groups, the traps, and the report: what is not estimable is not told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from export.opinion.exams import Sitting, measured, together
from export.opinion.figures import auc, auc_figure, hit_figure, numbered
from export.opinion.opinions import AREA, FUSED, NETWORK, RBF, SYSTEMS
from export.opinion.report import as_json, as_markdown, from_json
from export.opinion.traps import benign_cells, two_cells_per_field
from tests.tabled import drawn_cells

POINTS = {NETWORK: 0.5, RBF: 0.5, FUSED: 0.5, AREA: 60.0}


def _sitting(seed: int = 0, each: int = 12) -> Sitting:
    cells = drawn_cells(each, seed)
    area = cells.measure("nucleus_area_um2")
    noise = np.random.default_rng(seed).uniform(0, 1, len(cells))
    return Sitting(cells, {NETWORK: noise, RBF: area / 200, FUSED: area / 150, AREA: area})


@given(st.integers(0, 2**32 - 1))
def test_the_auc_is_the_libraries(seed: int) -> None:
    random = np.random.default_rng(seed)
    positive, values = np.arange(60) < random.integers(1, 59), random.integers(0, 12, 60).astype(float)
    assert auc(positive, values) == pytest.approx(roc_auc_score(positive, values))


def test_one_side_alone_has_no_auc() -> None:
    values, groups = np.arange(4.0), np.zeros(4, np.intp)
    assert auc(np.ones(4, np.bool_), values) is None
    assert auc_figure("x", np.zeros(4, np.bool_), values, groups, "field") is None
    assert hit_figure("sensitivity", "x", values > 1, np.zeros(4, np.bool_), groups, "field") is None


def test_few_groups_make_a_wide_interval() -> None:
    sitting = _sitting(each=60)
    blast, values = sitting.cells.blast, np.random.default_rng(0).normal(0, 1, len(sitting.cells)) + sitting.cells.blast
    many = auc_figure("x", blast, values, np.arange(len(blast)), "cell")
    few = auc_figure("x", blast, values, numbered(sitting.cells.groups) // 4, "group")
    assert many is not None
    assert few is not None
    assert few.value == many.value
    assert few.low <= few.value <= few.high
    assert few.n == 6


def test_every_system_is_measured_as_far_as_it_can_be() -> None:
    results = measured("drawn", "group", _sitting(), POINTS)
    assert {each.system for each in results} == set(SYSTEMS)
    assert len(results) == 12
    benign = _sitting().rows(~_sitting().cells.blast)
    assert {each.figure.name for each in measured("drawn", "group", benign, POINTS)} == {"specificity"}


def test_by_two_cells_a_field_of_many_scores_like_one_of_few() -> None:
    many, few = _sitting(1, each=40), _sitting(2, each=6)
    found = {each.system: each.figure for each in two_cells_per_field(many, few)}
    assert found[NETWORK].value == pytest.approx(0.5, abs=0.2)
    assert found[NETWORK].n == len(set(many.cells.groups)) + len(set(few.cells.groups))


def test_benign_cells_of_like_slides_score_one_half() -> None:
    found = {each.system: each.figure for each in benign_cells(_sitting(3, 60), _without_blasts(_sitting(4, 60)))}
    assert found[RBF].value == pytest.approx(0.5, abs=0.1)
    assert found[RBF].low < 0.5 < found[RBF].high


def test_what_is_put_together_comes_apart_again() -> None:
    both = together([_sitting(1), _sitting(2)])
    assert len(both.cells) == 2 * len(_sitting(1).cells)
    assert np.array_equal(both.opinions[RBF][: len(_sitting(1).cells)], _sitting(1).opinions[RBF])


def test_the_report_reads_back_and_shows_what_is_not_estimable() -> None:
    results = measured("drawn", "group", _without_blasts(_sitting()), POINTS)
    assert from_json(as_json(results, POINTS)) == results
    rows = as_markdown(results).splitlines()[2:]
    assert len(rows) == len(SYSTEMS)
    assert all(row.count("| – ") == 2 for row in rows)


def _without_blasts(sitting: Sitting) -> Sitting:
    return sitting.rows(~sitting.cells.blast)
