"""The second step of the schema: people, settings, control slides, and everything that is done to a case.

Two rules are the schema's own, so that no mistake above it can break them: steps and signatures are never changed or
removed, and nothing that a signature covers changes while its case is signed.
"""

from __future__ import annotations

SIGNED = "this case is signed"
"""What a refusal says (`edge.record.database` makes a fault of it)."""

_TABLES = """
    ALTER TABLE cases ADD COLUMN objective TEXT NOT NULL DEFAULT '';
    ALTER TABLE cases ADD COLUMN note TEXT NOT NULL DEFAULT '';
    ALTER TABLE cases ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE cases ADD COLUMN changed_hint TEXT NOT NULL DEFAULT '';

    -- patient; control: the pictures of one run of a control slide; again: another case looked at with another bundle
    ALTER TABLE cases ADD COLUMN purpose TEXT NOT NULL DEFAULT 'patient';
    ALTER TABLE cases ADD COLUMN of_case INTEGER REFERENCES cases (id);
    CREATE INDEX cases_of ON cases (of_case);

    CREATE TABLE operators (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE,
        lead INTEGER NOT NULL,
        active INTEGER NOT NULL DEFAULT 1,
        pin TEXT NOT NULL,               -- scrypt, see edge.casework.pin
        wrong INTEGER NOT NULL DEFAULT 0, -- wrong PINs in a row
        clock_hint TEXT NOT NULL
    ) STRICT;

    CREATE TABLE sessions (
        token_digest TEXT PRIMARY KEY,   -- the token itself is only in the browser
        operator_id INTEGER NOT NULL REFERENCES operators (id),
        clock_hint TEXT NOT NULL
    ) STRICT;

    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

    CREATE TABLE first_run (
        step TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        facts TEXT NOT NULL,
        clock_hint TEXT NOT NULL
    ) STRICT;

    CREATE TABLE scales (
        id INTEGER PRIMARY KEY AUTOINCREMENT, -- the newest of an objective holds
        objective TEXT NOT NULL,
        um_per_px REAL NOT NULL,
        relative_sd REAL NOT NULL,
        method TEXT NOT NULL,
        width_px INTEGER NOT NULL,
        height_px INTEGER NOT NULL,
        facts TEXT NOT NULL,
        operator TEXT NOT NULL,
        clock_hint TEXT NOT NULL
    ) STRICT;

    -- every bundle that ever answered, and what its labels count as: an old case is decided by its own
    CREATE TABLE bundles (
        digest TEXT PRIMARY KEY,
        document TEXT NOT NULL
    ) STRICT;

    -- the audit log: appended to, never changed. case_id is null for what is done to the kit
    CREATE TABLE steps (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        case_id INTEGER REFERENCES cases (id),
        number INTEGER NOT NULL,
        version INTEGER NOT NULL,
        kind TEXT NOT NULL,
        operator TEXT NOT NULL,          -- the name that the person had then; empty: the kit, or nobody named
        field INTEGER,
        cell INTEGER,
        before TEXT NOT NULL,            -- JSON
        after TEXT NOT NULL,
        reason TEXT NOT NULL,
        of_step INTEGER,                 -- undo and redo: the number of the step
        clock_hint TEXT NOT NULL,
        UNIQUE (case_id, number)
    ) STRICT;

    -- what holds of a cell now, where it is not what the kit said; always what the steps add up to
    CREATE TABLE corrections (
        case_id INTEGER NOT NULL REFERENCES cases (id),
        field INTEGER NOT NULL,
        cell INTEGER NOT NULL,
        class TEXT,                      -- null: the kit's
        counted INTEGER,                 -- null: the kit's
        code TEXT NOT NULL,              -- why it is not counted
        reason TEXT NOT NULL,
        PRIMARY KEY (case_id, field, cell)
    ) STRICT;

    -- manual count, finished, referral answer, consent: one of each kind in a case
    CREATE TABLE case_facts (
        case_id INTEGER NOT NULL REFERENCES cases (id),
        kind TEXT NOT NULL,
        value TEXT NOT NULL,
        operator TEXT NOT NULL,
        clock_hint TEXT NOT NULL,
        PRIMARY KEY (case_id, kind)
    ) STRICT;

    CREATE TABLE signatures (
        case_id INTEGER NOT NULL REFERENCES cases (id),
        version INTEGER NOT NULL,
        operator_id INTEGER NOT NULL REFERENCES operators (id),
        operator TEXT NOT NULL,
        statement TEXT NOT NULL,
        digest TEXT NOT NULL,            -- SHA-256 of content
        content TEXT NOT NULL,           -- canonical JSON
        step INTEGER NOT NULL,           -- the last step that it covers
        clock_hint TEXT NOT NULL,
        PRIMARY KEY (case_id, version)
    ) STRICT;

    CREATE TABLE control_slides (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE,
        kind TEXT NOT NULL,
        base_runs INTEGER NOT NULL,
        active INTEGER NOT NULL DEFAULT 1,
        clock_hint TEXT NOT NULL
    ) STRICT;

    CREATE TABLE control_runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT, -- the order of runs of all slides
        control_id INTEGER NOT NULL REFERENCES control_slides (id),
        number INTEGER NOT NULL,
        case_id INTEGER NOT NULL UNIQUE REFERENCES cases (id),
        operator TEXT NOT NULL,
        measures TEXT,                   -- null while it is open
        verdict TEXT,
        findings TEXT,
        clock_hint TEXT NOT NULL,
        finished_hint TEXT,
        UNIQUE (control_id, number)
    ) STRICT;

    CREATE TABLE reruns (
        case_id INTEGER PRIMARY KEY REFERENCES cases (id),
        bundle TEXT NOT NULL,            -- what was asked for
        state TEXT NOT NULL,             -- running, done, failed, stopped
        fault TEXT NOT NULL,             -- JSON: code, detail, remedy
        clock_hint TEXT NOT NULL
    ) STRICT;
"""


