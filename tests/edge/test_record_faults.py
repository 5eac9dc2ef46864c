"""Full disks, second instances, damaged and foreign databases: each is named, and nothing recorded is lost."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from typing import NoReturn

import pytest

from edge.errors import StoreBusy, StoreDamaged, StoreFull, StoreNewer, StoreUnreachable
from edge.record import NewCase, Record, migrations
from tests.cases import PaintedExaminer, painted_frame

NEW = NewCase("A-17", "marrow", "wright-giemsa")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    record = Record(folder)
    record.begin_case(NEW)
    add(record, 1)
    record.close()
    return folder


def add(record: Record, seed: int) -> None:
    frame = painted_frame(seed, 3, (320, 240))
    record.add_field(1, frame, PaintedExaminer().examine(frame))


def add_large(record: Record) -> None:
    frame = painted_frame(2, 90, (1280, 960))
    record.add_field(1, frame, PaintedExaminer().examine(frame))


def contents(record: Record) -> tuple[int, set[str]]:
    return len(record.fields(1)), {path.name for path in record.picture("").iterdir()}


def refuse(*_: object) -> NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("call", ["fsync", "open"])
def test_a_full_disk_leaves_no_half_of_a_field(data: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    record = Record(data)
    before = contents(record)
    with monkeypatch.context() as patch:
        patch.setattr(*{"fsync": (os, "fsync"), "open": (Path, "open")}[call], refuse)
        with pytest.raises(StoreFull, match="everything before it is safe"):
            add(record, 2)
    assert contents(record) == before
    add(record, 2)
    assert len(record.fields(1)) == 2
    record.close()


def test_a_database_without_room_gives_the_pictures_back(data: Path) -> None:
    record = Record(data)
    before = contents(record)
    pages = record.database.connection.execute("PRAGMA page_count").fetchone()[0]
    record.database.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreFull, match="Free some room"):
        add_large(record)
    assert contents(record) == before
    record.close()


def test_a_second_instance_is_told_who_holds_the_folder(data: Path) -> None:
    first = Record(data)
    with pytest.raises(StoreBusy, match=str(os.getpid())):
        Record(data)
    first.close()
    Record(data).close()


def test_a_failed_start_lets_the_folder_go(data: Path) -> None:
    (data / "marrowkit.db").write_bytes(b"not a database at all, " * 50)
    for _ in range(2):
        with pytest.raises(StoreDamaged):
            Record(data)


def test_a_damaged_database_is_left_as_it_is(data: Path) -> None:
    rubbish = b"\x00\xff" * 4096
    (data / "marrowkit.db").write_bytes(rubbish)
    with pytest.raises(StoreDamaged, match="left as it is"):
        Record(data)
    assert (data / "marrowkit.db").read_bytes() == rubbish


def test_after_a_crash_the_whole_database_is_read(data: Path) -> None:
    """Damage that opening alone would not meet: a page in the middle, the header intact."""
    (data / "marrowkit.lock").write_text("4242")
    path = data / "marrowkit.db"
    content = bytearray(path.read_bytes())
    content[8192:16384] = b"\x5a" * 8192
    path.write_bytes(content)
    with pytest.raises(StoreDamaged):
        Record(data)


def test_someone_elses_database_is_not_touched(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "marrowkit.db") as connection:
        connection.execute("CREATE TABLE recipes (soup TEXT)")
    connection.close()
    with pytest.raises(StoreDamaged, match="not one of marrowkit's"):
        Record(tmp_path)


def test_a_newer_database_is_refused(data: Path) -> None:
    with sqlite3.connect(data / "marrowkit.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreNewer, match="schema 99"):
        Record(data)


def test_a_migration_is_taken_whole_or_not_at_all(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    halting = (*migrations.MIGRATIONS, "CREATE TABLE later (x INTEGER) STRICT;\nINSERT INTO nowhere VALUES (1);\n")
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", halting)
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            Record(data)
    record = Record(data)
    assert len(record.fields(1)) == 1
    assert (
        record.database.connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'later'").fetchone()[0] == 0
    )
    record.close()


def test_old_data_walk_through_new_migrations(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grown = (*migrations.MIGRATIONS, "ALTER TABLE steps ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';\n")
    monkeypatch.setattr(migrations, "MIGRATIONS", grown)
    record = Record(data)
    assert record.database.connection.execute("SELECT count(colour) FROM steps").fetchone()[0] == 0
    record.close()


def test_before_strict_tables_the_schema_is_the_same_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 0))
    assert not any("STRICT" in statement for statement in migrations._statements(migrations.MIGRATIONS[0]))


def test_a_disk_that_was_mounted_read_only_is_told(data: Path) -> None:
    record = Record(data)
    before = contents(record)
    record.database.connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreUnreachable, match="readonly database"):
        add(record, 2)
    assert contents(record) == before
    record.close()


@pytest.mark.parametrize("number", [errno.EIO, errno.EROFS, errno.ENODEV, errno.ESTALE, errno.EACCES])
def test_a_disk_that_does_not_answer_is_told(data: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def fail(*_: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    record = Record(data)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(StoreUnreachable, match=os.strerror(number)):
            add(record, 2)
    record.close()


def test_a_folder_that_is_gone_is_told(data: Path) -> None:
    record = Record(data)
    data.rename(data.parent / "elsewhere")
    with pytest.raises(StoreUnreachable, match="No such file"):
        record.free_bytes()
    record.close()


def test_a_bug_in_a_query_is_not_a_fault_of_the_disk(data: Path) -> None:
    record = Record(data)
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        record.database.select("SELECT soup FROM cases")
    record.close()


def test_a_place_where_no_folder_can_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnreachable, match="Not a directory"):
        Record(tmp_path / "file" / "data")
