"""The looker of a kit: knows the fields of the case at hand again, and says which cells were counted in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from edge.again import Album, Overlap, Place, Signature, counted_before
from edge.casework.seen_before import Already, Earlier
from edge.document import Document
from edge.types import CellResult, Examination, Frame
from firmware_bridge.imagefile import read_image

Sign = Callable[[Frame], Signature]
"""A frame to its signature, as the station makes them."""


class KnownAgain:
    """Keeps the signatures of one case at a time; those of another are read from its pictures when it is taken up.

    Not for several threads at once: captures come one at a time.
    """

    def __init__(self, sign: Sign) -> None:
        self._sign = sign
        self._album = Album()
        self._numbers: dict[Path, int] = {}

    def __call__(self, frame: Frame, examination: Examination, earlier: Sequence[Earlier]) -> tuple[Already, ...]:
        """Every earlier field that this one overlaps with, the largest common part first, and which of its cells that
        part holds already. Cells that do not count there are new.

        Raises:
            BadPicture: the picture of an earlier field is damaged.
        """
        self._keep(earlier)
        overlaps = self._album.overlaps(self._sign(frame))
        beneath = {overlap.field for overlap in overlaps}
        numbered = {self._numbers[each.image]: each for each in earlier}
        counted = {number: tuple(_counted(numbered[number].read())) for number in beneath}
        scale = examination.scale.um_per_px if examination.scale is not None else None
        new = [] if scale is None else [_place(result, scale) for result in examination.cells]
        before = counted_before(new, overlaps, counted)
        return tuple(
            _already(overlap, numbered[overlap.field], (each.id for each in before if each.field == overlap.field))
            for overlap in overlaps
        )

    def _keep(self, earlier: Iterable[Earlier]) -> None:
        """Have exactly these in the album."""
        wanted = {each.image for each in earlier}
        for path in [path for path in self._numbers if path not in wanted]:
            self._album.drop(self._numbers.pop(path))
        for path in wanted - self._numbers.keys():
            number = max(self._album.numbers, default=0) + 1
            self._album.add(number, self._sign(Frame(read_image(path), name=path.name)))
            self._numbers[path] = number


def _already(overlap: Overlap, earlier: Earlier, cells: Iterable[int]) -> Already:
    return Already(earlier.number, overlap.share, tuple(cells))


def _place(result: CellResult, um_per_px: float) -> Place:
    cell = result.cell
    return Place(cell.id, cell.centre_px, cell.features.nucleus_diameter_um / um_per_px)


def _counted(document: Document) -> Iterator[Place]:
    um_per_px: float | None = document["um_per_px"]
    if um_per_px is None:
        return
    for cell in document["cells"]:
        if cell["countable"]:
            yield _recorded(cell, um_per_px)


def _recorded(cell: dict[str, Any], um_per_px: float) -> Place:
    x, y = cell["centre"]
    return Place(cell["id"], (x, y), cell["features"]["nucleus_diameter_um"] / um_per_px)
