"""The kit's own way from a picture to calls, on every picture that has labels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge.station import Station
from edge.types import CellResult, Examination, Frame
from export.validating.answers import Answers
from export.validating.truth import Mark
from firmware_bridge.errors import BadPicture, Fault
from firmware_bridge.imagefile import read_image

LOSSES = ("unreadable", "refused", "missed", "not countable")
"""Why a labelled cell has no call: its picture cannot be read, the gate or the scale refuses it, no cell was found
there, or the cell is cut, smudged, clumped or naked."""


@dataclass(frozen=True, slots=True)
class Called:
    """A labelled cell that the kit counted."""

    image: str
    group: str
    truth: int
    result: CellResult


@dataclass(frozen=True, slots=True)
class Lost:
    """A labelled cell without a call, and which of LOSSES it is."""

    image: str
    group: str
    truth: int
    why: str
    detail: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """All labelled cells: those with a call and those without; `unmarked` of the called were in no row."""

    called: tuple[Called, ...]
    lost: tuple[Lost, ...]
    unmarked: int = 0

    def answers(self, labels: tuple[str, ...], positive: frozenset[str]) -> Answers:
        """The called cells as arrays."""
        groups = np.unique([each.group for each in self.called], return_inverse=True)[1]
        return Answers(
            labels,
            positive,
            np.array([[each.result.probability[label] for label in labels] for each in self.called], np.float32),
            np.array([labels.index(each.result.label) for each in self.called], np.intp),
            np.array([each.truth for each in self.called], np.intp),
            groups.astype(np.intp),
        )


@dataclass(frozen=True, eq=False)
class Asking:
    """How pictures are asked about.

    images     folder that the rows' names are below
    um_per_px  scale of all pictures, where it is known
    unmarked   place of the label of cells without a row, in pictures whose rows have places; None: they are left out
    """

    station: Station
    images: Path
    um_per_px: float | None = None
    unmarked: int | None = None

    def ask(self, marks: Sequence[Mark], told: Callable[[Iterable[str]], Iterable[str]] = iter) -> Asked:
        """Every mark's call or loss. `told` may watch the names of the pictures go by."""
        by_image: dict[str, list[Mark]] = {}
        for mark in marks:
            by_image.setdefault(mark.image, []).append(mark)
        found = [each for image in told(by_image) for each in self._of_image(image, by_image[image])]
        called = tuple(each for each in found if isinstance(each, Called))
        beyond = len(found) - len(marks)
        return Asked(called, tuple(each for each in found if isinstance(each, Lost)), beyond)

    def _of_image(self, image: str, marks: Sequence[Mark]) -> Iterator[Called | Lost]:
        try:
            frame = Frame(read_image(self.images / image), name=image, um_per_px=self.um_per_px)
            seen = self.station.examine(frame)
        except BadPicture as fault:
            yield from (Lost(image, mark.group, mark.truth, "unreadable", str(fault)) for mark in marks)
            return
        except Fault as fault:
            yield from (Lost(image, mark.group, mark.truth, "refused", str(fault)) for mark in marks)
            return
        if not seen.verdict.ok:
            codes = ", ".join(reason.code for reason in seen.verdict.reasons)
            yield from (Lost(image, mark.group, mark.truth, "refused", codes) for mark in marks)
            return
        yield from _matched(seen, marks, self.unmarked)


def _matched(seen: Examination, marks: Sequence[Mark], unmarked: int | None) -> Iterator[Called | Lost]:
    cells = {each.cell.id: each for each in seen.cells}
    hit = {}
    for mark in marks:
        result = cells.get(_cell_of(seen, mark, cells))
        if result is not None:
            hit[result.cell.id] = mark
        yield _outcome(mark, result)
    if unmarked is not None and any(mark.at_px for mark in marks):
        beyond = (each for key, each in cells.items() if key not in hit and each.cell.countable)
        yield from (Called(marks[0].image, marks[0].group, unmarked, each) for each in beyond)


def _outcome(mark: Mark, result: CellResult | None) -> Called | Lost:
    if result is None:
        return Lost(mark.image, mark.group, mark.truth, "missed")
    if not result.cell.countable:
        codes = ", ".join(reason.code for reason in result.cell.excluded)
        return Lost(mark.image, mark.group, mark.truth, "not countable", codes)
    return Called(mark.image, mark.group, mark.truth, result)


def _cell_of(seen: Examination, mark: Mark, cells: Mapping[int, CellResult]) -> int:
    """The id of the cell that a mark means, 0 where there is none."""
    if mark.at_px is not None:
        height, width = seen.cell_labels.shape
        x, y = (int(each) for each in mark.at_px)
        return int(seen.cell_labels[y, x]) if 0 <= x < width and 0 <= y < height else 0
    middle = seen.size_px[0] / 2, seen.size_px[1] / 2
    return min(cells, key=lambda k: math.dist(cells[k].cell.centre_px, middle), default=0)
