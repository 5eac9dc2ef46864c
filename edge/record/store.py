"""The door to the record: open a data folder, begin cases, add fields, read them back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

from edge.document import Document, document
from edge.errors import NotRecorded, StoreDamaged
from edge.record import disk, pictures
from edge.record.clock import clock_hint
from edge.record.database import Database, faults_named
from edge.record.lock import FolderLock
from edge.record.rows import Case, FieldRow, NewCase, Recorded, Tally, case_of, cell_values, field_values
from edge.types import Counts, Examination, Frame

DATABASE = "marrowkit.db"
LOCK = "marrowkit.lock"
PICTURES = "pictures"

_INSERT_FIELD = """
INSERT INTO fields (
    case_id, number, frame_digest, frame_name, width_px, height_px, image, cell_labels, nucleus_labels,
    bundle_name, bundle_version, bundle_digest, bundle_variant, ok, um_per_px, scale_source,
    nucleated, countable, excluded, blast, doubtful, decision, timing_ms, document, clock_hint
) VALUES (
    :case_id, :number, :frame_digest, :frame_name, :width_px, :height_px, :image, :cell_labels, :nucleus_labels,
    :bundle_name, :bundle_version, :bundle_digest, :bundle_variant, :ok, :um_per_px, :scale_source,
    :nucleated, :countable, :excluded, :blast, :doubtful, :decision, :timing_ms, :document, :clock_hint
)
"""
_SUMS = """
SELECT count(*) AS fields, total(ok) AS counted, total(nucleated) AS nucleated, total(countable) AS countable,
    total(excluded) AS excluded, total(blast) AS blast, total(doubtful) AS doubtful
