"""What the page stands on, handed in finished: it builds nothing itself, so a test can hand in anything."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from edge.document import Document
from edge.record import Record
from edge.types import BundleRef, Decision, Examination, Frame, Pixels, Verdict
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

    read_picture   bytes and a name to RGB pixels, for pictures handed in; raises BadPicture
    decide_case    the documents of a case's counted fields to the decision on the case
    blast_labels   the bundle's labels that count as blasts
    host_names     names besides IP addresses and localhost under which this kit may be asked for
    stopping       set when the server stops, so that endless answers end
    """

    live: LiveSource
    examiner: Examiner
    record: Record
    bundle: BundleRef
    read_picture: Callable[[bytes, str], Pixels]
    decide_case: Callable[[Iterable[Document]], Decision]
    blast_labels: frozenset[str] = frozenset({"blast"})
    host_names: frozenset[str] = frozenset()
    stopping: threading.Event = field(default_factory=threading.Event)


def without_password(uri: str) -> str:
    """The address as it may be shown: without the user and password that a network camera's may hold."""
    parts = urlsplit(uri)
    if "@" not in parts.netloc:
        return uri
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
