"""The students: three sizes, the same answer however a cell lies, and what their layers compute."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import models.marrowkit2026_student.net as room
from models.golden import drawn_weights
from models.marrowkit2026_student.golden import GOLDEN_FILE, golden
from models.marrowkit2026_student.net import MULTIPLE_PX, SIZES, load, network
from models.symmetry import make_plain

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SMALLEST_MOST = 300_000


def test_the_golden_file_is_what_the_room_computes() -> None:
    stored, fresh = json.loads(GOLDEN_FILE.read_text("utf-8")), golden()
    for size in SIZES:
        assert stored["students"][size]["parameters"] == fresh["students"][size]["parameters"]
        assert np.allclose(stored["students"][size]["logits"], fresh["students"][size]["logits"], atol=1e-4)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("way", range(8))
def test_a_cell_laid_down_otherwise_is_the_same_cell(size: str, way: int) -> None:
    student = load(drawn_weights(np.random.default_rng(1), network(4, size)), 4, size)
    cell = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(2))
    other = torch.rot90(cell.flip(-1) if way >= 4 else cell, way % 4, (-2, -1))
    with torch.no_grad():
        answer = student(cell)
        assert (student(other) - answer).abs().max() < 1e-5 * answer.std()


def test_the_smallest_is_small_even_as_an_ordinary_network() -> None:
    sizes = []
    for size in SIZES:
        student = network(6, size)
        make_plain(student)
        sizes.append(sum(each.numel() for each in student.parameters()))
    assert sizes == sorted(sizes)
    assert sizes[0] < SMALLEST_MOST


@pytest.mark.parametrize(("channels", "side"), [(1, 16), (4, 80), (3, 96)])
def test_any_view_and_side_of_whole_halvings(channels: int, side: int) -> None:
    student = network(5, "small", channels).eval()
    with torch.no_grad():
        image = torch.rand(2, channels, side, side)
        assert student(image).shape == (2, 5)
        assert student.features(image).shape[2:] == (side // MULTIPLE_PX, side // MULTIPLE_PX)


def test_another_size_is_none() -> None:
    with pytest.raises(ValueError, match="only small, medium, large"):
        network(2, "huge")


def test_the_room_is_furnished() -> None:
    folder = Path(room.__file__).parent
    card = tomllib.loads((folder / "card.toml").read_text("utf-8"))
    assert card["name"] == folder.name
    assert card["parameters"] == {size: sum(p.numel() for p in network(6, size).parameters()) for size in SIZES}
    assert "## Limits" in (folder / "README.md").read_text("utf-8")
