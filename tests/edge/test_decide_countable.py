"""Which cells may be counted, as cases."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.decide.countable import CountableLimits, exclusions
from edge.types import Features
from edge.words import say

ROUND = Features(
    diameter_um=12.0,
    nucleus_diameter_um=9.0,
    area_um2=113.1,
    nucleus_area_um2=63.6,
    nc_ratio=0.56,
    circularity=0.92,
    solidity=0.97,
    elongation=1.1,
    lobes=1.0,
    chromatin_contrast=0.2,
    chromatin_coarseness=0.3,
    nuclear_density=1.0,
    basophilia=0.5,
    cytoplasm_hue=1.5,
    granularity=0.1,
    vacuoles=0.0,
)

NAKED = {"nc_ratio": 0.8, "circularity": 0.8, "nuclear_density": 0.95, "cytoplasm_hue": 1.1}

CASES: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("a blast", {}, ()),
    ("a small lymphocyte", {"diameter_um": 7.5, "nucleus_diameter_um": 6.8, "nuclear_density": 1.3}, ()),
    ("a neutrophil", {"lobes": 3.0, "solidity": 0.72, "elongation": 2.6, "circularity": 0.4}, ()),
    ("a band form", {"lobes": 2.0, "elongation": 2.4, "solidity": 0.8}, ()),
    ("a monocyte: pale, but even", {"nuclear_density": 0.7, "solidity": 0.95}, ()),
    ("a folded nucleus: uneven, but dense", {"solidity": 0.85, "nuclear_density": 0.95}, ()),
    ("a smudge", {"nuclear_density": 0.6, "solidity": 0.8}, ("cell.smudged",)),
    ("a naked nucleus", NAKED, ("cell.naked",)),
    ("naked, but smooth", {**NAKED, "circularity": 0.84}, ()),
    ("naked, but dense", {**NAKED, "nuclear_density": 1.0}, ()),
    ("ragged, in blue cytoplasm", {**NAKED, "cytoplasm_hue": 1.3}, ()),
    ("ragged, in much cytoplasm", {**NAKED, "nc_ratio": 0.6}, ()),
    ("ragged lobes", {**NAKED, "lobes": 2.0}, ()),
    ("drawn out", {"elongation": 2.5, "solidity": 0.95}, ("cell.crushed",)),
    ("drawn out and pale", {"elongation": 2.5, "nuclear_density": 0.5, "solidity": 0.7}, ("cell.crushed",)),
    ("a clump", {"nucleus_diameter_um": 20.0, "lobes": 4.0}, ("cell.clumped",)),
    ("a pale, drawn out clump", {"nucleus_diameter_um": 20.0, "elongation": 3.0}, ("cell.clumped",)),
    ("just at every limit", {"nuclear_density": 0.85, "solidity": 0.93, "elongation": 2.2}, ()),
    ("just at the size of a clump", {"nucleus_diameter_um": 18.0}, ()),
]


@pytest.mark.parametrize(("changes", "codes"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_countable(changes: dict[str, Any], codes: tuple[str, ...]) -> None:
    found = exclusions(replace(ROUND, **changes))
    assert tuple(reason.code for reason in found) == codes
    assert all("{" not in str(say(reason)) for reason in found)


@given(
    st.floats(0, 40, allow_nan=False),
    st.floats(1, 6),
    st.floats(0, 3),
    st.floats(0, 1),
    st.sampled_from([1.0, 2.0, 5.0]),
)
def test_there_is_one_reason_at_most_and_it_can_be_said(
    diameter_um: float, elongation: float, density: float, solidity: float, lobes: float
) -> None:
    cell = replace(
        ROUND,
        nucleus_diameter_um=diameter_um,
        elongation=elongation,
        nuclear_density=density,
        solidity=solidity,
        lobes=lobes,
    )
    assert len(exclusions(cell)) <= 1
    assert all(str(say(reason)).endswith(".") for reason in exclusions(cell))


def test_limits_can_be_moved() -> None:
    strict = CountableLimits(pale=1.5, uneven=1.0, crushed_elongation=1.05, clump_nucleus_um=math.inf)
    assert [reason.code for reason in exclusions(ROUND, strict)] == ["cell.crushed"]