FROM fields WHERE case_id = ?
"""


def nothing_else(number: int) -> None:
    """Nothing is written with a field."""


class Record:
    """The record of one data folder. Every method may be called from any thread.

    Raises, from opening and from every method that touches the disk:
        StoreBusy: another marrowkit has the folder open.
        StoreFull: the disk is full; what was acknowledged is safe, and nothing of this call is left.
        StoreDamaged: the database is not readable as ours; it is left as it is.
        StoreUnreachable: the disk fails, or the folder is gone from it.
        StoreNewer: a newer version wrote it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pictures = folder / PICTURES
        with faults_named(folder):
            disk.make_folder(folder)
            disk.make_folder(self._pictures)
            self._lock = FolderLock(folder / LOCK)
        try:
            disk.sweep(self._pictures)
            self.database = Database(folder / DATABASE, thorough=self._lock.unclean)
        except BaseException:
            self._lock.release()
            raise

    def close(self) -> None:
        """Finish and let another one open the folder. Safe to call twice."""
        self.database.close()
        self._lock.release()

    def free_bytes(self) -> int:
        """Room left on the disk that holds this record."""
        with faults_named(self.folder):
            return shutil.disk_usage(self.folder).free

    def begin_case(self, new: NewCase) -> Case:
        """Begin a case; it is on disk when this returns."""
        with self.database.writing() as connection:
            cursor = connection.execute(
                "INSERT INTO cases (pseudonym, specimen, stain, objective, note, purpose, of_case, clock_hint,"
                " changed_hint) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*astuple(new), clock_hint(), clock_hint()),
            )
        return self.case(int(cursor.lastrowid or 0))

    def cases(self) -> tuple[Case, ...]:
        """All cases of patients, newest first."""
        query = "SELECT * FROM cases WHERE purpose = 'patient' ORDER BY id DESC"
        return tuple(map(case_of, self.database.select(query)))

    def case(self, case_id: int) -> Case:
        """One case.

        Raises:
            NotRecorded: there is none with that number.
        """
        rows = self.database.select("SELECT * FROM cases WHERE id = ?", case_id)
        if not rows:
            raise NotRecorded(f"There is no case number {case_id}.", "Choose one from the list of cases.")
        return case_of(rows[0])

    def add_field(
        self, case_id: int, frame: Frame, examination: Examination, also: Callable[[int], None] = nothing_else
    ) -> Recorded:
        """Record a field; when this returns it survives a power cut. The same picture is not counted twice.

        `also` is called with the field's number before the row is on the disk: what it writes to this database comes
        with the field or not at all.

        Raises:
            NotRecorded: there is no such case.
        """
        self.case(case_id)
        earlier = self.same_picture(case_id, frame.digest)
        if earlier is not None:
            return Recorded(earlier, is_new=False)
        names, files = pictures.encode(frame, examination)
        plain = document(examination)
        values = {"case_id": case_id, "image": names.image, "cell_labels": names.cell_labels}
        values |= {"nucleus_labels": names.nucleus_labels, "clock_hint": clock_hint()}
        number = self._write_field(values | field_values(examination, plain), files, plain, also)
        return Recorded(self.field(case_id, number), is_new=True)

    def same_picture(self, case_id: int, digest: str) -> FieldRow | None:
        """The field of this case that holds the picture with this digest, if there is one."""
        rows = self.database.select("SELECT * FROM field_rows WHERE case_id = ? AND frame_digest = ?", case_id, digest)
        return _field(rows[0]) if rows else None

    def fields(self, case_id: int) -> tuple[FieldRow, ...]:
        """The fields of a case in their order."""
        rows = self.database.select("SELECT * FROM field_rows WHERE case_id = ? ORDER BY number", case_id)
        return tuple(_field(row) for row in rows)

    def field(self, case_id: int, number: int) -> FieldRow:
        """One field.

        Raises:
            NotRecorded: the case has none with that number.
        """
        rows = self.database.select("SELECT * FROM field_rows WHERE case_id = ? AND number = ?", case_id, number)
        return _field(_only(rows, case_id, number))

    def document(self, case_id: int, number: int) -> Document:
        """The whole examination of a field, as `edge.document` lays it out, in English.

        Raises:
            NotRecorded: the case has no field with that number.
        """
        rows = self.database.select("SELECT document FROM fields WHERE case_id = ? AND number = ?", case_id, number)
        stored: Document = json.loads(_only(rows, case_id, number)["document"])
        return stored

    def counted_documents(self, case_id: int) -> Iterator[Document]:
        """The documents of the counted fields of a case, in their order."""
        rows = self.database.select("SELECT document FROM fields WHERE case_id = ? AND ok ORDER BY number", case_id)
        return (json.loads(row["document"]) for row in rows)

    def counted_by_number(self, case_id: int) -> tuple[tuple[int, Document], ...]:
        """The documents of the counted fields of a case, each with its number, in their order."""
        query = "SELECT number, document FROM fields WHERE case_id = ? AND ok ORDER BY number"
        return tuple((row["number"], json.loads(row["document"])) for row in self.database.select(query, case_id))

    def bundles(self, case_id: int) -> tuple[str, ...]:
        """The digests of the bundles that examined the fields of a case, in the order in which they came."""
        query = "SELECT bundle_digest FROM fields WHERE case_id = ? GROUP BY bundle_digest ORDER BY min(number)"
        return tuple(row["bundle_digest"] for row in self.database.select(query, case_id))

    def picture(self, name: str) -> Path:
        """Where a file that a `FieldRow` names lies.

        Raises:
            StoreDamaged: somebody has taken it away.
        """
        path = self._pictures / name
        if not path.exists():
            raise StoreDamaged(
                f"The file {name} is missing from {self._pictures}.",
                "Put it back from a copy, or capture the field again.",
            )
        return path

    def tally(self, case_id: int) -> Tally:
        """Sums over the counted fields of a case."""
        figures = {key: int(value) for key, value in self.database.select(_SUMS, case_id)[0].items()}
        return Tally(figures["fields"], figures["counted"], _counts(figures), figures["doubtful"])

    def _write_field(
        self, values: dict[str, Any], files: dict[str, bytes], plain: Document, also: Callable[[int], None]
    ) -> int:
        """Pictures first, then the row that names them; if the row fails, its pictures go again."""
        with self.database.alone():
            fresh = disk.write_all(self._pictures, files)
            try:
                return self._insert_field(values, plain, also)
            except BaseException:
                disk.remove(self._pictures, fresh)
                raise

    def _insert_field(self, values: dict[str, Any], plain: Document, also: Callable[[int], None]) -> int:
        with self.database.writing() as connection:
            last = connection.execute("SELECT max(number) FROM fields WHERE case_id = ?", (values["case_id"],))
            values["number"] = int(last.fetchone()[0] or 0) + 1
            cursor = connection.execute(_INSERT_FIELD, values)
            rows = cell_values(int(cursor.lastrowid or 0), plain)
            connection.executemany("INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            also(values["number"])
        return int(values["number"])


def _only(rows: list[dict[str, Any]], case_id: int, number: int) -> dict[str, Any]:
    if not rows:
        raise NotRecorded(f"Case {case_id} has no field {number}.", "Choose one from the list of fields.")
    return rows[0]


def _field(row: dict[str, Any]) -> FieldRow:
    sums = {key: row.pop(key) for key in ("nucleated", "countable", "excluded", "blast")}
    return FieldRow(**{**row, "ok": bool(row["ok"])}, counts=_counts(sums))


def _counts(figures: dict[str, Any]) -> Counts:
    return Counts(figures["nucleated"], figures["countable"], figures["excluded"], figures["blast"])
