"""Westgard's rules: each breaks where it should, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.casework.westgard import broken

Z = st.floats(-6, 6)
ROWS = st.lists(Z, max_size=12)


@pytest.mark.parametrize(
    ("zs", "rules"),
    [
        ([], ()),
        ([0.0], ()),
        ([2.0], ()),
        ([2.1], ("1-2s",)),
        ([-2.1], ("1-2s",)),
        ([3.1], ("1-3s",)),
        ([-3.1], ("1-3s",)),
        ([2.1, 2.2], ("2-2s",)),
        ([-2.1, -2.2], ("2-2s",)),
        ([2.1, 0.0, 2.2], ("1-2s",)),
        ([2.1, -2.2], ("R-4s",)),
        ([-2.1, 2.2], ("R-4s",)),
        ([2.1, 3.2], ("1-3s", "2-2s")),
        ([-2.5, 3.2], ("1-3s", "R-4s")),
        ([3.5, 0.0], ()),
    ],
)
def test_rules(zs: list[float], rules: tuple[str, ...]) -> None:
    assert broken(zs) == rules


@given(ROWS)
def test_up_and_down_are_alike(zs: list[float]) -> None:
    assert broken([-z for z in zs]) == broken(zs)


@given(ROWS, ROWS)
def test_only_the_last_two_runs_matter(before: list[float], zs: list[float]) -> None:
    if len(zs) >= 2:
        assert broken([*before, *zs]) == broken(zs[-2:])


@given(ROWS, st.floats(-2, 2))
def test_a_run_within_two_sd_breaks_nothing(before: list[float], z: float) -> None:
    assert broken([*before, z]) == ()


@given(ROWS, Z)
def test_a_warning_stands_alone(before: list[float], z: float) -> None:
    rules = broken([*before, z])
    assert rules == ("1-2s",) or "1-2s" not in rules
    assert bool(rules) == (abs(z) > 2)
