"""Cases looked at again with another bundle: each is a case of its own, over the pictures of the first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge.record.clock import clock_hint
from edge.record.database import Database
from edge.record.rows import as_json


@dataclass(frozen=True, slots=True)
class Rerun:
    """One of them.

    bundle  name or path that was asked for
    state   running, done, failed, stopped (the kit went down meanwhile)
    fault   code, detail and remedy of what failed; empty otherwise
    """

    case_id: int
    bundle: str
    state: str
    fault: Mapping[str, str]
    clock_hint: str


class Reruns:
    """The re-analyses of all cases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, case_id: int, bundle: str) -> None:
        """One is under way, in that case."""
        with self._database.writing() as connection:
            values = (case_id, bundle, "running", "{}", clock_hint())
            connection.execute("INSERT INTO reruns VALUES (?, ?, ?, ?, ?)", values)

    def end(self, case_id: int, state: str, fault: Mapping[str, str] | None = None) -> None:
        """It is done, has failed, or was stopped."""
        with self._database.writing() as connection:
            values = (state, as_json(dict(fault or {})), case_id)
            connection.execute("UPDATE reruns SET state = ?, fault = ? WHERE case_id = ?", values)

    def stop_all(self) -> None:
        """None is under way after a start."""
        with self._database.writing() as connection:
            connection.execute("UPDATE reruns SET state = 'stopped' WHERE state = 'running'")

    def is_done(self, case_id: int) -> bool:
        """Whether the one in that case has looked at every field."""
        rows = self._database.select("SELECT state FROM reruns WHERE case_id = ?", case_id)
        return [row["state"] for row in rows] == ["done"]

    def of(self, case_id: int) -> tuple[Rerun, ...]:
        """Those of a case, in their order."""
        query = "SELECT reruns.* FROM reruns JOIN cases ON cases.id = case_id WHERE of_case = ? ORDER BY case_id"
        return tuple(map(_rerun, self._database.select(query, case_id)))


def _rerun(row: dict[str, Any]) -> Rerun:
    return Rerun(**{**row, "fault": json.loads(row["fault"])})
