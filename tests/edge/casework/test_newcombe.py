"""The difference of two counted shares: published examples, and what must hold of any interval."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.casework.newcombe import difference

Count = tuple[int, int]


@st.composite
def counts(draw: st.DrawFn, least: int = 1) -> Count:
    total = draw(st.integers(least, 600))
    return draw(st.integers(0, total)), total


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_it_gives_the_examples_of_the_paper(first: Count, second: Count, low: float, high: float) -> None:
    """Newcombe 1998, table II, method 10."""
    assert difference(first, second).interval == pytest.approx((100 * low, 100 * high), abs=0.006)


@given(counts(), counts())
def test_it_holds_the_difference_and_stays_within_100(first: Count, second: Count) -> None:
    apart = difference(first, second)
    assert -100 <= apart.interval[0] <= apart.points + 1e-9
    assert apart.points - 1e-9 <= apart.interval[1] <= 100


@given(counts(), counts())
def test_the_other_way_round_is_its_mirror_image(first: Count, second: Count) -> None:
    there, back = difference(first, second), difference(second, first)
    assert back.points == pytest.approx(-there.points)
    assert back.interval == pytest.approx((-there.interval[1], -there.interval[0]))


@given(counts(), counts(), st.integers(2, 5))
def test_more_cells_make_it_narrower(first: Count, second: Count, times: int) -> None:
    def width(*pair: Count) -> float:
        low, high = difference(*pair).interval
        return high - low

    more = tuple((times * hits, times * total) for hits, total in (first, second))
    assert width(*more) < width(first, second)


@given(counts())
def test_a_count_never_differs_from_itself(count: Count) -> None:
    assert difference(count, count).agree is not False


@given(counts(least=0))
def test_nothing_counted_nothing_known(count: Count) -> None:
    assert difference(count, (0, 0)).interval == (-100.0, 100.0)
    assert difference((0, 0), count).agree is None


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        ((90, 100), (10, 100), False),
        ((60, 200), (62, 200), True),
        ((0, 30), (0, 30), True),
        ((7, 27), (1, 1), None),  # 74 points apart, and no more than chance would give
        ((15, 30), (15, 30), None),
    ],
)
def test_few_cells_agree_with_everything_and_so_with_nothing(first: Count, second: Count, agree: bool | None) -> None:
    assert difference(first, second).agree is agree
    assert difference(second, first).agree is agree
