"""Files of tiles, and batches composed of them."""

from __future__ import annotations

import pickle
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from export.cells.compose import ComposeOptions
from export.cells.dataset import Batch, Recipe, stream
from export.cells.tile import TileFile, to_light, transmittance, write_tiles
from export.errors import NoImages
from tests.tiles import TINY, drawn_pools, drawn_tile


def test_tiles_are_read_as_they_were_written(tmp_path: Path) -> None:
    tiles = [drawn_tile(k, 20 + k) for k in range(12)]
    write_tiles(tiles, tmp_path / "tiles", "by hand")
    read = TileFile(tmp_path / "tiles")
    assert (len(read), read.made) == (12, "by hand")
    for tile, again in zip(tiles, read, strict=True):
        assert (tile.name, tile.um_per_px) == (again.name, again.um_per_px)
        assert all(np.array_equal(getattr(tile, part), getattr(again, part)) for part in ("light", "labels", "doubt"))
    assert [each.name for each in read[-2:]] == ["drawn/10", "drawn/11"]
    with pytest.raises(IndexError):
        read[12]


def test_an_opened_file_goes_to_other_processes_as_its_path(tmp_path: Path) -> None:
    write_tiles([drawn_tile()], tmp_path / "tiles", "")
    read = TileFile(tmp_path / "tiles")
    assert read[0].name == "drawn/0"
    assert pickle.loads(pickle.dumps(read))[0].name == "drawn/0"  # noqa: S301 our own


def test_a_file_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoImages, match="Nothing could be labelled"):
        write_tiles([], tmp_path / "tiles", "")
    assert not (tmp_path / "tiles").exists()


def test_light_keeps_glare_and_half_a_percent() -> None:
    passed = np.linspace(0.0, 1.15, 100, dtype=np.float32).reshape(10, 10, 1).repeat(3, axis=2)
    assert np.abs(transmittance(to_light(passed)) - passed).max() <= 0.5 / 200 + 1e-6


def _batches(recipe: Recipe, first: int, workers: int) -> list[Batch]:
    return list(islice(stream(recipe, first, workers), 4))


def _equal(some: list[Batch], others: list[Batch]) -> bool:
    return all(
        torch.equal(a, b) for one, other in zip(some, others, strict=True) for a, b in zip(one, other, strict=True)
    )


def test_batches_are_those_of_their_numbers(tmp_path: Path) -> None:
    recipe = Recipe(drawn_pools(tmp_path), TINY, 2, seed=3)
    all_six = list(islice(stream(recipe, 0, 0), 6))
    assert _equal(all_six[2:], _batches(recipe, 2, 0))
    assert not _equal(all_six[:4], _batches(Recipe(recipe.pools, TINY, 2, seed=4), 0, 0))
    assert all_six[0].image.shape == (2, 3, 32, 32)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning")  # on a machine with one core
def test_batches_are_the_same_however_many_processes_make_them(tmp_path: Path) -> None:
    recipe = Recipe(drawn_pools(tmp_path), ComposeOptions(side_px=32), 2, seed=3)
    alone = _batches(recipe, 1, 0)
    assert all(_equal(alone, _batches(recipe, 1, workers)) for workers in (1, 2))
