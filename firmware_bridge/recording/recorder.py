"""Follows the newest picture and writes what the disk can keep up with; the picture itself never waits for the disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from firmware_bridge.closing import Closing
from firmware_bridge.errors import RecordingStopped
from firmware_bridge.picture import Picture
from firmware_bridge.recording.writer import Writer

LOOK_S = 0.2
LEAVES_WITHIN_S = 10.0
RecordingPhase = Literal["recording", "stopped"]


class Following(Protocol):
    """Where the newest picture is had from: `Newest`."""

    def wait_newer(self, sequence: int, timeout_s: float) -> Picture | None:
        """The newest picture as soon as its number is above `sequence`."""


@dataclass(frozen=True, slots=True)
class RecordingState:
    """How a recording is doing.

    phase     recording, or stopped for good: there are as many as were wanted, or the disk takes no more
    pictures  on the disk
    missed    came while another was being written, and are not on the disk
    fault     why it has stopped before
    """

    phase: RecordingPhase
    pictures: int
    missed: int
    fault: RecordingStopped | None = None


class Recorder(Closing):
    """Records in a thread of its own until it is closed or the disk takes no more; why it ended before, its state says.

    Args:
        newest: what is recorded; stays the caller's to close.
        writer: where to.
        stage: where stage and focus are, asked for with each picture; the source's own word where it gives none.
        most: pictures after which it stops; 0 for no limit.
    """

    def __init__(
        self,
        newest: Following,
        writer: Writer,
        stage: Callable[[], Mapping[str, float] | None] = lambda: None,
        most: int = 0,
    ) -> None:
        self._newest = newest
        self._writer = writer
        self._stage = stage
        self._most = most
        self._stopping = threading.Event()
        self._pictures = self._missed = 0
        self._last = -1
        self._fault: RecordingStopped | None = None
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @property
    def state(self) -> RecordingState:
        """How it is doing; from any thread."""
        is_over = self._fault is not None or self._has_enough()
        return RecordingState("stopped" if is_over else "recording", self._pictures, self._missed, self._fault)

    @property
    def last(self) -> int:
        """Number of the last picture on the disk; -1 before the first."""
        return self._last

    def close(self) -> None:
        """Finish the picture under way."""
        self._stopping.set()
        self._thread.join(LEAVES_WITHIN_S)

    def _run(self) -> None:
        try:
            self._follow()
        except RecordingStopped as fault:
            self._fault = fault
        except Exception as error:  # noqa: BLE001  whatever ends this thread must reach the page, not die with it
            what = f"The recording failed in an unexpected way ({error!r}). The picture goes on."
            surprise = RecordingStopped(what, "Start it again; report this if it comes back.")
            surprise.__cause__ = error
            self._fault = surprise

    def _follow(self) -> None:
        while not (self._stopping.is_set() or self._has_enough()):
            picture = self._newest.wait_newer(self._last, LOOK_S)
            if picture is None:
                self._stopping.wait(LOOK_S)
            else:
                self._write(picture)

    def _has_enough(self) -> bool:
        return 0 < self._most <= self._pictures

    def _write(self, picture: Picture) -> None:
        self._writer.add(picture, self._stage())
        self._missed += picture.sequence - self._last - 1 if self._pictures else 0
        self._last = picture.sequence
        self._pictures += 1
