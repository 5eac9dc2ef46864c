"""One connection to a source, in a thread of its own: an opening or a read that hangs can be left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable

from firmware_bridge.errors import BadPicture, SourceFault, SourceLost
from firmware_bridge.picture import Source
from firmware_bridge.reader import Reader
from firmware_bridge.supervision.feed import Delivered


class Line:
    """Opens a source and reads it; what comes is handed on by the thread that read it, before it reads again.

    Args:
        open_: opens the source; may block and may raise.
        name: of the thread.
        came: is given this line and what came, and says whether to go on; a fault that it raises ends the line.
    """

    def __init__(self, open_: Callable[[], Source], name: str, came: Callable[[Line, Delivered], bool]) -> None:
        self._open = open_
        self._came = came
        self._fault: SourceFault | None = None
        self._over = threading.Event()
        self._opening = threading.Lock()
        self._abandoned = threading.Event()
        self._source: Source | None = None
        self._reader = Reader(self._run, f"line {name}")

    @property
    def source(self) -> Source | None:
        """The source, once it is open."""
        return self._source

    @property
    def fault(self) -> SourceFault | None:
        """What ended it; None where that was the source's own end, or our wish."""
        return self._fault

    def is_over(self, timeout_s: float | None) -> bool:
        """Wait until it is, so long at most; None: for ever."""
        return self._over.wait(timeout_s)

    def abandon(self) -> None:
        """Close the source; a call that hangs in it is left behind and closes it when it returns."""
        with self._opening:
            self._abandoned.set()
            source = self._source
        self._over.set()
        if source is not None:
            source.close()

    def leave(self) -> None:
        """After `abandon`: wait for a reader that does not hang, so that it is nowhere inside a library any more."""
        self._reader.leave()

    def _run(self) -> None:
        self._fault = self._fault_of(self._hand_on)
        self._over.set()
        if self._source is not None:
            self._source.close()

    def _fault_of(self, action: Callable[[], None]) -> SourceFault | None:
        try:
            action()
        except SourceFault as fault:
            return fault
        except Exception as error:  # noqa: BLE001  a driver's surprise must reach the page, not die with this thread
            lost = SourceLost(f"The source failed in an unexpected way ({error!r}).", "It is being opened again.")
            lost.__cause__ = error
            return lost
        return None

    def _hand_on(self) -> None:
        source = self._opened()
        while not self._abandoned.is_set():
            delivered = _next(source)
            if delivered is None or not self._came(self, delivered):
                return

    def _opened(self) -> Source:
        source = self._open()
        with self._opening:
            self._source = source
        return source


def _next(source: Source) -> Delivered | None:
    try:
        return source.read()
    except BadPicture as fault:
        return fault
