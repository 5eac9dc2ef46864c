"""Which cells share a stain: films whose colours are alike, found without anybody's labels.

Cells of one slide, patient or image were stained together, so films are put together and not cells: else a stain would
be a kind of cell.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from edge.errors import BadSetting
from edge.optics.normal import density
from export.errors import BadCrops
from export.opinion.planes import crop_of
from export.opinion.table import CellTable, Planes8
from export.stain.macenko import FAINT
from export.stain.reinhard import colours_of

Indices = NDArray[np.intp]
FEWEST = 2


def stain_domains(cells: CellTable, count: int, seed: int = 0) -> Indices:
    """The stain of each cell, (n,), 0 … count − 1: k-means of the films' mean colours and spreads, standardised.

    Raises:
        BadSetting: there are fewer films than stains, or fewer than two stains are asked for.
        BadCrops: a film shows nothing that is stained.
    """
    films, film_of_each = np.unique(cells.films, return_inverse=True)
    if not FEWEST <= count <= len(films):
        remedy = f"Ask for {FEWEST} to {len(films)} stains, or give cells of more films."
        raise BadSetting(f"{len(films)} films cannot be of {count} stains.", remedy)
    colours = np.stack([_of_film(cells.planes[film_of_each == k], str(name)) for k, name in enumerate(films)])
    spread = np.maximum(colours.std(axis=0), 1e-6)
    found = KMeans(count, n_init=10, random_state=seed).fit_predict((colours - colours.mean(axis=0)) / spread)
    return np.asarray(found, np.intp)[film_of_each]


def _of_film(planes: Planes8, name: str) -> NDArray[np.float64]:
    """Mean and spread of the stained pixels' colours, over the cells of a film (m, 5, s, s), (6,)."""
    each = [colours for cell in planes if (colours := _of_cell(cell)) is not None]
    if not each:
        raise BadCrops(f"Nothing in {name} is stained.", "Leave that film out.")
    return np.asarray(np.mean(each, axis=0), np.float64)


def _of_cell(planes: Planes8) -> NDArray[np.float64] | None:
    """The same of one cell, (6,); None where it shows no stain."""
    crop = crop_of(planes)
    stained = (density(crop.transmittance).max(axis=2) > FAINT) & (crop.cell > 0)
    colours = colours_of(crop.transmittance, stained)
    return None if colours is None else np.concatenate([colours.mean, colours.spread])
