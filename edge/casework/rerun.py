"""A case looked at again with another bundle, in a case of its own: the old result stays as it is.

The pictures are those that the record keeps, JPEGs of quality 95, so even the same bundle may see a cell a little
differently than in the live picture. It goes on in a thread, one at a time; after a power cut it has stopped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from edge.casework.books import Books
from edge.casework.models import Models
from edge.casework.seen_before import Looker, look, never_seen, set_aside
from edge.decide.model import Model
from edge.errors import BadSetting, CaseEmpty, RunBusy, StoreDamaged
from edge.record import Case, FieldRow, NewCase
from edge.record.reruns import Rerun
from edge.record.steps import Doing
from edge.types import Examination, Frame
from firmware_bridge.errors import Fault


class OtherExaminer(Protocol):
    """A station on another bundle."""

    @property
    def model(self) -> Model:
        """The bundle, and what its labels count as."""

    def examine(self, frame: Frame) -> Examination:
        """Everything about a frame."""

    def close(self) -> None:
        """Free the engines."""


OpenExaminer = Callable[[str], OtherExaminer]
"""Name or path of a bundle to a station on it; raises BundleFault, EngineFault."""

UNKNOWN = {
    "code": "internal",
    "detail": "Something went wrong that should not.",
    "remedy": "Try again; if it happens again, tell support.",
}
"""What is said of a run that no fault of ours ended."""


@dataclass(frozen=True, slots=True)
class Run:
    """One way in which a case was looked at: the case that holds it, and how far it is. `rerun` None: the first."""

    case: Case
    rerun: Rerun | None


class Reanalysis:
    """Re-analyses, one at a time."""

    def __init__(
        self, books: Books, models: Models, open_examiner: OpenExaminer | None, looker: Looker = never_seen
    ) -> None:
        self._books, self._models, self._open, self._looker = books, models, open_examiner, looker
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="reanalysis")
        self._stopping, self._turn = threading.Event(), threading.Lock()
        self._now: Future[None] | None = None
        books.reruns.stop_all()

    def begin(self, case_id: int, bundle: str, by: str) -> Case:
        """Begin to look at a case again; the case that will hold it.

        Raises:
            NotRecorded, CaseOfControl, CaseEmpty; RunBusy: another one is under way.
            BadSetting: this kit has only one bundle to use.
        """
        if self._open is None:
            raise BadSetting("This kit cannot open another bundle.", "Start it with a data folder that has bundles.")
        with self._turn:
            if self._now is not None and not self._now.done():
                raise RunBusy("A re-analysis is under way.", "Wait until it is done.")
            again = self._noted(case_id, bundle, by)
            self._now = self._worker.submit(self._run, self._open, case_id, again.id, bundle)
        return again

    def runs(self, case_id: int) -> tuple[Run, ...]:
        """The case itself, and every time that it was looked at again.

        Raises:
            NotRecorded: there is no such case.
        """
        record = self._books.record
        again = (Run(record.case(each.case_id), each) for each in self._books.reruns.of(case_id))
        return (Run(record.case(case_id), None), *again)

    def wait(self) -> None:
        """Until nothing is under way."""
        if self._now is not None:
            self._now.result()

    def close(self) -> None:
        """End after the field that is under way."""
        self._stopping.set()
        self._worker.shutdown(wait=True)

    def _noted(self, case_id: int, bundle: str, by: str) -> Case:
        with self._books.database.writing():
            case = self._books.case(case_id)
            if not self._books.record.fields(case_id):
                raise CaseEmpty("There is no field to look at again.", "Capture a field first.")
            again = self._copy(case)
            self._books.reruns.begin(again.id, bundle)
            self._books.steps.add(case_id, Doing(kind="reanalyse", operator=by, after=bundle), case.version)
        return again

    def _copy(self, case: Case) -> Case:
        described = (case.pseudonym, case.specimen, case.stain, case.objective, case.note)
        return self._books.record.begin_case(NewCase(*described, purpose="again", of_case=case.id))

    def _run(self, open_examiner: OpenExaminer, case_id: int, again_id: int, bundle: str) -> None:
        try:
            with closing(open_examiner(bundle)) as examiner:
                self._models.keep(examiner.model)
                whole = all(self._look(row, again_id, examiner) for row in self._fields(case_id))
        except Fault as fault:
            known = {"code": fault.code, "detail": fault.what, "remedy": fault.remedy}
            self._books.reruns.end(again_id, "failed", known)
            return
        except BaseException:  # whatever it was, nobody shall wait for this run; `wait` and the log tell it
            self._books.reruns.end(again_id, "failed", UNKNOWN)
            raise
        self._books.reruns.end(again_id, "done" if whole else "stopped")
        self._books.life.change(again_id, state="finished")

    def _fields(self, case_id: int) -> Iterator[FieldRow]:
        """In their order, with those that are captured meanwhile."""
        seen = 0
        while rows := self._books.record.fields(case_id)[seen:]:
            yield from rows
            seen += len(rows)

    def _look(self, row: FieldRow, again_id: int, examiner: OtherExaminer) -> bool:
        """Examine one field again; False where the kit is to stop."""
        if self._stopping.is_set():
            return False
        document = self._books.record.document(row.case_id, row.number)
        told = document["um_per_px"] if document["scale_source"] == "given" else None
        pixels = _read(self._books.record.picture(row.image))
        frame = _SamePicture(pixels, name=row.frame_name, um_per_px=told, recorded_digest=row.frame_digest)
        examination = replace(examiner.examine(frame), frame_digest=row.frame_digest)
        already = look(self._books, self._looker, again_id, frame, examination)
        self._books.record.add_field(
            again_id, frame, examination, lambda number: set_aside(self._books, again_id, number, already)
        )
        return True


@dataclass(frozen=True, eq=False)
class _SamePicture(Frame):
    """A recorded picture: after JPEG its pixels differ a little, it is the same picture nevertheless."""

    recorded_digest: str = ""

    @property
    def digest(self) -> str:
        """That of the picture as it came."""
        return self.recorded_digest


def _read(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    decoded = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise StoreDamaged(f"The picture {path.name} cannot be read.", "Put it back from a copy.")
    return cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
