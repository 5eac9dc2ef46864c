"""A source that comes back: the shell around `Vigil`, with threads, devices and waiting."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from firmware_bridge.errors import BadPicture, BadSourceUri, PartMissing, SourceFault, SourceLost, SourceSilent
from firmware_bridge.numbering import Numbers
from firmware_bridge.picture import Device, Source
from firmware_bridge.sources import open_source
from firmware_bridge.supervision.feed import Delivered, Take
from firmware_bridge.supervision.line import Line
from firmware_bridge.supervision.mark import Mark
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
    """A `Feed` that goes on however often the device must be opened for that.

    The thread that reads a connection hands its pictures on; the one in `run` only waits for what is amiss. Pictures
    are numbered and timed on across reconnections; a picture that is the one before, to the last bit, is left out
    where the source may not stand still.

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
        self._nothing_since_s = math.inf
        """Since when the line has been waited for; never while it hands on what it has read."""
        self._has_come = False
        self._numbers = Numbers()

    @property
    def uri(self) -> str:
        """The address, without the password that it may carry."""
        return self._uri

    @property
    def link(self) -> LinkState:
        """How the link is now; from any thread."""
        device = self.source
        warnings = device.complaints if isinstance(device, Device) else ()
        with self._lock:
            return replace(self._vigil.state(self._timing.now_s()), warnings=warnings, late_s=self._watch.late_s)

    @property
    def source(self) -> Source | None:
        """The source itself, while it is open."""
        line = self._line
        return line.source if line is not None else None

    def run(self, take: Take) -> None:
        """Hand on every new picture and every unreadable one, until the source has ended for good, `close` is called
        or no more is wanted.

        Raises:
            BadSourceUri, PartMissing: it can never be opened.
        """
        while not self._is_over():
            line = self._new_line(take)
            try:
                self._follow(line)
            except HOPELESS:
                raise
            except SourceFault as fault:
                self._lose(line, fault)

    def close(self) -> None:
        """Stop, and close the source. Safe to call twice and from another thread."""
        self._closing.set()
        line = self._line
        if line is not None:
            line.abandon()
            line.leave()

    def _is_over(self) -> bool:
        return self._over or self._closing.is_set()

    def _new_line(self, take: Take) -> Line:
        with self._lock:  # its reader has to wait until it is known here
            self._nothing_since_s = self._timing.now_s()
            self._has_come = False
            self._vigil.opening(self._nothing_since_s)
            self._numbers.begin_again()
            line = self._line = Line(self._open, self._uri, partial(self._came, take))
        if self._closing.is_set():
            self.close()
        return line

    def _came(self, take: Take, line: Line, delivered: Delivered) -> bool:
        """In the line's own thread."""
        with self._lock:
            if line is not self._line or self._closing.is_set():
                return False
            self._nothing_since_s = math.inf
            new = self._judged(delivered)
        if new is not None and not take(new):
            self._over = True
        self._nothing_since_s = self._timing.now_s()
        return not self._over

    def _judged(self, delivered: Delivered) -> Delivered | None:
        now_s = self._timing.now_s()
        if isinstance(delivered, BadPicture):
            self._vigil.unreadable(delivered, now_s)
            return delivered
        self._has_come = True
        mark = None if self._watch.frozen_s is None else Mark(delivered.pixels)
        return self._numbers.on(delivered) if self._vigil.picture(mark, now_s) else None

    def _follow(self, line: Line) -> None:
        """Until it is over; how, is raised."""
        fault = self._end_of(line)
        if self._is_over():
            return
        if fault is None:
            self._end()
        elif isinstance(fault, BadPicture):  # there is no picture to go on with
            raise SourceLost(fault.what, fault.remedy) from fault
        else:
            raise fault

    def _end_of(self, line: Line) -> SourceFault | None:
        while not line.is_over(self._rest_s(line)):
            pass
        return line.fault

    def _rest_s(self, line: Line) -> float | None:
        """When to look at the line again: how long it may still bring nothing, or less.

        Raises:
            SourceSilent: no longer; whatever it brings from now on is refused.
        """
        patience_s = self._patience_s(line)
        if patience_s is None:
            return None
        with self._lock:
            rest_s = patience_s - max(0.0, self._timing.now_s() - self._nothing_since_s)
            if rest_s <= 0.0:
                self._line = None
                raise self._too_late(line, patience_s)
        return rest_s if self._watch.silent_s is None else min(rest_s, self._watch.silent_s)

    def _patience_s(self, line: Line) -> float | None:
        """How long it may bring nothing; the first picture may take as long as the opening."""
        silent_s = self._watch.silent_s
        if line.source is None:
            return self._watch.open_s
        return silent_s if self._has_come or silent_s is None else max(silent_s, self._watch.open_s)

    def _too_late(self, line: Line, patience_s: float) -> SourceSilent:
        has_not = "opened within" if line.source is None else "sent a picture for"
        what = f"{self._uri} has not {has_not} {patience_s:.0f} s."
        return SourceSilent(what, "Check its cable and its power; it is being opened again.")

    def _end(self) -> None:
        if not self._watch.ends:
            raise SourceLost(f"{self._uri} has ended its stream.", "Check the camera; it is being opened again.")
        self._over = True
        with self._lock:
            self._vigil.ended()

    def _lose(self, line: Line, fault: SourceFault) -> None:
        self._line = None
        if isinstance(line.source, Device):
            self._open = line.source.again
        line.abandon()
        with self._lock:
            pause_s = self._vigil.lost(fault, self._timing.now_s())
        self._timing.wait(self._closing, pause_s)
