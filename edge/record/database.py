"""SQLite set up so that a commit is on the disk, and its errors said as ours."""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from edge.errors import CaseSigned, StoreDamaged, StoreFull, StoreUnreachable
from edge.record.folding import folded
from edge.record.migrations import migrate
from edge.record.schema_casework import SIGNED

# SQLite's own texts (sqlite3_errstr): Python 3.10 does not hand out its result codes.
_FULL = ("database or disk is full",)
_DAMAGED = ("malformed", "not a database", "unsupported file format")
_UNREACHABLE = ("disk i/o error", "unable to open database file", "readonly database")
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class Database:
    """One connection, used by one thread at a time. Statements wait for the disk: never call it from an event loop.

    Raises, from every method:
        StoreFull, StoreDamaged, StoreUnreachable: see `edge.record.Record`.
        CaseSigned: the schema itself refused to change a signed case.
    """

    def __init__(self, path: Path, thorough: bool) -> None:
        self._folder = path.parent
        self._turn = threading.RLock()
        self.connection = connect(path, thorough)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is on the disk at the end, or none of it. Inside another one, a part of that."""
        with self._turn, faults_named(self._folder):
            if self.connection.in_transaction:
                yield self.connection
                return
            with transaction(self.connection):
                yield self.connection

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else reads or writes meanwhile."""
        with self._turn, faults_named(self._folder):
            yield

    def select(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """The rows of a query, by column. Nothing has a number beyond 64 bits."""
        with self.alone():
            try:
                return [dict(row) for row in self.connection.execute(query, values)]
            except OverflowError:
                return []

    def close(self) -> None:
        """Close it. Safe to call twice."""
        with self._turn:
            self.connection.close()


def connect(path: Path, thorough: bool) -> sqlite3.Connection:
    """Open or make the database; `thorough` reads all of it, as after a crash.

    Raises:
        StoreDamaged, StoreFull, StoreUnreachable, StoreNewer: see `edge.record.Record`.
    """
    with faults_named(path.parent):
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, path, thorough)
        except BaseException:
            connection.close()
            raise
        return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All of it on the disk at the end, or none of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        # a full disk may have rolled back by itself (sqlite.org/lang_transaction.html)
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def faults_named(folder: Path) -> Iterator[None]:
    """Turn what SQLite and the system say of the disk into faults with a remedy; anything else passes."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _named(error, folder) from error
    except OSError as error:
        raise _named_by_system(error, folder) from error


def _prepare(connection: sqlite3.Connection, path: Path, thorough: bool) -> None:
    connection.row_factory = sqlite3.Row
    connection.create_function("folded", 1, folded, deterministic=True)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    if thorough and connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise _damaged(path.parent)
    migrate(connection, str(path))


def _named(error: sqlite3.DatabaseError, folder: Path) -> Exception:
    text = str(error)
    if SIGNED in text:
        return CaseSigned("This case is signed; nothing of it was changed.", "Amend it, with a reason, to change it.")
    if any(mark in text for mark in _FULL):
        return _full(folder)
    if any(mark in text for mark in _DAMAGED):
        return _damaged(folder)
    if any(mark in text.lower() for mark in _UNREACHABLE):
        return _unreachable(folder, text)
    return error


def _named_by_system(error: OSError, folder: Path) -> StoreFull | StoreUnreachable:
    if error.errno in _NO_ROOM:
        return _full(folder)
    return _unreachable(folder, str(error.strerror))


def _full(folder: Path) -> StoreFull:
    return StoreFull(
        f"The disk that holds {folder} is full; this was not recorded, everything before it is safe.",
        "Free some room (a few hundred megabytes), then do it again.",
    )


def _damaged(folder: Path) -> StoreDamaged:
    return StoreDamaged(
        f"The database in {folder} is damaged and was left as it is.",
        "Set a copy of that folder aside for support, and start with another --data folder.",
    )


def _unreachable(folder: Path, said: str) -> StoreUnreachable:
    return StoreUnreachable(
        f"The disk that holds {folder} does not answer ({said}); what was recorded before is left as it is.",
        "Check the disk, its cable, and that this user may write there; then start the kit again.",
    )
