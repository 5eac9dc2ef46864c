"""Pooling two opinions: laws of the pool, doubt, and settings that make no sense."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.decide.fuse import Fusion, doubtful, fuse, pooled

SHARES = st.floats(0, 1)
IS_BLAST = np.array([True, False, True, False])


def _one(value: float) -> np.ndarray:
    return np.array([value])


@given(SHARES, SHARES)
def test_the_pool_lies_between_the_opinions(network: float, rbf: float) -> None:
    pool = pooled(_one(network), _one(rbf), Fusion())[0]
    assert min(network, rbf) - 1e-5 <= pool <= max(network, rbf) + 1e-5


@given(SHARES, SHARES, SHARES)
def test_a_surer_opinion_never_lowers_the_pool(network: float, rbf: float, more: float) -> None:
    low, high = sorted((network, more))
    assert pooled(_one(low), _one(rbf), Fusion())[0] <= pooled(_one(high), _one(rbf), Fusion())[0]


@given(SHARES)
def test_all_weight_on_one_system_gives_its_own_opinion(network: float) -> None:
    assert pooled(_one(network), _one(0.1), Fusion(weights=(1.0, 0.0)))[0] == pytest.approx(network, abs=2e-6)


@given(st.lists(st.lists(st.floats(0.001, 1), min_size=4, max_size=4), min_size=1, max_size=6), SHARES)
def test_fused_rows_sum_to_one_and_keep_the_networks_order_on_each_side(rows: list[list[float]], rbf: float) -> None:
    network = np.array(rows) / np.sum(rows, axis=1, keepdims=True)
    fused = fuse(network, np.full(len(rows), rbf), IS_BLAST, Fusion())
    assert np.allclose(fused.probability.sum(axis=1), 1)
    assert np.allclose(fused.probability[:, IS_BLAST].sum(axis=1), fused.positive)
    for side in (IS_BLAST, ~IS_BLAST):
        assert (np.diff(network[:, side]) * np.diff(fused.probability[:, side]) >= -1e-12).all()
    assert (IS_BLAST[fused.label] == (fused.positive >= 0.5)).all()


def test_a_label_follows_the_threshold_and_not_the_largest_share() -> None:
    network = np.array([[0.3, 0.4, 0.0, 0.3]])
    fused = fuse(network, _one(0.3), IS_BLAST, Fusion(threshold=0.2, abstain=(0.1, 0.4)))
    assert fused.label[0] == 0


def test_a_side_to_which_the_network_gave_nothing_is_shared_evenly() -> None:
    fused = fuse(np.array([[0.0, 0.5, 0.0, 0.5]]), _one(0.9), IS_BLAST, Fusion())
    assert fused.probability[0, 0] == pytest.approx(fused.probability[0, 2])
    assert np.isfinite(fused.probability).all()


@pytest.mark.parametrize(
    ("network", "rbf", "expected"),
    [
        (0.95, 0.05, True),
        (0.05, 0.95, True),
        (0.5, 0.5, True),
        (0.99, 0.99, False),
        (0.01, 0.3, False),
        (0.99, 0.6, False),
    ],
)
def test_doubt_is_a_firm_contradiction_or_a_middling_pool(network: float, rbf: float, expected: bool) -> None:
    pool = pooled(_one(network), _one(rbf), Fusion())
    assert doubtful(_one(network), _one(rbf), pool, Fusion())[0] == expected


NONSENSE: list[dict[str, Any]] = [
    {"weights": (-0.1, 1.0)},
    {"weights": (0.0, 0.0)},
    {"threshold": 0.9},
    {"abstain": (0.7, 0.3)},
    {"conviction": 0.4},
]


@pytest.mark.parametrize("settings", NONSENSE)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"weights|threshold"):
        Fusion(**settings)
