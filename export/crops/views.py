"""The kit's input views, computed by torch of whole batches while a network learns.

A picture is brought to the network's size before it is viewed, as on the kit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import torch
from torch import Tensor

from edge.decide.views import VIEWS, channels
from edge.errors import BadSetting
from edge.optics.normal import DARKEST
from export.crops.resized import resized
from export.opinion.planes import CELL, CLEAR, LIGHT, NUCLEUS, WHOLE
from export.opinion.shown import Shown, cell_density
from export.opinion.table import Planes8

AT_ONCE = 32
"""Cells that a network is asked about together."""


class Pictures(NamedTuple):
    """A batch of n cells.

    light  transmittance, (n, 3, s, s)
    cell, nucleus  share of each pixel, (n, 1, s, s)
    """

    light: Tensor
    cell: Tensor
    nucleus: Tensor

    def to(self, device: str) -> Pictures:
        """The same where torch computes."""
        return Pictures(*(each.to(device) for each in self))


View = Callable[[Pictures], Tensor]


def pictures_of(planes: Planes8) -> Pictures:
    """Cells (n, 5, s, s) as they are kept (see `export.opinion.planes`)."""
    whole = torch.from_numpy(planes).float()
    return Pictures(whole[:, LIGHT] / CLEAR, whole[:, CELL : CELL + 1] / WHOLE, whole[:, NUCLEUS : NUCLEUS + 1] / WHOLE)


def viewed(pictures: Pictures, name: str, size_px: int) -> Tensor:
    """What a network sees of a batch: (n, channels of the view, size_px, size_px), float32 in mixed precision too."""
    with _exactly(pictures):
        return TORCH_VIEWS[name](Pictures(*(resized(each, size_px) for each in pictures)))


def outlines(pictures: Pictures, size_px: int) -> Tensor:
    """Shares of each pixel that are cell, and nucleus: (n, 2, size_px, size_px)."""
    with _exactly(pictures):
        return resized(torch.cat([pictures.cell, pictures.nucleus], 1), size_px)


def shown_in_turn(planes: Planes8, name: str, size_px: int, device: str = "cpu") -> Iterator[Tensor]:
    """What a network sees of cells as they are kept, (at most AT_ONCE, channels, size_px, size_px), in order."""
    for first in range(0, len(planes), AT_ONCE):
        yield viewed(pictures_of(planes[first : first + AT_ONCE]).to(device), name, size_px)


def view_of(name: str) -> str:
    """The name of a view that networks can be trained on.

    Raises:
        BadSetting: there is none of that name.
    """
    if name not in TORCH_VIEWS:
        raise BadSetting(f"There is no view {name!r}.", f"Take {', '.join(TORCH_VIEWS)}.")
    return name


def channels_of(name: str) -> int:
    """How many planes a view gives."""
    return channels(VIEWS[name])


def _exactly(pictures: Pictures) -> torch.autocast:
    """Without the 16 bits of mixed precision, which the kit's views do not have."""
    return torch.autocast(pictures.light.device.type, enabled=False)


def _rgb(seen: Pictures) -> Tensor:
    return seen.light


def _rgb_on_black(seen: Pictures) -> Tensor:
    return seen.light * seen.cell


def _nucleus_on_black(seen: Pictures) -> Tensor:
    return seen.light * seen.nucleus


def _cell_density(seen: Pictures) -> Tensor:
    masks = torch.cat([seen.cell, seen.nucleus], 1)
    return cell_density(Shown(-torch.log10(seen.light.clamp(DARKEST, 1.0)), masks, masks.new_zeros(masks.shape[0], 0)))


def _relative_density(seen: Pictures) -> Tensor:
    return _cell_density(seen)[:, :3]


def _nucleus(seen: Pictures) -> Tensor:
    return seen.nucleus


def _planes(seen: Pictures) -> Tensor:
    return torch.cat(seen, 1)


TORCH_VIEWS: Mapping[str, View] = MappingProxyType(
    {
        "rgb": _rgb,
        "rgb-on-black": _rgb_on_black,
        "nucleus-on-black": _nucleus_on_black,
        "cell-density": _cell_density,
        "relative-density": _relative_density,
        "nucleus": _nucleus,
        "planes": _planes,
    }
)
"""The kit's views (`edge.decide.views.VIEWS`) that a network can be trained on; a test holds the two together."""
