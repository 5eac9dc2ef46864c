"""A source that comes back: the shell around `Vigil`, with threads, devices and waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from firmware_bridge.errors import BadPicture, BadSourceUri, PartMissing, SourceFault, SourceLost, SourceSilent
from firmware_bridge.numbering import Numbers
from firmware_bridge.picture import Device, Picture, Source
from firmware_bridge.sources import open_source
from firmware_bridge.supervision.line import Line
from firmware_bridge.supervision.vigil import LinkState, Vigil
from firmware_bridge.supervision.watch import Watch, watch_of
from firmware_bridge.uri import SourceUri, source_uri

HOPELESS = (BadSourceUri, PartMissing)
"""What opening again cannot mend."""


@dataclass(frozen=True, slots=True)
class Timing:
    """A clock in seconds, and how to wait on an event for so long. A test hands in its own."""

    now_s: Callable[[], float] = time.monotonic
    wait: Callable[[threading.Event, float], bool] = threading.Event.wait


def supervise(uri: SourceUri | str, open_: Callable[[SourceUri], Source] = open_source) -> Supervised:
    """The source at this address, supervised as its kind asks for. Opens nothing yet.

    Raises:
        BadSourceUri: the address, or the plan of faults in it, is not one we understand.
    """
    where = source_uri(uri) if isinstance(uri, str) else uri
    return Supervised(where.shown, lambda: open_(where), watch_of(where))


class Supervised:
    """A `Source` whose `read` waits until a new picture comes, however often the device must be opened for that.

    Pictures are numbered and timed on across reconnections; a picture that is the one before, to the last bit, is
    left out where the source may not stand still.

    Args:
        uri: what to call it.
        open_: opens it the first time; a `Device` itself knows how to be found again.
        watch: what is normal for it.
    """

    def __init__(self, uri: str, open_: Callable[[], Source], watch: Watch, timing: Timing | None = None) -> None:
        self._uri = uri
        self._open = open_
        self._watch = watch
        self._timing = timing or Timing()
        self._vigil = Vigil(watch)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._over = False
        self._line: Line | None = None
        self._mark: int | None = None
        self._numbers = Numbers()

    @property
    def uri(self) -> str:
        """The address, without the password that it may carry."""
        return self._uri

    @property
    def link(self) -> LinkState:
        """How the link is now; from any thread."""
        line = self._line
        device = line.source if line is not None else None
        warnings = device.complaints if isinstance(device, Device) else ()
        with self._lock:
            return replace(self._vigil.state(self._timing.now_s()), warnings=warnings)

    @property
    def source(self) -> Source | None:
        """The source itself, while it is open."""
        return self._line.source if self._line is not None else None

    def read(self) -> Picture | None:
        """The next new picture; None when the source has ended for good, or after `close`.

        Raises:
            BadPicture: this one picture is unreadable; reading may go on.
            BadSourceUri, PartMissing: it can never be opened.
        """
        while not (self._closing.is_set() or self._over):
            picture = self._step()
            if picture is not None:
                return picture
        return None

    def close(self) -> None:
        """Stop, and close the source. Safe to call twice and from another thread."""
        self._closing.set()
        line = self._line
        if line is not None:
            line.abandon()
            line.leave()

    def _step(self) -> Picture | None:
        """One picture further; None if it was no new one, the source was lost, or all is over."""
        try:
            picture = self._next()
            return self._numbers.on(picture) if picture is not None and self._is_new() else None
        except (BadPicture, *HOPELESS):
            raise
        except SourceFault as fault:
            self._lose(fault)
            return None

    def _next(self) -> Picture | None:
        line = self._line or self._new_line()
        try:
            picture = line.next(self._patience_s(line))
        except TimeoutError:
            raise self._too_late(line) from None
        except BadPicture as fault:
            self._judge_unreadable(line, fault)
            raise
        if picture is None and not self._closing.is_set():
            self._end()
        self._mark = line.mark
        return picture

    def _new_line(self) -> Line:
        with self._lock:
            self._vigil.opening(self._timing.now_s())
        self._numbers.begin_again()
        self._line = Line(self._open, self._uri, marks=self._watch.frozen_s is not None)
        if self._closing.is_set():
            self._line.abandon()
            self._line.leave()
        return self._line

    def _patience_s(self, line: Line) -> float | None:
        return self._watch.silent_s if line.source is not None else self._watch.open_s

    def _too_late(self, line: Line) -> SourceSilent:
        if line.source is None:
            what = f"{self._uri} has not opened within {self._watch.open_s:.0f} s."
        else:
            what = f"{self._uri} has sent no picture for {self._watch.silent_s:.0f} s."
        return SourceSilent(what, "Check its cable and its power; it is being opened again.")

    def _judge_unreadable(self, line: Line, fault: BadPicture) -> None:
        if line.source is None:
            raise SourceLost(fault.what, fault.remedy) from fault
        with self._lock:
            self._vigil.unreadable(fault, self._timing.now_s())

    def _end(self) -> None:
        if not self._watch.ends:
            raise SourceLost(f"{self._uri} has ended its stream.", "Check the camera; it is being opened again.")
        self._over = True
        with self._lock:
            self._vigil.ended()

    def _is_new(self) -> bool:
        with self._lock:
            return self._vigil.picture(self._mark, self._timing.now_s())

    def _lose(self, fault: SourceFault) -> None:
        line, self._line = self._line, None
        if line is not None:
            if isinstance(line.source, Device):
                self._open = line.source.again
            line.abandon()
        with self._lock:
            pause_s = self._vigil.lost(fault, self._timing.now_s())
        self._timing.wait(self._closing, pause_s)
