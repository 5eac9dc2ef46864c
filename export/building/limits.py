"""How far an 8-bit variant may be from its float32 original, and a table of where it is further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from export.building.marks import Marks
from export.errors import LimitsBroken

FEW = 20
"""Cells of a class below which its recall says nothing: one cell more or less is 5 points."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest losses against float32, in percentage points, and least agreement with it, percent."""

    top1: float = 0.5
    worst_recall: float = 1.0
    ece: float = 1.0
    agreement: float = 99.0


@dataclass(frozen=True, slots=True)
class Line:
    """One limit and what was measured: `found` and `limit` in the unit of the limit; `kept` whether it holds."""

    variant: str
    limit_of: str
    found: float
    limit: float
    kept: bool


def lines(
    variant: str,
    found: Marks,
    original: Marks,
    counts: Sequence[int],
    limits: Limits,
    labels: Sequence[str] = (),
) -> list[Line]:
    """A line per limit. `counts` has the number of cells of each class; classes of fewer than 20 have no say, and where
    no class has more, nothing is known of recall and its limit is broken. `labels` are the classes' names, if any."""
    worst, lost = _worst(found, original, np.asarray(counts))
    label = _called(worst, labels)
    return [
        _most(variant, "top-1 lost, points", 100 * (original.top1 - found.top1), limits.top1),
        _most(variant, f"recall lost, worst class ({label}), points", lost, limits.worst_recall),
        _most(variant, "calibration error added, points", 100 * (found.ece - original.ece), limits.ece),
        _least(variant, "top-1 agreement, %", 100 * found.agreement, limits.agreement),
    ]


def require(found: Sequence[Line]) -> None:
    """Every limit is kept.

    Raises:
        LimitsBroken: with the table that says where.
    """
    broken = [line for line in found if not line.kept]
    if broken:
        raise LimitsBroken(
            f"{len(broken)} of {len(found)} limits are broken:\n{table(found)}",
            "Calibrate with more or other crops, keep more layers in float, or fine-tune in 8 bits.",
        )


def table(found: Sequence[Line]) -> str:
    """The lines as Markdown."""
    rows = [f"| {e.variant} | {e.limit_of} | {e.found:.2f} | {e.limit:g} | {_word(e)} |" for e in found]
    return "\n".join(["| variant | limit | found | allowed | |", "|---|---|---|---|---|", *rows])


def _worst(found: Marks, original: Marks, counts: NDArray[np.int_]) -> tuple[int | None, float]:
    """Which class loses most, and how much; None, and endlessly much, where no class has enough cells."""
    lost = np.where(counts >= FEW, 100 * (original.recall - found.recall), -np.inf)
    worst = int(np.argmax(lost))
    return (worst, float(lost[worst])) if np.isfinite(lost[worst]) else (None, np.inf)


def _called(worst: int | None, labels: Sequence[str]) -> str:
    if worst is None:
        return f"none has {FEW} cells"
    return labels[worst] if labels else str(worst)


def _most(variant: str, limit_of: str, found: float, limit: float) -> Line:
    return Line(variant, limit_of, found, limit, found <= limit + 1e-9)


def _least(variant: str, limit_of: str, found: float, limit: float) -> Line:
    return Line(variant, limit_of, found, limit, found >= limit - 1e-9)


def _word(line: Line) -> str:
    return "kept" if line.kept else "**broken**"
