"""Batches of cells as other laboratories and cameras would have shown them, for networks that see pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Generator

from edge.optics.normal import BRIGHTEST
from edge.optics.planes import Field
from export.crops.options import CropOptions
from export.crops.views import Pictures
from export.opinion.augment import photographed, placed, redrawn, restained
from export.opinion.planes import CLEAR, LIGHT
from export.opinion.shown import shown
from export.opinion.table import Planes8
from export.stain.augment import Film, film_of, other_stain


def films_of(planes: Planes8, count: int, seed: int) -> tuple[Film, ...]:
    """What the stains of so many cells are known by, drawn from all of them (n, 5, s, s)."""
    drawn = np.random.default_rng(seed).permutation(len(planes))[:count]
    return tuple(film_of(_light(planes[each])) for each in drawn)


def taught(planes: Planes8, films: Sequence[Film], random: Generator, options: CropOptions) -> Pictures:
    """A batch for training: in other stains, laid down otherwise, by other cameras, outlined a little differently."""
    numpy_random = np.random.default_rng(int(torch.randint(2**62, (), generator=random)))
    stained = planes.copy()
    for each in stained:
        each[LIGHT] = _bytes(other_stain(_light(each), films, numpy_random, options.stain))
    lengths = torch.zeros(len(planes), 2)  # there are no measures to take along
    cells = placed(shown(torch.from_numpy(stained), lengths), random, options.augment)
    density = photographed(restained(cells.density, random, options.augment), random, options.augment)
    masks = redrawn(cells.masks, random, options.augment)
    return Pictures((10.0**-density).clamp(0.0, BRIGHTEST), masks[:, :1], masks[:, 1:])


def _light(planes: Planes8) -> Field:
    return np.ascontiguousarray(planes[LIGHT].transpose(1, 2, 0)).astype(np.float32) / np.float32(CLEAR)


def _bytes(light: Field) -> Planes8:
    return np.asarray(np.clip(np.rint(light * CLEAR), 0, 255), np.uint8).transpose(2, 0, 1)
