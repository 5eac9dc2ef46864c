"""What leaves the kit of a case: each kind of paper by its name, made from the case as it holds."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import cv2
import numpy as np

from edge.casework.books import Books
from edge.casework.case_file import case_file
from edge.casework.kit_id import kit_name
from edge.casework.settings import SettingsBook
from edge.casework.snapshot import Snapshot, Snapshots
from edge.document import Document
from edge.errors import BadSetting, StoreDamaged
from edge.papers.case_file import CaseFile, ReferralAnswer
from edge.papers.cells_csv import cells_csv, columns_csv
from edge.papers.digest import referral_digest
from edge.papers.export import Export, held, safe_name
from edge.papers.fhir import fhir_bundle
from edge.papers.images import FieldPicture, image_files
from edge.papers.reader import Reader
from edge.papers.referral import referral_pdf
from edge.papers.reply import Reply
from edge.papers.report import report_pdf
from edge.papers.targets import Target, targets
from edge.papers.training import training_files, training_zip
from edge.papers.training_cells import RecordedField, TrainingCell, planes_of
from edge.papers.underway import UnderWay
from edge.papers.writing import Written, write_exports
from edge.record import FieldRow
from edge.record.steps import Doing
from edge.types import Features, Labels, Pixels

FOLDER, UNDER_WAY = "exports", "exports-under-way"
"""Beside the database: where exports go without a stick, and notes of those that have not ended."""
Maker = Callable[["PaperDesk", "Sheaf", Reader], bytes]


@dataclass(frozen=True, slots=True)
class Sheaf:
    """A case as it is to leave the kit, and as papers want it."""

    snapshot: Snapshot
    file: CaseFile


class PaperDesk:
    """Papers of cases. `reader` is whoever will read one."""

    def __init__(self, books: Books, snapshots: Snapshots, settings: SettingsBook) -> None:
        self._books, self._snapshots, self._settings = books, snapshots, settings
        self._under_way = UnderWay(books.record.folder / UNDER_WAY)
        self._under_way.sweep(books.record.folder / FOLDER)

    def file(self, case_id: int, version: int | None = None) -> CaseFile:
        """The case as papers want it, now or as a version was signed; raises as `case_file` and `Snapshots.of`."""
        return self._sheaf(case_id, version).file

    def paper(self, case_id: int, kind: str, reader: Reader, version: int | None = None) -> bytes:
        """One paper, of the case now or as a version was signed.

        Raises:
            NotRecorded, StoreDamaged, PaperFault; BadSetting: there is no such kind.
        """
        if kind not in KINDS:
            raise BadSetting(f"There is no paper {kind!r}.", f"There are: {', '.join(KINDS)}.")
        return KINDS[kind].make(self, self._sheaf(case_id, version), reader)

    def answer(self, case_id: int, reply: Reply, now: str) -> ReferralAnswer:
        """An answer that came back, for the count whose referral it answers: as it is, or as a version was signed.

        Raises:
            NotRecorded, StoreDamaged; ReplyElsewhere: no version of the case was asked about by this code.
        """
        now_stands = self.file(case_id)
        earlier = range(now_stands.case.version - 1, 0, -1)
        asked = chain([now_stands], (self.file(case_id, version) for version in earlier))
        fitting = next((file for file in asked if reply.is_of(file)), now_stands)
        return reply.for_case(fitting, now)

    def asked_about(self, case_id: int, version: int | None = None) -> str:
        """The digest of what a referral of a version asks about, for an answer that somebody writes down; empty for a
        version that there is not.

        Raises:
            NotRecorded: there is no such case.
        """
        now_stands = self.file(case_id)
        if version in (None, now_stands.case.version):
            return referral_digest(now_stands)
        return referral_digest(self.file(case_id, version)) if version < now_stands.case.version else ""

    def targets(self) -> tuple[Target, ...]:
        """Where exports may go: the kit's own folder, then sticks."""
        folder = self._books.record.folder / FOLDER
        folder.mkdir(exist_ok=True)
        return targets([folder])

    def export(self, case_id: int, where: str, kinds: Sequence[str], reader: Reader, by: str) -> Written:
        """Write papers and pictures into a new folder of a target; `where` is its path as `targets` tells it.

        Raises:
            NotRecorded, StoreDamaged, PaperFault; BadSetting: there is no such target or kind.
        """
        target = next((each for each in self.targets() if str(each.path) == where), None)
        unknown = set(kinds) - {*KINDS, IMAGES}
        if target is None or unknown or not kinds:
            raise BadSetting("There is no such target, or no such paper.", "Choose from the lists shown.")
        sheaf = self._sheaf(case_id, None)
        file = sheaf.file
        name = safe_name(f"{file.case.pseudonym}-{file.case.number}-v{file.case.version}")
        exports = [each for kind in kinds for each in self._exports(sheaf, kind, reader)]
        written = write_exports(target, name, exports, self._under_way)
        doing = Doing(kind="export", operator=by, after={"folder": written.folder.name, "kinds": list(kinds)})
        self._books.steps.add(case_id, doing, file.case.version)
        return written

    def training_cells(self, snapshot: Snapshot) -> list[TrainingCell]:
        """The cells whose class a person gave, cut out of their recorded fields."""
        documents = snapshot.documents
        chosen: dict[int, list[Mapping[str, object]]] = defaultdict(list)
        for number, document in documents.items():
            chosen[number] += [cell for cell in document["cells"] if cell["settled"]]
        rows = {row.number: row for row in snapshot.result.fields}
        return [
            each
            for number, cells in chosen.items()
            if cells
            for each in _cut(number, cells, self._recorded(rows[number], documents[number]))
        ]

    def _sheaf(self, case_id: int, version: int | None) -> Sheaf:
        snapshot = self._snapshots.of(case_id, version)
        return Sheaf(snapshot, case_file(self._books, kit_name(self._books, self._settings), snapshot))

    def _exports(self, sheaf: Sheaf, kind: str, reader: Reader) -> Iterable[Export]:
        if kind == IMAGES:
            return image_files(sheaf.file, self._pictures(sheaf.file))
        if kind == TRAINING:
            files = training_files(sheaf.file, self.training_cells(sheaf.snapshot))
            return [_within("training", each) for each in files]
        extra = [held("cells-columns.csv", columns_csv(sheaf.file))] if kind == "cells.csv" else []
        return [held(kind, KINDS[kind].make(self, sheaf, reader)), *extra]

    def _pictures(self, file: CaseFile) -> Iterable[FieldPicture]:
        for row in self._books.record.fields(file.case.number):
            path = self._books.record.picture(row.image)
            yield FieldPicture(row.number, "jpg", Export(path.name, path.stat().st_size, path.read_bytes))

    def _recorded(self, row: FieldRow, document: Document) -> RecordedField:
        record = self._books.record
        return RecordedField(
            pixels=_pixels(record.picture(row.image)),
            cells=_labels(record.picture(row.cell_labels)),
            nuclei=_labels(record.picture(row.nucleus_labels)),
            um_per_px=document["um_per_px"],
            squeeze=document["squeeze"],
        )


