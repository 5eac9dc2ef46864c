"""Two cases side by side: an earlier and a later one of a patient, or one case under two bundles."""

from __future__ import annotations

from dataclasses import dataclass

from edge.casework.newcombe import Difference, difference
from edge.casework.results import CaseResult
from edge.casework.states import require_no_control


@dataclass(frozen=True, slots=True)
class ClassPair:
    """One class in both: cells and percentage of the countable, left and right."""

    label: str
    left: tuple[int, float]
    right: tuple[int, float]
    blast: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Right less left.

    same_pictures  both are about the same pictures (a re-analysis): then `difference` has no interval of its own, for
                   the two counts are of the same cells
    """

    left: CaseResult
    right: CaseResult
    same_pictures: bool
    difference: Difference
    classes: tuple[ClassPair, ...]


def compared(left: CaseResult, right: CaseResult) -> Comparison:
    """The two side by side.

    Raises:
        CaseOfControl: one of them holds a control slide's run.
    """
    for each in (left, right):
        require_no_control(each.case)
    digests = [{field.frame_digest for field in each.fields} for each in (left, right)]
    shared = bool(digests[0] & digests[1])
    counts = [(each.figures.counts.blast, each.figures.counts.countable) for each in (right, left)]
    return Comparison(left, right, shared, difference(*counts), _classes(left, right))


def _classes(left: CaseResult, right: CaseResult) -> tuple[ClassPair, ...]:
    ours = {each.label: each for each in left.figures.classes}
    theirs = {each.label: each for each in right.figures.classes}
    labels = [*ours, *(label for label in theirs if label not in ours)]
    return tuple(
        ClassPair(
            label,
            (ours[label].cells, ours[label].percent) if label in ours else (0, 0.0),
            (theirs[label].cells, theirs[label].percent) if label in theirs else (0, 0.0),
            (ours.get(label) or theirs[label]).blast,
        )
        for label in labels
    )
