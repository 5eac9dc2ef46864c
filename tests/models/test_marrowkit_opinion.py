"""Marrowkit's opinion network: what its layers compute, its size, and how far it believes a measure."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import models.marrowkit2026_opinion.net as room
from edge.decide.views import VIEWS, channels
from edge.types import Features
from models.golden import drawn_weights
from models.marrowkit2026_opinion.golden import GOLDEN_FILE, golden
from models.marrowkit2026_opinion.net import (
    BELIEVED,
    CHANNELS,
    LABELS,
    MEASURES,
    SIZE_PX,
    VIEW,
    WIDTHS,
    OpinionNet,
    load,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def test_the_golden_file_is_what_the_room_computes() -> None:
    stored, fresh = json.loads(GOLDEN_FILE.read_text("utf-8")), golden()
    assert stored["parameters"] == fresh["parameters"]
    assert np.allclose(stored["logits"], fresh["logits"], atol=1e-4)


def test_a_measure_is_believed_up_to_three_deviations() -> None:
    network = OpinionNet((4, 4, 4, 4)).eval()
    image, far = torch.rand(2, CHANNELS, SIZE_PX, SIZE_PX), torch.full((2, len(MEASURES)), BELIEVED)
    with torch.no_grad():
        assert torch.equal(network(image, far), network(image, 5 * far))
        assert not torch.equal(network(image, far), network(image, 0.5 * far))


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("quarters", range(4))
def test_a_cell_that_lies_otherwise_gets_the_same_answer(quarters: int, mirrored: bool) -> None:
    random = np.random.default_rng(3)
    network = load(drawn_weights(random, OpinionNet()))
    image = torch.from_numpy(random.uniform(0, 1, (2, CHANNELS, SIZE_PX, SIZE_PX)).astype(np.float32))
    laid, measures = torch.rot90(image.flip(-1) if mirrored else image, quarters, (2, 3)), torch.zeros(2, len(MEASURES))
    with torch.no_grad():
        torch.testing.assert_close(network(laid, measures), network(image, measures), atol=1e-4, rtol=1e-4)


def test_what_it_is_shown_is_what_the_kit_can_show() -> None:
    assert channels(VIEWS[VIEW]) == CHANNELS
    assert set(MEASURES) <= set(Features.__dataclass_fields__)


def test_the_room_is_furnished() -> None:
    folder = Path(room.__file__).parent
    card = tomllib.loads((folder / "card.toml").read_text("utf-8"))
    assert card["name"] == folder.name
    assert card["labels"] == list(LABELS)
    assert card["view"] == VIEW
    assert card["parameters"] == sum(each.numel() for each in OpinionNet(WIDTHS).parameters())
    assert "## Limits" in (folder / "README.md").read_text("utf-8")
