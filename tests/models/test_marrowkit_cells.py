"""Marrowkit's cells network: what its layers compute, its size, and that it sees a field the same in any position."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

import models.marrowkit2026_cells.net as room
from models.golden import drawn_weights
from models.marrowkit2026_cells.golden import GOLDEN_FILE, golden
from models.marrowkit2026_cells.net import MULTIPLE_PX, PLANES, CellsNet, load

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def test_the_golden_file_is_what_the_room_computes() -> None:
    stored, fresh = json.loads(GOLDEN_FILE.read_text("utf-8")), golden()
    assert stored["parameters"] == fresh["parameters"]
    assert np.allclose(stored["logits"], fresh["logits"], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("size", [(16, 16), (16, 48), (64, 32)])
def test_every_multiple_of_sixteen_is_answered_pixel_by_pixel(size: tuple[int, int]) -> None:
    network = CellsNet((4, 6, 8, 8)).eval()
    with torch.no_grad():
        assert network(torch.rand(2, 3, *size)).shape == (2, len(PLANES), *size)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("quarters", range(4))
def test_a_field_laid_down_otherwise_gets_the_same_answer_laid_down_otherwise(quarters: int, mirrored: bool) -> None:
    def laid(planes: Tensor) -> Tensor:
        return torch.rot90(planes.flip(-1) if mirrored else planes, quarters, (-2, -1))

    network = load(drawn_weights(np.random.default_rng(1), CellsNet()))
    field = torch.rand(1, 3, 48, 80, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        answer = laid(network(field))
        assert (network(laid(field)) - answer).abs().max() < 1e-5 * answer.std()


def test_shifting_the_field_by_a_multiple_shifts_the_answer() -> None:
    torch.manual_seed(0)
    network = load(CellsNet().state_dict())
    wide = torch.rand(1, 3, 16, 256)
    with torch.no_grad():
        whole, part = network(wide), network(wide[..., MULTIPLE_PX:])
    inner = slice(96, -96)
    assert torch.allclose(whole[..., MULTIPLE_PX:][..., inner], part[..., inner], atol=1e-5)


def test_the_room_is_furnished() -> None:
    folder = Path(room.__file__).parent
    card = tomllib.loads((folder / "card.toml").read_text("utf-8"))
    assert card["name"] == folder.name
    assert card["planes"] == list(PLANES)
    assert card["parameters"] == sum(each.numel() for each in CellsNet().parameters())
    assert "## Limits" in (folder / "README.md").read_text("utf-8")
