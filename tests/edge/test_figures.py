"""Rounding: half away from zero, of the shortest decimal, wherever somebody reads a figure."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.figures import exact, percentage, rounded, shortened
from edge.papers.cells_csv import cells_csv
from edge.papers.fhir.codes import percent
from edge.papers.reader import Reader
from edge.types import Reason
from edge.web.local import paper_reader
from edge.words import say
from tests.case_files import case_file

FILE = case_file(8)

HALVES = {(6.25, 1): "6.3", (6.35, 1): "6.4", (1.005, 2): "1.01", (0.285, 2): "0.29", (2.5, 0): "3", (-6.25, 1): "-6.3"}
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(("given_", "due"), HALVES.items())
def test_a_half_goes_away_from_zero(given_: tuple[float, int], due: str) -> None:
    assert str(rounded(*given_)) == due


@given(value=FINITE, decimals=st.integers(0, 6))
def test_what_is_rounded_is_half_a_step_away_at_most_and_odd(value: float, decimals: int) -> None:
    step = Decimal(1).scaleb(-decimals)
    assert 2 * abs(rounded(value, decimals) - exact(value)) <= step
    assert rounded(-value, decimals) == -rounded(value, decimals)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_finite_stays(value: float) -> None:
    assert repr(shortened(value, 2)) == repr(value)


def test_a_share_becomes_percent_by_moving_the_point() -> None:
    assert 100 * 0.285 < 28.5 == percentage(0.285)
    assert Reader().percent(0.285) == paper_reader("fr").percent(0.285) == "29"


def test_sentences_papers_and_tables_round_alike() -> None:
    reason = Reason("decide.below", {"low": 2.5, "high": 12.5, "limit": 20.5})
    assert say(reason).text == "Blasts lie between 3 and 13 %, below the limit of 21 %."
    assert Reader().figure(6.25, 1) == paper_reader("en").figure(6.25, 1) == "6.3"
    assert percent(1.005)["value"] == 1.01
    cells = (replace(FILE.cells[0], fuzzy_score=0.5000005),)
    row = next(csv.DictReader(io.StringIO(cells_csv(replace(FILE, cells=cells)).decode("utf-8-sig"))))
    assert row["fuzzy_score"] == "0.500001"
