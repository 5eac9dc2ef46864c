"""Wilson's interval: its laws, and the figures that the clinical facts quote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.decide.wilson import Z_95, wilson, wilson_percent

COUNTS = st.integers(0, 2000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


@given(COUNTS)
def test_it_contains_the_share_and_stays_within_0_and_1(count: tuple[int, int]) -> None:
    low, high = wilson(*count)
    assert 0 <= low <= high <= 1
    assert count[1] == 0 or low <= count[0] / count[1] <= high


@given(COUNTS)
def test_hits_and_misses_are_mirror_images(count: tuple[int, int]) -> None:
    hits, total = count
    low, high = wilson(hits, total)
    assert wilson(total - hits, total) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@given(COUNTS, st.integers(2, 5))
def test_it_narrows_with_the_count(count: tuple[int, int], times: int) -> None:
    hits, total = count
    low, high = wilson(hits, total)
    more_low, more_high = wilson(hits * times, total * times)
    assert more_high - more_low <= high - low


@given(COUNTS)
def test_its_ends_solve_the_score_equation(count: tuple[int, int]) -> None:
    hits, total = count
    for end in wilson(hits, total):
        if total and 0 < hits < total:
            assert (hits / total - end) ** 2 == pytest.approx(Z_95**2 * end * (1 - end) / total, rel=1e-6)


@pytest.mark.parametrize(("hits", "total", "low", "high"), [(40, 200, 15, 26), (100, 500, 17, 24)])
def test_twenty_percent_at_200_and_at_500(hits: int, total: int, low: int, high: int) -> None:
    ends = wilson_percent(hits, total)
    assert (round(ends[0]), round(ends[1])) == (low, high)


@pytest.mark.parametrize(("least", "total"), [(52, 200), (118, 500)])
def test_what_it_takes_to_lie_above_twenty_percent(least: int, total: int) -> None:
    assert wilson_percent(least, total)[0] > 20 >= wilson_percent(least - 1, total)[0]


def test_nothing_counted_is_nothing_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("count", [(1, 0), (-1, 5), (6, 5)])
def test_what_is_no_count_is_refused(count: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no count"):
        wilson(*count)
