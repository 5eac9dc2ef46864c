"""How far an 8-bit variant may be from its float32 original, and a table of where it is further."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from export.building.marks import Marks
from export.errors import LimitsBroken

CHANCE = 0.025
"""A class of few cells breaks a limit where an allowed loss gives what was lost less often (a side of 95 %)."""
REMEDY = (
    'Calibrate with more or other crops, clip rare extremes ([quantise] method = "percentile" in build.toml), let '
    "layers be sought that stay in float (build --with search=true), or fine-tune in 8 bits (quantise --fine-tune)."
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest losses against float32, in percentage points, and least agreement with it, percent."""

    top1: float = 0.5
    worst_recall: float = 1.0
    ece: float = 1.0
    agreement: float = 99.0


@dataclass(frozen=True, slots=True)
class Line:
    """One limit and what was measured.

    found, limit  in the unit of the limit
    kept          whether it holds
    estimable     whether there are cells enough to say so; where not, it is told and counts as no break
    """

    variant: str
    limit_of: str
    found: float
    limit: float
    kept: bool
    estimable: bool = True

    @property
    def word(self) -> str:
        """What became of the limit, in a word or two."""
        if self.estimable:
            return "kept" if self.kept else "broken"
        return "not estimable"


def lines(
    variant: str,
    found: Marks,
    original: Marks,
    counts: Sequence[int],
    limits: Limits,
    labels: Sequence[str] = (),
) -> list[Line]:
    """A line per limit, and one for the classes that have too few cells for theirs.

    counts  number of cells of each class
    labels  the classes' names; none: their places
    """
    names = labels or [str(each) for each in range(len(counts))]
    lost = 100 * (original.recall - found.recall)
    return [
        _most(variant, "top-1 lost, points", 100 * (original.top1 - found.top1), limits.top1),
        *_recalls(variant, lost, np.asarray(counts), limits.worst_recall, names),
        _most(variant, "calibration error added, points", 100 * (found.ece - original.ece), limits.ece),
        _least(variant, "top-1 agreement, %", 100 * found.agreement, limits.agreement),
    ]


def enough(limit: float) -> int:
    """Cells of a class from which on one of them may be lost within a limit of recall, in points: 100 for 1.

    Of fewer, the loss of a single cell breaks the limit, so that there would be another limit: none may change at all.
    """
    return ceil(100 / limit - 1e-9) if limit > 0 else 1


def counted(found: Sequence[Line]) -> str:
    """How many limits are kept, and how many nobody can tell: `12 of 12 limits are kept`."""
    unknown = sum(not line.estimable for line in found)
    kept = sum(line.kept and line.estimable for line in found)
    told = f"{kept} of {len(found) - unknown} limits are kept"
    return f"{told}, {unknown} not estimable" if unknown else told


def require(found: Sequence[Line], remedy: str = REMEDY) -> None:
    """No limit is broken.

    Raises:
        LimitsBroken: with the table that says where.
    """
    broken = [line for line in found if not line.kept]
    if broken:
        raise LimitsBroken(f"{len(broken)} of {len(found)} limits are broken:\n{table(found)}", remedy)


def table(found: Sequence[Line]) -> str:
    """The lines as Markdown."""
    rows = [f"| {e.variant} | {e.limit_of} | {e.found:.2f} | {e.limit:g} | {_marked(e)} |" for e in found]
    return "\n".join(["| variant | limit | found | allowed | |", "|---|---|---|---|---|", *rows])


def _recalls(
    variant: str, lost: NDArray[np.float64], counts: NDArray[np.int_], limit: float, names: Sequence[str]
) -> Iterator[Line]:
    """The worst class of enough cells by what was measured; of the others those whose loss is beyond chance, and one
    line for the rest."""
    few = (counts > 0) & (counts < enough(limit))
    beyond = np.array([few[k] and beyond_chance(lost[k], int(counts[k]), limit) for k in range(len(counts))])
    judged = (counts >= enough(limit)) | beyond
    if judged.any():
        worst = int(np.argmax(np.where(judged, lost, -np.inf)))
        yield _most(variant, f"recall lost, worst class ({names[worst]}), points", float(lost[worst]), limit)
    rest = np.flatnonzero(few & ~beyond)
    if len(rest):
        told = ", ".join(f"{names[k]} {counts[k]}" for k in rest.tolist())
        of = f"recall lost, classes of fewer than {enough(limit)} cells ({told}), points"
        yield Line(variant, of, float(lost[rest].max()), limit, kept=True, estimable=False)


def beyond_chance(lost: float, count: int, limit: float) -> bool:
    """Whether a class of few cells has lost more points than an allowed loss explains (exact binomial test)."""
    cells = round(lost * count / 100)
    return lost > limit and bool(binom.sf(cells - 1, count, limit / 100) < CHANCE)


def _most(variant: str, limit_of: str, found: float, limit: float) -> Line:
    return Line(variant, limit_of, found, limit, found <= limit + 1e-9)


def _least(variant: str, limit_of: str, found: float, limit: float) -> Line:
    return Line(variant, limit_of, found, limit, found >= limit - 1e-9)


def _marked(line: Line) -> str:
    return line.word if line.kept else f"**{line.word}**"
