"""One connection to a source, in a thread of its own: an opening or a read that hangs can be left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

from firmware_bridge.errors import BadPicture, SourceFault, SourceLost
from firmware_bridge.picture import Picture, Source
from firmware_bridge.reader import Reader
from firmware_bridge.supervision.mark import mark_of

Event = Picture | SourceFault | None
"""A picture, a fault, or the end."""


class Line:
    """Opens a source and reads it, one picture ahead; nothing is left out.

    Args:
        open_: opens the source; may block and may raise.
        name: of the thread.
        marks: whether `mark` tells pictures apart; made by the reader, while the picture is warm in its core's memory.
    """

    def __init__(self, open_: Callable[[], Source], name: str, marks: bool = False) -> None:
        self._open = open_
        self._marks = marks
        self.mark: int | None = None
        """Of the last picture that `next` gave."""
        self._events: SimpleQueue[tuple[Event, int | None]] = (
            SimpleQueue()
        )  # of C: a third of the time that a Condition takes
        self._room: SimpleQueue[None] = SimpleQueue()
        self._room.put(None)
        self._opening = threading.Lock()
        self._abandoned = threading.Event()
        self._source: Source | None = None
        self._reader = Reader(self._run, f"line {name}")

    @property
    def source(self) -> Source | None:
        """The source, once it is open."""
        return self._source

    def next(self, timeout_s: float | None) -> Picture | None:
        """The next picture; None when the source has ended or `abandon` was called.

        Raises:
            TimeoutError: nothing came in time; the line is as before.
            SourceFault: what the source raised. After a BadPicture the line goes on, after any other it is over.
        """
        if self._abandoned.is_set():
            return None
        try:
            event, self.mark = self._events.get(timeout=timeout_s)
        except Empty:
            raise TimeoutError from None
        self._room.put(None)
        if self._abandoned.is_set():
            return None
        if isinstance(event, SourceFault):
            raise event
        return event

    def abandon(self) -> None:
        """Close the source; a call that hangs in it is left behind and closes it when it returns."""
        with self._opening:
            self._abandoned.set()
            source = self._source
        self._events.put((None, None))
        self._room.put(None)
        if source is not None:
            source.close()

    def leave(self) -> None:
        """After `abandon`: wait for a reader that does not hang, so that it is nowhere inside a library any more."""
        self._reader.leave()

    def _run(self) -> None:
        event = self._step(self._opened)
        while self._handed_over(event) and self._source is not None and _goes_on(event):
            event = self._step(self._source.read)
        if self._source is not None:
            self._source.close()

    def _opened(self) -> Picture | None:
        source = self._open()
        with self._opening:
            self._source = source
            is_wanted = not self._abandoned.is_set()
        return source.read() if is_wanted else None

    def _step(self, action: Callable[[], Picture | None]) -> Event:
        try:
            return action()
        except SourceFault as fault:
            return fault
        except Exception as error:  # noqa: BLE001  a driver's surprise must reach the page, not die with this thread
            lost = SourceLost(f"The source failed in an unexpected way ({error!r}).", "It is being opened again.")
            lost.__cause__ = error
            return lost

    def _handed_over(self, event: Event) -> bool:
        """Wait until there is room and put the event there; False when nobody wants it any more."""
        mark = mark_of(event.pixels) if self._marks and isinstance(event, Picture) else None
        self._room.get()
        if not self._abandoned.is_set():
            self._events.put((event, mark))
        return not self._abandoned.is_set()


def _goes_on(event: Event) -> bool:
    return isinstance(event, Picture | BadPicture)
