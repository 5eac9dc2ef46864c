"""Control slides and their runs, as rows. The pictures of a run are those of a case of its own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from edge.errors import NotRecorded, SlideTaken
from edge.record.clock import clock_hint
from edge.record.database import Database
from edge.record.rows import as_json

Level = Literal["ok", "warn", "block"]
"""How grave a finding, a run's verdict or the state of today is."""


@dataclass(frozen=True, slots=True)
class ControlSlide:
    """A slide that is looked at again and again. `base_runs`: how many first runs its limits are made from."""

    id: int
    name: str
    kind: str
    base_runs: int
    active: bool
    clock_hint: str


@dataclass(frozen=True, slots=True)
class ControlRun:
    """One time that it was looked at.

    id        order among the runs of all slides
    case_id   the case that holds its pictures
    measures, verdict, findings, finished_hint   None while it is open
    """

    id: int
    control_id: int
    number: int
    case_id: int
    operator: str
    measures: Mapping[str, float] | None
    verdict: Level | None
    findings: tuple[Mapping[str, Any], ...]
    clock_hint: str
    finished_hint: str | None

    @property
    def is_open(self) -> bool:
        """Whether pictures may still be added."""
        return self.verdict is None


class Controls:
    """The control slides of a kit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def slides(self) -> tuple[ControlSlide, ...]:
        """All of them, in their order."""
        return tuple(map(_slide, self._database.select("SELECT * FROM control_slides ORDER BY id")))

    def slide(self, control_id: int) -> ControlSlide:
        """One.

        Raises:
            NotRecorded: there is none with that number.
        """
        rows = self._database.select("SELECT * FROM control_slides WHERE id = ?", control_id)
        if not rows:
            raise NotRecorded(f"There is no control slide number {control_id}.", "Choose one from the list.")
        return _slide(rows[0])

    def add(self, name: str, kind: str, base_runs: int) -> ControlSlide:
        """A new one.

        Raises:
            SlideTaken: there is one of that name.
        """
        try:
            with self._database.writing() as connection:
                cursor = connection.execute(
                    "INSERT INTO control_slides (name, kind, base_runs, clock_hint) VALUES (?, ?, ?, ?)",
                    (name, kind, base_runs, clock_hint()),
                )
        except sqlite3.IntegrityError as error:
            raise SlideTaken(f"There is a control slide {name!r} already.", "Choose another name.") from error
        return self.slide(int(cursor.lastrowid or 0))

    def set_active(self, control_id: int, active: bool) -> None:
        """Whether it is still in use."""
        with self._database.writing() as connection:
            connection.execute("UPDATE control_slides SET active = ? WHERE id = ?", (int(active), control_id))

    def begin(self, control_id: int, case_id: int, operator: str) -> int:
        """A new run, whose pictures go to that case; its number."""
        with self._database.writing() as connection:
            query = "SELECT max(number) FROM control_runs WHERE control_id = ?"
            number = int(connection.execute(query, (control_id,)).fetchone()[0] or 0) + 1
            connection.execute(
                "INSERT INTO control_runs (control_id, number, case_id, operator, clock_hint) VALUES (?, ?, ?, ?, ?)",
                (control_id, number, case_id, operator, clock_hint()),
            )
        return number

    def finish(
        self, run: ControlRun, measures: Mapping[str, float], verdict: str, findings: Sequence[Mapping[str, Any]]
    ) -> None:
        """What the run amounts to, for good."""
        values = (as_json(dict(measures)), verdict, as_json([dict(each) for each in findings]), clock_hint(), run.id)
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE control_runs SET measures = ?, verdict = ?, findings = ?, finished_hint = ?"
                " WHERE id = ? AND verdict IS NULL",
                values,
            )

    def runs(self, control_id: int) -> tuple[ControlRun, ...]:
        """Those of a slide, in their order."""
        rows = self._database.select("SELECT * FROM control_runs WHERE control_id = ? ORDER BY number", control_id)
        return tuple(map(_run, rows))

    def run(self, control_id: int, number: int) -> ControlRun:
        """One.

        Raises:
            NotRecorded: the slide has no run of that number.
        """
        found = [run for run in self.runs(control_id) if run.number == number]
        if not found:
            raise NotRecorded(f"Control slide {control_id} has no run {number}.", "Choose one from the list.")
        return found[0]

    def newest_finished(self) -> ControlRun | None:
        """The latest finished run of a slide that is in use."""
        rows = self._database.select(
            "SELECT control_runs.* FROM control_runs JOIN control_slides ON control_slides.id = control_id"
            " WHERE verdict IS NOT NULL AND active ORDER BY control_runs.id DESC LIMIT 1"
        )
        return _run(rows[0]) if rows else None


def _slide(row: dict[str, Any]) -> ControlSlide:
    return ControlSlide(**{**row, "active": bool(row["active"])})


def _run(row: dict[str, Any]) -> ControlRun:
    measures = None if row["measures"] is None else json.loads(row["measures"])
    findings = tuple(json.loads(row["findings"] or "[]"))
    return ControlRun(**{**row, "measures": measures, "findings": findings})
