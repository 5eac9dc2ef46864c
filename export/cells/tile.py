"""A labelled piece of a field, and a file of many of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save

from edge.durable import write_durably
from edge.optics.planes import Field
from edge.types import Pixels
from export.errors import NoImages

CLEAR = 200.0
"""Grey level that stands for transmittance 1: leaves room for the glare around thick cells."""

BACKGROUND, CYTOPLASM, NUCLEUS = 0, 1, 2
KNOWN, CELL_UNKNOWN, UNKNOWN = 0, 1, 2

MADE = "made"

Plane8 = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """A piece of a field, its lamp divided out, and what is known of each pixel.

    name       set and file that it comes from
    light      transmittance · CLEAR, uint8 (height, width, 3)
    labels     BACKGROUND, CYTOPLASM or NUCLEUS, uint8 (height, width)
    doubt      KNOWN; CELL_UNKNOWN where a nucleus would be labelled but cytoplasm might not; UNKNOWN
    um_per_px  micrometres per pixel
    """

    name: str
    light: Pixels
    labels: Plane8
    doubt: Plane8
    um_per_px: float

    @property
    def transmittance(self) -> Field:
        """Share of the lamp's light that passed, float32 (height, width, 3)."""
        return transmittance(self.light)


def transmittance(light: Pixels) -> Field:
    """What `Tile.light` stands for."""
    return np.asarray(light * np.float32(1.0 / CLEAR), np.float32)


def to_light(passed: Field) -> Pixels:
    """A transmittance as it is kept in a tile."""
    return np.asarray(np.clip(np.rint(passed * CLEAR), 0, 255), np.uint8)


def write_tiles(tiles: Iterable[Tile], file: Path, made: str) -> None:
    """All tiles in one safetensors file, durably; `made` tells of what and how, for `TileFile.made`.

    Raises:
        NoImages: there is not one.
    """
    arrays: dict[str, NDArray[Any]] = {}
    listed: dict[str, str] = {}
    for number, tile in enumerate(tiles):
        listed[str(number)] = f"{tile.um_per_px!r} {tile.name}"
        arrays |= {f"{number}.light": tile.light, f"{number}.labels": tile.labels, f"{number}.doubt": tile.doubt}
    if not listed:
        raise NoImages(f"Nothing could be labelled for {file.name}.", "Look at the images: are they blood or marrow?")
    whole = {name: np.ascontiguousarray(each) for name, each in arrays.items()}
    write_durably(file, save(whole, metadata={**listed, MADE: made}))


@dataclass(frozen=True)
class TileFile(Sequence[Tile]):
    """The tiles in a file, each read when it is asked for; the operating system keeps what is used often."""

    path: Path

    def __len__(self) -> int:
        return len(self._listed) - 1

    @overload
    def __getitem__(self, index: int) -> Tile: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Tile]: ...

    def __getitem__(self, index: int | slice) -> Tile | Sequence[Tile]:
        if isinstance(index, slice):
            return [self._tile(number) for number in range(*index.indices(len(self)))]
        return self._tile(range(len(self))[index])

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path}

    @property
    def made(self) -> str:
        """What `write_tiles` was told."""
        return self._listed[MADE]

    def _tile(self, number: int) -> Tile:
        um_per_px, _, name = self._listed[str(number)].partition(" ")
        light, labels, doubt = (self._opened.get_tensor(f"{number}.{part}") for part in ("light", "labels", "doubt"))
        return Tile(name, light, labels, doubt, float(um_per_px))

    @cached_property
    def _opened(self) -> Any:
        return safe_open(self.path, framework="numpy")

    @cached_property
    def _listed(self) -> Mapping[str, str]:
        listed: Mapping[str, str] = self._opened.metadata()
        return listed
