"""What torch computes of cells before the network sees them: optical density, and the kit's input views."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import torch
from torch import Tensor

from edge.decide.views import LEAST_DENSITY
from edge.optics.normal import DARKEST
from export.opinion.planes import CELL, CLEAR, LIGHT, WHOLE


class Shown(NamedTuple):
    """A batch of n cells.

    density   optical density, (n, 3, size, size)
    masks     share of each pixel that is cell, and nucleus, (n, 2, size, size)
    measures  in their own units, (n, measures)
    """

    density: Tensor
    masks: Tensor
    measures: Tensor


def shown(planes: Tensor, measures: Tensor) -> Shown:
    """Cells as they are kept (see `export.opinion.planes`) as densities and masks."""
    passed = (planes[:, LIGHT].float() / CLEAR).clamp(DARKEST, 1.0)
    return Shown(-torch.log10(passed), planes[:, CELL:].float() / WHOLE, measures)


def cell_density(cells: Shown) -> Tensor:
    """The input view of that name, (n, 4, size, size): what `edge.decide.views.cell_density` gives the kit."""
    cell, nucleus = cells.masks[:, :1], cells.masks[:, 1:]
    weight = nucleus.sum((2, 3), keepdim=True) + 1e-6
    mean = (cells.density * nucleus).sum((2, 3), keepdim=True) / weight
    return torch.cat([cells.density / mean.clamp_min(LEAST_DENSITY) * cell, nucleus], 1)


def nucleus(cells: Shown) -> Tensor:
    """The input view of that name, (n, 1, size, size): the outline of the nucleus alone."""
    return cells.masks[:, 1:]


TORCH_VIEWS: Mapping[str, Callable[[Shown], Tensor]] = MappingProxyType(
    {"cell-density": cell_density, "nucleus": nucleus}
)
"""The kit's views (`edge.decide.views.VIEWS`) that a network can be trained on; a test holds the two together."""
