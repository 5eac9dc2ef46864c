"""One connection to a source, in a thread of its own: an opening or a read that hangs can be left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable

from firmware_bridge.errors import BadPicture, SourceFault, SourceLost
from firmware_bridge.picture import Picture, Source
from firmware_bridge.reader import Reader

Event = Picture | SourceFault | None
"""A picture, a fault, or the end."""


class Line:
    """Opens a source and reads it, one picture ahead; nothing is left out.

    Args:
        open_: opens the source; may block and may raise.
        name: of the thread.
    """

    def __init__(self, open_: Callable[[], Source], name: str) -> None:
        self._open = open_
        self._changed = threading.Condition()
        self._events: list[Event] = []
        self._abandoned = False
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
        with self._changed:
            if not self._changed.wait_for(lambda: self._events or self._abandoned, timeout_s):
                raise TimeoutError
            event = self._events.pop() if self._events else None
            self._changed.notify_all()
        if isinstance(event, SourceFault):
            raise event
        return event

    def abandon(self) -> None:
        """Close the source; a call that hangs in it is left behind and closes it when it returns."""
        with self._changed:
            self._abandoned = True
            self._events.clear()
            self._changed.notify_all()
            source = self._source
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
        with self._changed:
            self._source = source
            is_wanted = not self._abandoned
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
        """Wait until the place is free and put the event there; False when nobody wants it any more."""
        with self._changed:
            self._changed.wait_for(lambda: not self._events or self._abandoned)
            if not self._abandoned:
                self._events.append(event)
                self._changed.notify_all()
            return not self._abandoned


def _goes_on(event: Event) -> bool:
    return isinstance(event, Picture | BadPicture)
