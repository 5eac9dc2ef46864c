"""The audit log: what was done, by whom, in which order. Steps are appended and stay: the schema guards them."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

from edge.record.clock import clock_hint
from edge.record.database import Database
from edge.record.rows import as_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Something that is done to a case, or to the kit.

    before, after  JSON values, None where there is nothing
    operator       the person's name; empty where the kit did it, or nobody is named
    of_step        undo and redo: the number of the step that they are about
    """

    kind: str
    operator: str = ""
    field: int | None = None
    cell: int | None = None
    before: Any = None
    after: Any = None
    reason: str = ""
    of_step: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Doing):
    """It, done. `number` counts within its case, from 1; `version` is that of the case."""

    number: int
    version: int
    clock_hint: str


class Steps:
    """The steps of all cases, and of the kit (`case_id` None)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, case_id: int | None, doing: Doing, version: int = 1) -> int:
        """Append a step; its number."""
        with self._database.writing() as connection:
            last = connection.execute("SELECT max(number) FROM steps WHERE case_id IS ?", (case_id,)).fetchone()[0]
            number = int(last or 0) + 1
            now = clock_hint()
            connection.execute(
                "INSERT INTO steps (case_id, number, version, kind, operator, field, cell, before, after, reason,"
                " of_step, clock_hint) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (case_id, number, version, *_values(doing), now),
            )
            connection.execute("UPDATE cases SET changed_hint = ? WHERE id IS ?", (now, case_id))
        return number

    def last(self, case_id: int | None) -> int:
        """The number of the latest step; 0 where nothing was done."""
        rows = self._database.select("SELECT max(number) AS last FROM steps WHERE case_id IS ?", case_id)
        return int(rows[0]["last"] or 0)

    def of(self, case_id: int | None) -> tuple[Step, ...]:
        """The steps in their order."""
        rows = self._database.select("SELECT * FROM steps WHERE case_id IS ? ORDER BY number", case_id)
        return tuple(_step(row) for row in rows)

    def latest(self, case_id: int | None, most: int, before: int = sys.maxsize) -> tuple[Step, ...]:
        """At most so many of the steps before that number, the newest first."""
        query = "SELECT * FROM steps WHERE case_id IS ? AND number < ? ORDER BY number DESC LIMIT ?"
        return tuple(map(_step, self._database.select(query, case_id, before, most)))


def _values(doing: Doing) -> tuple[Any, ...]:
    changed = (as_json(doing.before), as_json(doing.after))
    return (doing.kind, doing.operator, doing.field, doing.cell, *changed, doing.reason, doing.of_step)


def _step(row: dict[str, Any]) -> Step:
    changed = {name: json.loads(row[name]) for name in ("before", "after")}
    return Step(**{key: value for key, value in row.items() if key not in ("id", "case_id")} | changed)
