"""The schema, as the steps that led to it. Steps are only ever added: old data folders walk through all of them.

`user_version` counts the steps taken, so a database tells its own age; `application_id` tells that it is ours.
"""

from __future__ import annotations

import sqlite3

from edge.errors import StoreDamaged, StoreNewer
from edge.record.schema_casework import CASEWORK

APPLICATION_ID = 0x4D524B54  # "MRKT"
STRICT_SINCE = (3, 37, 0)

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

    -- ids count up and are the order of things; the clock is a hint, for kits have no clock battery
    CREATE TABLE cases (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        pseudonym TEXT NOT NULL,
        specimen TEXT NOT NULL,
        stain TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'open',
        clock_hint TEXT NOT NULL
    ) STRICT;

    CREATE TABLE fields (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        case_id INTEGER NOT NULL REFERENCES cases (id),
        number INTEGER NOT NULL,
        frame_digest TEXT NOT NULL,
        frame_name TEXT NOT NULL,
        width_px INTEGER NOT NULL,
        height_px INTEGER NOT NULL,
        image TEXT NOT NULL,
        cell_labels TEXT NOT NULL,
        nucleus_labels TEXT NOT NULL,
        bundle_name TEXT NOT NULL,
        bundle_version INTEGER NOT NULL,
        bundle_digest TEXT NOT NULL,
        bundle_variant TEXT NOT NULL,
        ok INTEGER NOT NULL,
        um_per_px REAL, -- a refused picture may have no scale
        scale_source TEXT,
        nucleated INTEGER NOT NULL,
        countable INTEGER NOT NULL,
        excluded INTEGER NOT NULL,
        blast INTEGER NOT NULL,
        doubtful INTEGER NOT NULL,
        decision TEXT NOT NULL,
        timing_ms TEXT NOT NULL,
        document TEXT NOT NULL,
        clock_hint TEXT NOT NULL,
        UNIQUE (case_id, number),
        UNIQUE (case_id, frame_digest)
    ) STRICT;

    -- a field without its cells: what lists and sums need
    CREATE VIEW field_rows AS SELECT
        case_id, number, frame_digest, frame_name, width_px, height_px, image, cell_labels, nucleus_labels, ok,
        nucleated, countable, excluded, blast, decision, clock_hint
    FROM fields;

    CREATE TABLE cells (
        field_id INTEGER NOT NULL REFERENCES fields (id),
        id INTEGER NOT NULL,
        class TEXT NOT NULL,
        probability TEXT NOT NULL,
        countable INTEGER NOT NULL,
        doubtful INTEGER NOT NULL,
        codes TEXT NOT NULL,
        PRIMARY KEY (field_id, id)
    ) STRICT;
    """,
    CASEWORK,
)


def migrate(connection: sqlite3.Connection, name: str) -> None:
    """Bring the database up to this version, one transaction per step.

    Raises:
        StoreNewer: it has taken steps that this version does not know.
        StoreDamaged: it is a database, but not of this kit.
    """
    taken = _pragma(connection, "user_version")
    if taken > len(MIGRATIONS):
        raise StoreNewer(
            f"{name} was written by a newer marrowkit (schema {taken}, this one knows {len(MIGRATIONS)}).",
            "Update this kit, or start it with another --data folder.",
        )
    _refuse_strangers(connection, name)
    for number, script in enumerate(MIGRATIONS[taken:], start=taken + 1):
        _take(connection, number, script)


def _refuse_strangers(connection: sqlite3.Connection, name: str) -> None:
    is_empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if not is_empty and _pragma(connection, "application_id") != APPLICATION_ID:
        raise StoreDamaged(
            f"{name} is a database, but not one of marrowkit's.",
            "Start with another --data folder, or move that file away.",
        )


def _take(connection: sqlite3.Connection, number: int, script: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _statements(script):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {number}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _statements(script: str) -> list[str]:
    # executescript would commit the transaction it is called in
    if sqlite3.sqlite_version_info < STRICT_SINCE:
        script = script.replace(") STRICT", ")")
    return [each for each in (part.strip() for part in script.split(";\n")) if each]


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
