"""Which count of a case an expert's answer is about: the case may have gone on since they were asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge.casework.history import CELL_KINDS, MOVES
from edge.record.steps import Step

RECOUNTS = CELL_KINDS | MOVES | {"field", "again"}
"""Steps that change what is counted."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The version of the case that was answered, and whether cells of it were counted or corrected after the answer."""

    version: int
    recounted: bool


def answered(answer: Mapping[str, Any], steps: Sequence[Step], version: int) -> Answered:
    """What an answer is about, from the case's audit log.

    An answer that was kept before answers named a version is about the one that it was typed into; `version` is that of
    the case, for a log that ends before the answer came.
    """
    given = [step for step in steps if step.kind == "answer"]
    if not given:
        return Answered(answer.get("version", version), recounted=False)
    about = int(answer.get("version", given[-1].version))
    since = (step for step in steps if step.number > given[-1].number and step.version == about)
    return Answered(about, any(step.kind in RECOUNTS for step in since))
