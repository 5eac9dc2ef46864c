"""How far a scan is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from firmware_bridge.scope.scan.plan import Stop

Phase = Literal["running", "paused", "done", "cancelled", "failed"]
Outcome = Literal["kept", "empty", "blurred"]


@dataclass(frozen=True, slots=True)
class ScanState:
    """A scan as it is shown.

    total    fields in the plan
    kept     fields with a picture, `blurred` ones included
    empty    fields skipped because nothing is there
    blurred  fields kept although no focus was found
    at       the field that is being taken
    problem  what stopped it, for people
    """

    phase: Phase
    total: int
    kept: int
    empty: int
    blurred: int
    at: Stop | None = None
    problem: str = ""

    @property
    def left(self) -> int:
        """Fields still to visit."""
        return self.total - self.kept - self.empty
