"""Always the newest picture: whoever reads a source leaves it here, so that a slow consumer never makes it late."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from firmware_bridge.closing import Closing
from firmware_bridge.errors import BadPicture, SourceFault, SourceFrozen, SourceLost
from firmware_bridge.pacing import Pacer
from firmware_bridge.picture import Picture
from firmware_bridge.reader import Reader
from firmware_bridge.supervision.feed import Delivered, Feed
from firmware_bridge.supervision.vigil import LIVE, LinkState

PAUSE_AFTER_BAD_PICTURE_S = 0.2
"""Of recorded pictures, which nothing else paces. A camera paces itself: a pause would make its next pictures late."""

UNREADABLE_SHOWN_S = 1.0
"""So long an unreadable picture is told although others follow: whoever looks now and then must see it."""

Phase = Literal["running", "reconnecting", "frozen", "ended", "lost"]


@dataclass(frozen=True, slots=True)
class PumpState:
    """How the source is doing.

    phase       delivering; being opened again because it was lost, or because its picture stood still; ended for good;
                lost for good
    fault       why no pictures come, else the last unreadable picture, if none came after it or it was just now
    age_s       seconds since the newest picture came; None before the first
    pictures    how many came
    dropped     how many of them were replaced before anyone asked for them
    unreadable  how many could not be read
    link        what its supervisor knows
    """

    phase: Phase
    fault: SourceFault | None
    age_s: float | None
    pictures: int
    dropped: int
    unreadable: int
    link: LinkState = LIVE

    @property
    def usable(self) -> bool:
        """The newest picture shows what is there now, or is the last of a source that has ended."""
        return self.phase in ("running", "ended")


class Newest(Closing):
    """The newest picture of a source, and nothing older.

    Owns the source: leaving the `with` block, or `close`, closes both.

        with Newest(supervise("sim:")) as live:
            picture = live.wait_newer(-1, 5.0)

    Args:
        feed: where pictures come from.
        paced: recorded pictures come at the rate they were taken; False: as fast as they can be read.
        clock: seconds.
    """

    def __init__(self, feed: Feed, paced: bool = True, clock: Callable[[], float] = time.monotonic) -> None:
        self._feed = feed
        self._clock = clock
        self._pacer = Pacer() if paced else None
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._picture: Picture | None = None
        self._came_s = self._shown_until_s = 0.0
        self._taken = True
        self._phase: Phase = "running"
        self._fault: SourceFault | None = None
        self._pictures = self._dropped = self._unreadable = 0
        self._reader = Reader(self._run, f"newest {feed.uri}")

    @property
    def uri(self) -> str:
        """The address of the source."""
        return self._feed.uri

    @property
    def state(self) -> PumpState:
        """How the source is doing now."""
        link = self._feed.link
        with self._changed:
            age_s = None if self._picture is None else self._clock() - self._came_s
            phase = _phase_of(link) if self._phase == "running" else self._phase
            fault = link.fault or self._fault
            return PumpState(phase, fault, age_s, self._pictures, self._dropped, self._unreadable, link)

    def latest(self) -> Picture | None:
        """The newest picture, at once; None before the first. It stays when the source has ended or is lost."""
        with self._changed:
            self._taken = True
            return self._picture

    def wait_newer(self, sequence: int, timeout_s: float) -> Picture | None:
        """The newest picture as soon as its number is above `sequence`; None if none came or will come."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_newer(sequence) or self._phase != "running", timeout_s)
            if not self._is_newer(sequence):
                return None
            self._taken = True
            return self._picture

    def close(self) -> None:
        """Stop the threads and close the source. Safe to call twice; a read that hangs is left behind."""
        self._stopping.set()
        self._feed.close()
        self._reader.leave()

    def _is_newer(self, sequence: int) -> bool:
        return self._picture is not None and self._picture.sequence > sequence

    def _run(self) -> None:
        try:
            self._feed.run(self._take)
            self._finish("ended", None)
        except SourceFault as fault:
            self._finish("lost", fault)
        except Exception as error:  # noqa: BLE001  a driver's surprise must reach the page, not die with this thread
            what = f"The source {self._feed.uri} failed in an unexpected way ({error!r})."
            lost = SourceLost(what, "Open it again; report this if it comes back.")
            lost.__cause__ = error
            self._finish("lost", lost)

    def _take(self, came: Delivered) -> bool:
        """In the thread that read it."""
        if isinstance(came, BadPicture):
            self._note_unreadable(came)
        else:
            if came.recorded and self._pacer is not None:  # live ones are never held up
                self._stopping.wait(self._pacer.delay_s(came.taken_ms, self._clock()))
            self._publish(came)
        return not self._stopping.is_set()

    def _publish(self, picture: Picture) -> None:
        with self._changed:
            self._dropped += not self._taken
            self._picture, self._came_s, self._taken = picture, self._clock(), False
            self._pictures += 1
            if self._came_s >= self._shown_until_s:
                self._fault = None
            self._changed.notify_all()

    def _note_unreadable(self, fault: BadPicture) -> None:
        with self._changed:
            self._unreadable += 1
            self._fault, self._shown_until_s = fault, self._clock() + UNREADABLE_SHOWN_S
            is_live = self._picture is not None and not self._picture.recorded
        if not is_live:
            self._stopping.wait(PAUSE_AFTER_BAD_PICTURE_S)

    def _finish(self, phase: Phase, fault: SourceFault | None) -> None:
        with self._changed:
            self._phase = phase
            self._fault = fault or self._fault
            self._changed.notify_all()


def _phase_of(link: LinkState) -> Phase:
    if link.fault is None:
        return "running"
    return "frozen" if isinstance(link.fault, SourceFrozen) else "reconnecting"
