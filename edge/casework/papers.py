"""What leaves the kit of a case: each kind of paper by its name, made from the case as it holds."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge.casework.books import Books
from edge.casework.case_file import case_file
from edge.casework.kit_id import kit_name
from edge.casework.results import Results
from edge.casework.settings import SettingsBook
from edge.document import Document
from edge.errors import BadSetting, StoreDamaged
from edge.papers.case_file import CaseFile
from edge.papers.cells_csv import cells_csv, columns_csv
from edge.papers.export import Export, held, safe_name
from edge.papers.fhir import fhir_bundle
from edge.papers.images import FieldPicture, image_files
from edge.papers.reader import Reader
from edge.papers.referral import referral_pdf
from edge.papers.report import report_pdf
from edge.papers.targets import Target, targets
from edge.papers.training import training_files, training_zip
from edge.papers.training_cells import RecordedField, TrainingCell, planes_of
from edge.papers.writing import Written, write_exports
from edge.record import FieldRow
from edge.record.steps import Doing
from edge.types import Features, Labels, Pixels

FOLDER = "exports"
"""Beside the database: where exports go without a stick."""
Maker = Callable[["PaperDesk", CaseFile, Reader], bytes]


class PaperDesk:
    """Papers of cases. `reader` is whoever will read one."""

    def __init__(self, books: Books, results: Results, settings: SettingsBook) -> None:
        self._books, self._results, self._settings = books, results, settings

    def file(self, case_id: int) -> CaseFile:
        """The case as papers want it; raises as `case_file`."""
        return case_file(self._books, self._results, kit_name(self._books, self._settings), case_id)

    def paper(self, case_id: int, kind: str, reader: Reader) -> bytes:
        """One paper.

        Raises:
            NotRecorded, StoreDamaged, PaperFault; BadSetting: there is no such kind.
        """
        if kind not in KINDS:
            raise BadSetting(f"There is no paper {kind!r}.", f"There are: {', '.join(KINDS)}.")
        return KINDS[kind].make(self, self.file(case_id), reader)

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
        file = self.file(case_id)
        name = safe_name(f"{file.case.pseudonym}-{file.case.number}-v{file.case.version}")
        written = write_exports(target, name, [each for kind in kinds for each in self._exports(file, kind, reader)])
        doing = Doing(kind="export", operator=by, after={"folder": written.folder.name, "kinds": list(kinds)})
        self._books.steps.add(case_id, doing, file.case.version)
        return written

    def training_cells(self, file: CaseFile) -> list[TrainingCell]:
        """The cells whose class a person gave, cut out of their recorded fields."""
        case_id = file.case.number
        documents = self._results.documents(case_id, self._results.model(case_id))
        chosen: dict[int, list[Mapping[str, object]]] = defaultdict(list)
        for number, document in documents.items():
            chosen[number] += [cell for cell in document["cells"] if cell["settled"]]
        rows = {row.number: row for row in self._books.record.fields(case_id)}
        return [
            each
            for number, cells in chosen.items()
            if cells
            for each in _cut(number, cells, self._recorded(rows[number], documents[number]))
        ]

    def _exports(self, file: CaseFile, kind: str, reader: Reader) -> Iterable[Export]:
        if kind == IMAGES:
            return image_files(file, self._pictures(file))
        if kind == TRAINING:
            return [_within("training", each) for each in training_files(file, self.training_cells(file))]
        extra = [held("cells-columns.csv", columns_csv(file))] if kind == "cells.csv" else []
        return [held(kind, KINDS[kind].make(self, file, reader)), *extra]

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
    "report.pdf": Kind(lambda _, file, reader: report_pdf(file, reader), "application/pdf"),
    "referral.pdf": Kind(lambda _, file, reader: referral_pdf(file, reader), "application/pdf"),
    "cells.csv": Kind(lambda _, file, __: cells_csv(file), "text/csv; charset=utf-8"),
    "fhir.json": Kind(lambda _, file, __: _json(fhir_bundle(file)), "application/fhir+json"),
    TRAINING: Kind(lambda desk, file, _: training_zip(file, desk.training_cells(file)), "application/zip"),
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