@dataclass(frozen=True, slots=True)
class Kind:
    """A paper: how it is made, and what it is to a browser."""

    make: Maker
    media_type: str


IMAGES, TRAINING = "images", "training.zip"
KINDS: Mapping[str, Kind] = {
    "report.pdf": Kind(lambda _, sheaf, reader: report_pdf(sheaf.file, reader), "application/pdf"),
    "referral.pdf": Kind(lambda _, sheaf, reader: referral_pdf(sheaf.file, reader), "application/pdf"),
    "cells.csv": Kind(lambda _, sheaf, __: cells_csv(sheaf.file), "text/csv; charset=utf-8"),
    "fhir.json": Kind(lambda _, sheaf, __: _json(fhir_bundle(sheaf.file)), "application/fhir+json"),
    TRAINING: Kind(
        lambda desk, sheaf, _: training_zip(sheaf.file, desk.training_cells(sheaf.snapshot)), "application/zip"
    ),
}


def _cut(number: int, cells: Sequence[Mapping[str, object]], field: RecordedField) -> list[TrainingCell]:
    planes = planes_of(field, [int(str(cell["id"])) for cell in cells])
    return [_training_cell(number, cell, planes[int(str(cell["id"]))]) for cell in cells if cell["id"] in planes]


def _training_cell(number: int, cell: Mapping[str, object], planes: Pixels) -> TrainingCell:
    known: dict[str, object] = dict(cell)
    machine, features = known["machine"], known["features"]
    if not isinstance(machine, dict) or not isinstance(features, dict):
        raise StoreDamaged(f"Cell {known['id']} of field {number} is not as it was recorded.", "Tell support.")
    return TrainingCell(
        field=number,
        id=int(str(known["id"])),
        label=str(known["class"]),
        machine=str(machine["class"]),
        planes=planes,
        features=Features(**features),
        countable=bool(known["countable"]),
    )


def _within(folder: str, each: Export) -> Export:
    return Export(f"{folder}/{each.name}", each.size_bytes, each.read)


def _json(plain: object) -> bytes:
    return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False).encode()


def _pixels(path: Path) -> Pixels:
    decoded = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise StoreDamaged(f"The picture {path.name} cannot be read.", "Put it back from a copy.")
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)


def _labels(path: Path) -> Labels:
    decoded = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None:
        raise StoreDamaged(f"The picture {path.name} cannot be read.", "Put it back from a copy.")
    return np.asarray(decoded, np.uint16)
