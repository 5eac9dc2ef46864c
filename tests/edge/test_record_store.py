"""What was acknowledged is on disk, once, in order, and can be read back."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.document import document
from edge.errors import BadSetting, NotRecorded
from edge.record import NewCase, Record
from edge.types import Counts
from tests.cases import PaintedExaminer, painted_frame

NEW = NewCase("A-17", "marrow", "wright-giemsa")
SIZE = (320, 240)


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with_data = Record(tmp_path / "data")
    yield with_data
    with_data.close()


def add(record: Record, case_id: int, seed: int) -> bool:
    frame = painted_frame(seed, 3, SIZE)
    return record.add_field(case_id, frame, PaintedExaminer().examine(frame)).is_new


def test_a_case_comes_back_as_it_was_begun(record: Record) -> None:
    case = record.begin_case(NewCase("  A-17 ", "marrow", "wright-giemsa"))
    assert (case.pseudonym, case.specimen, case.stain, case.state) == ("A-17", "marrow", "wright-giemsa", "open")
    assert record.case(case.id) == case


def test_cases_are_listed_newest_first_whatever_the_clock_says(record: Record) -> None:
    numbers = [record.begin_case(NEW).id for _ in range(3)]
    assert [case.id for case in record.cases()] == numbers[::-1]


@pytest.mark.parametrize("pseudonym", ["", "   ", "x" * 65, "tab\tin it"])
def test_a_case_needs_a_printable_code(pseudonym: str) -> None:
    with pytest.raises(BadSetting, match="code"):
        NewCase(pseudonym, "marrow", "wright-giemsa")


def test_a_field_comes_back_whole(record: Record) -> None:
    case = record.begin_case(NEW)
    frame = painted_frame(4, 3, SIZE)
    examination = PaintedExaminer().examine(frame)
    row = record.add_field(case.id, frame, examination).field
    assert (row.number, row.counts, row.ok) == (1, examination.counts, True)
    assert record.document(case.id, 1) == json.loads(json.dumps(document(examination)))


def test_label_images_are_exact_and_the_frame_is_close(record: Record) -> None:
    case = record.begin_case(NEW)
    frame = painted_frame(4, 3, SIZE)
    examination = PaintedExaminer().examine(frame)
    row = record.add_field(case.id, frame, examination).field
    cells = cv2.imread(str(record.picture(row.cell_labels)), cv2.IMREAD_UNCHANGED)
    nuclei = cv2.imread(str(record.picture(row.nucleus_labels)), cv2.IMREAD_UNCHANGED)
    image = cv2.imread(str(record.picture(row.image)))
    assert image is not None
    np.testing.assert_array_equal(cells, examination.cell_labels)
    np.testing.assert_array_equal(nuclei, examination.nucleus_labels)
    assert np.abs(image[..., ::-1].astype(int) - frame.pixels).mean() < 3


def test_the_same_picture_is_not_counted_twice(record: Record) -> None:
    case = record.begin_case(NEW)
    assert add(record, case.id, 1)
    before = record.tally(case.id)
    assert not add(record, case.id, 1)
    assert record.tally(case.id) == before


def test_the_same_picture_counts_in_another_case(record: Record) -> None:
    first, second = record.begin_case(NEW), record.begin_case(NEW)
    assert add(record, first.id, 1)
    assert add(record, second.id, 1)


def test_sums_are_those_of_the_fields(record: Record) -> None:
    case = record.begin_case(NEW)
    for seed in (1, 2, 3):
        add(record, case.id, seed)
    rows = record.fields(case.id)
    assert [row.number for row in rows] == [1, 2, 3]
    assert record.tally(case.id).counts == sum((row.counts for row in rows), Counts(0, 0, 0, 0))


def test_a_refused_field_is_kept_but_not_counted(record: Record) -> None:
    case = record.begin_case(NEW)
    dark = painted_frame(1, 3, SIZE)
    dark.pixels[:] //= 6
    row = record.add_field(case.id, dark, PaintedExaminer().examine(dark)).field
    tally = record.tally(case.id)
    assert not row.ok
    assert (tally.fields, tally.counted, tally.counts) == (1, 0, Counts(0, 0, 0, 0))


def test_a_refused_field_whose_scale_nobody_knows_is_kept(record: Record) -> None:
    case = record.begin_case(NEW)
    dark = painted_frame(1, 3, SIZE)
    dark.pixels[:] //= 6
    record.add_field(case.id, dark, replace(PaintedExaminer().examine(dark), scale=None))
    kept = record.document(case.id, 1)
    assert (kept["um_per_px"], kept["scale_source"], kept["scale_relative_sd"]) == (None, None, None)


def test_every_cell_has_its_row(record: Record) -> None:
    case = record.begin_case(NEW)
    add(record, case.id, 1)
    with sqlite3.connect(record.folder / "marrowkit.db") as connection:
        rows = connection.execute("SELECT id, class, probability, countable FROM cells").fetchall()
    connection.close()
    cells = record.document(case.id, 1)["cells"]
    assert [(row[0], row[1], json.loads(row[2]), bool(row[3])) for row in rows] == [
        (cell["id"], cell["class"], cell["p"], cell["countable"]) for cell in cells
    ]


@pytest.mark.parametrize("number", [0, 2, 99])
def test_what_is_not_there_is_said_to_be_not_there(record: Record, number: int) -> None:
    case = record.begin_case(NEW)
    add(record, case.id, 1)
    with pytest.raises(NotRecorded):
        record.field(case.id, number)
    with pytest.raises(NotRecorded):
        record.document(case.id, number)


def test_a_field_for_no_case_is_refused_and_leaves_nothing(record: Record) -> None:
    with pytest.raises(NotRecorded):
        add(record, 7, 1)
    assert list(record.picture("").iterdir()) == []


def test_pictures_are_synced_before_the_row_is_committed(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    case = record.begin_case(NEW)
    synced: list[str] = []
    real = os.fsync

    def spy(descriptor: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        synced.append(f"{kind}, {len(record.fields(case.id))} fields")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", spy)
    add(record, case.id, 1)
    assert synced == ["file, 0 fields"] * 3 + ["folder, 0 fields"]


def test_commits_wait_for_the_disk(record: Record) -> None:
    settings = [
        record.database.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
    ]
    assert settings == ["wal", 2]


def test_what_a_crash_left_unfinished_is_swept_away(tmp_path: Path) -> None:
    Record(tmp_path).close()
    (tmp_path / "pictures" / "abc.jpg.part").write_bytes(b"half")
    Record(tmp_path).close()
    assert list((tmp_path / "pictures").iterdir()) == []
