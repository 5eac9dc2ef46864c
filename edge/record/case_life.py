"""A case's state, its single facts, and its signatures, as rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge.record.clock import clock_hint
from edge.record.database import Database
from edge.record.rows import as_json

CHANGEABLE = ("objective", "note", "state", "version")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is said of a case: `manual`, `finished`, `answer`, `consent`."""

    value: Mapping[str, Any]
    operator: str
    clock_hint: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A person's name under one version of a case.

    digest   SHA-256 of `content`, hexadecimal
    content  canonical JSON of everything that was signed
    step     the last step of the audit log that it covers
    """

    version: int
    operator_id: int
    operator: str
    statement: str
    digest: str
    content: str
    step: int
    clock_hint: str


class CaseLife:
    """Rows about cases as a whole."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def change(self, case_id: int, **columns: Any) -> None:
        """Set some of `CHANGEABLE`."""
        names = [name for name in CHANGEABLE if name in columns]
        places = ", ".join(f"{name} = ?" for name in (*names, "changed_hint"))
        values = (*(columns[name] for name in names), clock_hint(), case_id)
        with self._database.writing() as connection:
            connection.execute(f"UPDATE cases SET {places} WHERE id = ?", values)  # noqa: S608 our own names

    def facts(self, case_id: int) -> Mapping[str, Fact]:
        """What is said of a case, by kind."""
        rows = self._database.select("SELECT * FROM case_facts WHERE case_id = ?", case_id)
        return {row["kind"]: Fact(json.loads(row["value"]), row["operator"], row["clock_hint"]) for row in rows}

    def set_fact(self, case_id: int, kind: str, value: Mapping[str, Any], operator: str) -> None:
        """Say it, instead of what was said before."""
        values = (case_id, kind, as_json(dict(value)), operator, clock_hint())
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO case_facts VALUES (?, ?, ?, ?, ?)", values)

    def drop_fact(self, case_id: int, kind: str) -> None:
        """Say it no more."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM case_facts WHERE case_id = ? AND kind = ?", (case_id, kind))

    def sign(self, case_id: int, signature: Signature) -> None:
        """Add a signature; there is one for each version."""
        given = signature
        who = (given.operator_id, given.operator, given.statement)
        what = (given.digest, given.content, given.step, given.clock_hint)
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO signatures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (case_id, given.version, *who, *what)
            )

    def signatures(self, case_id: int) -> tuple[Signature, ...]:
        """Those of a case, by version."""
        rows = self._database.select("SELECT * FROM signatures WHERE case_id = ? ORDER BY version", case_id)
        return tuple(Signature(**{key: value for key, value in row.items() if key != "case_id"}) for row in rows)
