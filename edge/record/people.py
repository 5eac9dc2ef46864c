"""Operators and their sessions, as rows. PINs and tokens come and go only as digests."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from edge.errors import NameTaken, NotRecorded
from edge.record.clock import clock_hint
from edge.record.database import Database

_EVERYBODY = "SELECT id, name, lead, active, wrong, clock_hint FROM operators ORDER BY id"
_ONE = "SELECT id, name, lead, active, wrong, clock_hint FROM operators WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Operator:
    """A person who works with the kit.

    lead    may let people in and change settings
    active  may sign in; a person who left stays in the record
    wrong   wrong PINs in a row
    """

    id: int
    name: str
    lead: bool
    active: bool
    wrong: int
    clock_hint: str


class People:
    """Operators and sessions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def operators(self) -> tuple[Operator, ...]:
        """Everybody, in the order in which they came."""
        return tuple(map(_operator, self._database.select(_EVERYBODY)))

    def operator(self, operator_id: int) -> Operator:
        """One.

        Raises:
            NotRecorded: there is nobody with that number.
        """
        rows = self._database.select(_ONE, operator_id)
        if not rows:
            raise NotRecorded(f"There is no operator number {operator_id}.", "Choose one from the list of operators.")
        return _operator(rows[0])

    def add(self, name: str, lead: bool, pin: str) -> Operator:
        """Let somebody in; `pin` as `edge.casework.pin` hashes it.

        Raises:
            NameTaken: somebody has that name.
        """
        with self._database.writing() as connection, _taken(name):
            cursor = connection.execute(
                "INSERT INTO operators (name, lead, pin, clock_hint) VALUES (?, ?, ?, ?)",
                (name, int(lead), pin, clock_hint()),
            )
        return self.operator(int(cursor.lastrowid or 0))

    def change(self, operator: Operator) -> None:
        """Write name, lead, active and wrong as they are in `operator`."""
        values = (operator.name, int(operator.lead), int(operator.active), operator.wrong, operator.id)
        with self._database.writing() as connection, _taken(operator.name):
            connection.execute("UPDATE operators SET name = ?, lead = ?, active = ?, wrong = ? WHERE id = ?", values)

    def pin(self, operator_id: int) -> str:
        """The hash of somebody's PIN."""
        return str(self._database.select("SELECT pin FROM operators WHERE id = ?", operator_id)[0]["pin"])

    def set_pin(self, operator_id: int, pin: str) -> None:
        """Another PIN, as its hash; whoever is signed in as this person is signed out."""
        with self._database.writing() as connection:
            connection.execute("UPDATE operators SET pin = ?, wrong = 0 WHERE id = ?", (pin, operator_id))
            connection.execute("DELETE FROM sessions WHERE operator_id = ?", (operator_id,))

    def begin_session(self, token_digest: str, operator_id: int, hint: str) -> None:
        """Remember who holds a token, and what the clock said when they were last here."""
        with self._database.writing() as connection:
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?)", (token_digest, operator_id, hint))

    def keep_session(self, token_digest: str, hint: str) -> None:
        """Remember that whoever holds it is here."""
        with self._database.writing() as connection:
            connection.execute("UPDATE sessions SET clock_hint = ? WHERE token_digest = ?", (hint, token_digest))

    def session(self, token_digest: str) -> tuple[Operator, str] | None:
        """Who holds it, somebody who may still sign in, and what the clock said when they were last here; or nobody."""
        query = "SELECT operator_id, clock_hint FROM sessions WHERE token_digest = ?"
        rows = self._database.select(query, token_digest)
        holder = self.operator(rows[0]["operator_id"]) if rows else None
        return (holder, str(rows[0]["clock_hint"])) if holder is not None and holder.active else None

    def end_session(self, token_digest: str) -> None:
        """Forget it."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM sessions WHERE token_digest = ?", (token_digest,))

    def end_sessions(self, operator_id: int) -> None:
        """Sign somebody out everywhere."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM sessions WHERE operator_id = ?", (operator_id,))


@contextmanager
def _taken(name: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise NameTaken(f"There is an operator {name!r} already.", "Choose another name.") from error


def _operator(row: dict[str, Any]) -> Operator:
    return Operator(**{**row, "lead": bool(row["lead"]), "active": bool(row["active"])})
