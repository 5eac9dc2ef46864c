"""Data folders from before casework walk through its step of the schema, and their cases can be worked on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from edge.casework.cells import Wish
from edge.record import Record
from edge.record.migrations import APPLICATION_ID, MIGRATIONS, _statements
from tests.casebooks import NEW, capture, casework_in, field

OLD_CASE = "INSERT INTO cases (pseudonym, specimen, stain, clock_hint) VALUES ('A-17', 'marrow', 'other', '2026-11-01')"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder as the version before wrote it: one case with two fields, schema 1."""
    with casework_in(tmp_path / "new") as casework:
        case = casework.life.begin(NEW, by="")
        for seed in (1, 2):
            capture(casework, case.id, seed)
        rows = {table: casework.books.database.select(f"SELECT * FROM {table}") for table in ("fields", "cells")}  # noqa: S608
    folder = tmp_path / "old"
    folder.mkdir()
    (tmp_path / "new" / "pictures").rename(folder / "pictures")
    with sqlite3.connect(folder / "marrowkit.db") as connection:
        for statement in (*_statements(MIGRATIONS[0]), OLD_CASE):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
        for table, lines in rows.items():
            places = ", ".join("?" * len(lines[0]))
            values = [tuple(line.values()) for line in lines]
            connection.executemany(f"INSERT INTO {table} VALUES ({places})", values)  # noqa: S608 our own names
    connection.close()
    return folder


def test_an_old_case_is_there_as_it_was(old: Path) -> None:
    with casework_in(old) as casework:
        (case,) = casework.books.record.cases()
        assert (case.pseudonym, case.state, case.version, case.objective, case.note) == ("A-17", "open", 1, "", "")
        counts = casework.results.of(case.id).figures.counts
        assert counts.countable == sum(field(seed)[1].counts.countable for seed in (1, 2))
        assert casework.books.steps.of(case.id) == ()


def test_an_old_case_can_be_worked_on(old: Path) -> None:
    with casework_in(old) as casework:
        casework.cells.change(1, (1, 4), Wish(label="granulocyte"), "Amina")
        assert capture(casework, 1, 3) == 3
        casework.life.finish(1, "Amina")
        assert casework.papers.file(1).case.state == "finished"


def test_the_steps_are_taken_once(old: Path) -> None:
    Record(old).close()
    Record(old).close()
    with sqlite3.connect(old / "marrowkit.db") as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
    connection.close()
