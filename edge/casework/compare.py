"""Two cases side by side: an earlier and a later one of a patient, or one case under two bundles."""

from __future__ import annotations

from dataclasses import dataclass

from edge.casework.newcombe import Difference, difference
from edge.casework.results import CaseResult, ClassSum
from edge.casework.states import require_no_control

Share = tuple[int, float]
"""Cells, and their percentage of the countable."""
ALIKE = ("specimen", "stain", "objective")
"""What two cases should have in common for their counts to be compared."""


@dataclass(frozen=True, slots=True)
class ClassPair:
    """One class in both; None where that case's bundle does not know it, which is not the same as no cell."""

    label: str
    left: Share | None
    right: Share | None
    blast: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Right less left.

    same_pictures  both are about the same pictures, or share some (a re-analysis): then `difference` has no interval of
                   its own, for the two counts are of the same cells
    """

    left: CaseResult
    right: CaseResult
    same_pictures: bool
    difference: Difference
    classes: tuple[ClassPair, ...]

    @property
    def unlike(self) -> tuple[str, ...]:
        """In what they differ besides their cells: of `ALIKE`, the fields where they share some, and the bundle."""
        cases = self.left.case, self.right.case
        facts = [name for name in ALIKE if getattr(cases[0], name) != getattr(cases[1], name)]
        if self.same_pictures and _pictures(self.left) != _pictures(self.right):
            facts.append("fields")
        if self.left.model.ref.digest != self.right.model.ref.digest:
            facts.append("bundle")
        return tuple(facts)

    @property
    def agree(self) -> bool | None:
        """Whether chance alone explains the difference; None where nobody can tell: other specimens, the same
        pictures, too few cells.
        """
        return None if self.same_pictures or "specimen" in self.unlike else self.difference.agree


def compared(left: CaseResult, right: CaseResult) -> Comparison:
    """The two side by side.

    Raises:
        CaseOfControl: one of them holds a control slide's run.
    """
    for each in (left, right):
        require_no_control(each.case)
    shared = bool(_pictures(left) & _pictures(right))
    counts = [(each.figures.counts.blast, each.figures.counts.countable) for each in (right, left)]
    return Comparison(left, right, shared, difference(*counts), _classes(left, right))


def _pictures(result: CaseResult) -> set[str]:
    return {field.frame_digest for field in result.fields}


def _classes(left: CaseResult, right: CaseResult) -> tuple[ClassPair, ...]:
    ours, theirs = ({each.label: each for each in side.figures.classes} for side in (left, right))
    known = {**theirs, **ours}
    labels = [*ours, *(label for label in theirs if label not in ours)]
    return tuple(
        ClassPair(label, _share(ours.get(label)), _share(theirs.get(label)), known[label].blast) for label in labels
    )


def _share(found: ClassSum | None) -> Share | None:
    return None if found is None else (found.cells, found.percent)