def _never(table: str, what: str) -> str:
    return f"CREATE TRIGGER {table}_{what} BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, '{table} stay'); END;\n"


def _not_signed(table: str, what: str, case_id: str) -> str:
    signed = f"(SELECT state FROM cases WHERE id = {case_id}) = 'signed'"  # noqa: S608 our own names
    refuse = f"SELECT RAISE(ABORT, '{SIGNED}'); END;\n"
    return f"CREATE TRIGGER {table}_signed_{what} BEFORE {what} ON {table} WHEN {signed} BEGIN {refuse}"


def _guards() -> str:
    ends = [_never(table, what) for table in ("steps", "signatures") for what in ("UPDATE", "DELETE")]
    ends += [_never("cases", "DELETE")]
    for what, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        ends += [_not_signed(table, what, f"{row}.case_id") for table in ("fields", "corrections")]
        field = f"(SELECT case_id FROM fields WHERE id = {row}.field_id)"  # noqa: S608 our own names
        ends += [_not_signed("cells", what, field)]
        manual = f"(SELECT {row}.case_id WHERE {row}.kind IN ('manual', 'finished', 'control'))"
        ends += [_not_signed("case_facts", what, manual)]
    kept = " OR ".join(f"NEW.{each} IS NOT OLD.{each}" for each in _KEPT)
    renumbered = "NEW.state = 'signed' AND NEW.version IS NOT OLD.version"
    changed = f"OLD.state = 'signed' AND (NEW.state NOT IN ('signed', 'amended') OR ({renumbered}) OR {kept})"
    refuse = f"SELECT RAISE(ABORT, '{SIGNED}'); END;\n"
    ends += [f"CREATE TRIGGER cases_signed BEFORE UPDATE ON cases WHEN {changed} BEGIN {refuse}"]
    return "".join(ends)


_KEPT = ("id", "pseudonym", "specimen", "stain", "objective", "note", "clock_hint", "purpose", "of_case")
"""Columns that do not change with the act of amending."""

CASEWORK = _TABLES + _guards()
