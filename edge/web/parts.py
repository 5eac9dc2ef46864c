"""What the page stands on, handed in finished: it builds nothing itself, so a test can hand in anything."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from edge.casework import Casework
from edge.explain import Explained, RecordedField
from edge.record import Record
from edge.types import BundleRef, Examination, Frame, Pixels, Verdict
from firmware_bridge.newest import PumpState
from firmware_bridge.recording import RecordingState


class LiveSource(Protocol):
    """The newest picture of a source that somebody else pumps. Both answer at once, from any thread."""

    @property
    def uri(self) -> str:
        """The address it was opened with."""

    @property
    def state(self) -> PumpState:
        """How the source is doing."""

    @property
    def recording(self) -> RecordingState | None:
        """How its recording is doing; None where nothing is recorded."""

    def latest(self) -> Frame | None:
        """The newest whole picture, kept while the source is lost; None before the first."""


class Examiner(Protocol):
    """What the station does with a frame. Called from worker threads, `examine` one at a time."""

    def gate(self, frame: Frame) -> Verdict:
        """The quality gate alone, for the gauges."""

    def examine(self, frame: Frame) -> Examination:
        """Everything: gate, scale, cells, opinions, decision."""


@dataclass(frozen=True)
class WebParts:
    """Everything the page needs.

    casework       cases and everything that is done with them
    read_picture   bytes, a name and the most pixels to RGB pixels, for pictures handed in; raises BadPicture
    explain        why a cell of a recorded field got its class; None where the page is not to say
    findings       what `marrowkit doctor` finds, for a support bundle; takes seconds
    host_names     names besides IP addresses and localhost under which this kit may be asked for
    stopping       set when the server stops, so that endless answers end
    """

    live: LiveSource
    examiner: Examiner
    casework: Casework
    read_picture: Callable[[bytes, str, int], Pixels]
    explain: Callable[[RecordedField, int], Explained] | None = None
    findings: Callable[[], Iterable[Mapping[str, Any]]] = tuple
    host_names: frozenset[str] = frozenset()
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def record(self) -> Record:
        """Where cases are kept."""
        return self.casework.books.record

    @property
    def bundle(self) -> BundleRef:
        """The bundle in use."""
        return self.casework.models.current.ref

    @property
    def blast_labels(self) -> frozenset[str]:
        """Its labels that count as blasts."""
        return self.casework.models.current.roles.blast
