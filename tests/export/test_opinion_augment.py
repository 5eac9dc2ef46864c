"""Cells shown otherwise: sizes take their lengths along, masks stay shares, the same state gives the same pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Generator

from export.opinion.augment import LENGTHS, AugmentOptions, augmented, blurred, placed, redrawn
from export.opinion.shown import Shown, shown
from models.marrowkit2026_opinion.net import MEASURES
from tests.tabled import drawn_cells

CELLS = drawn_cells(4)
OPTIONS = AugmentOptions()


def _batch() -> Shown:
    return shown(torch.from_numpy(CELLS.planes), torch.from_numpy(CELLS.measures(MEASURES).astype(np.float32)))


@pytest.mark.parametrize("seed", range(3))
def test_a_resized_picture_takes_its_lengths_along(seed: int) -> None:
    before = _batch()
    after = placed(before, Generator().manual_seed(seed), replace(OPTIONS, size=0.15, shift=0.0))
    drawn = (after.masks.sum((2, 3)) / before.masks.sum((2, 3))).sqrt()[:, 1]
    measured = after.measures[:, LENGTHS] / before.measures[:, LENGTHS]
    assert measured[:, 0].std() > 0.05
    assert torch.allclose(measured, drawn[:, None].expand_as(measured), rtol=0.03)
    others = [index for index in range(len(MEASURES)) if index not in LENGTHS]
    assert torch.equal(after.measures[:, others], before.measures[:, others])


@pytest.mark.parametrize("seed", range(5))
def test_masks_stay_shares_and_densities_stay_densities(seed: int) -> None:
    after = augmented(_batch(), Generator().manual_seed(seed), OPTIONS)
    assert float(after.masks.min()) >= 0
    assert float(after.masks.max()) <= 1
    assert bool(torch.isfinite(after.density).all())
    grey = ((after.masks > 0.05) & (after.masks < 0.95)).float().mean()
    assert float(grey) < 0.12  # an outline is a rim, not a fog


def test_outlines_move_by_a_fraction_of_a_micrometre() -> None:
    masks = _batch().masks
    again = redrawn(masks, Generator().manual_seed(0), OPTIONS)
    diameters = 2 * (torch.stack([masks, again]).sum((3, 4)) / torch.pi).sqrt()
    assert float((diameters[1] - diameters[0]).abs().max()) * 0.25 < 1.0


def test_the_same_state_gives_the_same_pictures() -> None:
    first, again, other = (augmented(_batch(), Generator().manual_seed(seed), OPTIONS) for seed in (1, 1, 2))
    assert all(torch.equal(*each) for each in zip(first, again, strict=True))
    assert not torch.equal(first.density, other.density)


def test_a_blur_keeps_what_is_even() -> None:
    inside = blurred(torch.full((1, 2, 40, 40), 0.7), 1.5)[..., 10:30, 10:30]
    assert torch.allclose(inside, torch.full_like(inside, 0.7), atol=1e-5)


def test_the_batch_itself_stays_as_it_was() -> None:
    batch = _batch()
    before = [each.clone() for each in batch]
    augmented(batch, Generator().manual_seed(0), OPTIONS)
    assert all(torch.equal(*each) for each in zip(batch, before, strict=True))
