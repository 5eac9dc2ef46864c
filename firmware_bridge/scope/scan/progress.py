"""How far a scan got, in a file that survives a power cut."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from firmware_bridge.durable import write_durably
from firmware_bridge.errors import BadScopeSettings
from firmware_bridge.scope.scan.state import Outcome

_OUTCOMES = ("kept", "empty", "blurred")
_REMEDY = "Scan into another folder, or remove this file and the pictures beside it to begin anew."


@dataclass(frozen=True, slots=True)
class Progress:
    """What is done.

    plan      fingerprint of the plan that it belongs to
    outcomes  by number of the field
    taking    the field that was being kept, and as what; whether it is, the keeper knows
    z_um      last good focus
    origin    of the coordinates in which all this was done
    """

    plan: str
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    taking: tuple[int, Outcome] | None = None
    z_um: float | None = None
    origin: str = ""

    def ended(self, index: int, outcome: Outcome) -> Progress:
        """With this field done."""
        return replace(self, outcomes={**self.outcomes, index: outcome}, taking=None)

    @property
    def begun(self) -> bool:
        """Something was done, in the coordinates of `origin`."""
        return bool(self.outcomes) or self.taking is not None

    @property
    def last(self) -> int:
        """The field that it was at last; 0 where it has not begun."""
        return self.taking[0] if self.taking else max(self.outcomes, default=0)

    def count(self, outcome: Outcome) -> int:
        """How many fields came out so."""
        return sum(each == outcome for each in self.outcomes.values())


class ProgressFile:
    """Reads and writes the progress of one plan."""

    def __init__(self, path: Path, plan: str, total: int) -> None:
        self._path = path
        self._plan = plan
        self._total = total

    def read(self) -> Progress:
        """What the file says; nothing done where there is none.

        Raises:
            BadScopeSettings: it is damaged, or belongs to another plan.
        """
        try:
            text = self._path.read_text("utf-8")
        except FileNotFoundError:
            return Progress(self._plan)
        try:
            found = _progress(json.loads(text), self._total)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadScopeSettings(f"{self._path} is no progress of a scan.", _REMEDY) from error
        if found.plan != self._plan:
            raise BadScopeSettings(f"{self._path} belongs to another region or field size.", _REMEDY)
        return found

    def write(self, progress: Progress) -> None:
        """Replace the file; a power cut leaves the old or the new one."""
        fields = {str(index): outcome for index, outcome in progress.outcomes.items()}
        values = {"plan": progress.plan, "fields": fields, "taking": progress.taking, "z_um": progress.z_um}
        values["origin"] = progress.origin
        write_durably(self._path, json.dumps(values).encode("ascii"))


def _progress(values: Any, total: int) -> Progress:
    outcomes = {int(index): outcome for index, outcome in values["fields"].items()}
    taking = None if values["taking"] is None else (int(values["taking"][0]), values["taking"][1])
    doubtful = [] if taking is None else [taking]
    for index, outcome in [*outcomes.items(), *doubtful]:
        if not (0 <= index < total and outcome in _OUTCOMES):
            raise ValueError(f"field {index} cannot be {outcome}")
    return Progress(str(values["plan"]), outcomes, taking, _maybe(values["z_um"]), str(values.get("origin", "")))


def _maybe(z_um: Any) -> float | None:
    return None if z_um is None else float(z_um)
