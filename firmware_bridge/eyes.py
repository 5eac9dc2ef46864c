"""The newest picture of a live source, exposed after it was asked for; a camera in trouble is waited for.

A picture was exposed earlier than it comes: on a USB cable by little, from a network camera by a second or two. How
late a kind of source may be, its supervisor knows (`LinkState.late_s`); a look waits for a picture that comes later.
"""

from __future__ import annotations

import threading
import time

from firmware_bridge.errors import SourceFault, SourceLost
from firmware_bridge.newest import Newest, PumpState
from firmware_bridge.news import News, Told, nobody
from firmware_bridge.picture import Picture, Pixels

PATIENCE_S = 40.0
"""A camera that is found again within this time costs a scan nothing: six tries to open it."""
STEP_S = 0.25
IN_FLIGHT = 2
"""Pictures after the newest one that may have begun already in any source: one handed over, one being made."""


class LiveEye:
    """Looks through a camera; each look waits for a picture that began after it.

    Args:
        live: where pictures come from; a supervised source leaves out those of a picture that stands still.
        told: hears why a look has to wait.
        patience_s: how long a look may wait.
    """

    def __init__(self, live: Newest, told: Told = nobody, patience_s: float = PATIENCE_S) -> None:
        self._live = live
        self._told = told
        self._patience_s = patience_s
        self._hurried = threading.Event()
        self._waited_s = 0.0

    @property
    def waited_s(self) -> float:
        """How long all looks so far have waited while the camera was in trouble."""
        return self._waited_s

    def __call__(self) -> Pixels:
        """A fresh picture.

        Raises:
            SourceFault: none came in time, or none ever will: what kept the camera from it, where that is known.
        """
        newest = self._live.latest()
        old = (-1 if newest is None else newest.sequence) + IN_FLIGHT  # the first may have begun before the stage moved
        began_s = time.monotonic()
        late_ms = 1000.0 * (began_s + self._live.state.link.late_s)
        while _is_too_early(picture := self._awaited(old, began_s), late_ms):
            old = picture.sequence
        return picture.pixels

    def hurry(self) -> None:
        """From now on wait for no camera that is in trouble; from any thread, and from a signal."""
        self._hurried.set()

    def _awaited(self, old: int, began_s: float) -> Picture:
        news = News(self._told)
        last: SourceFault | None = None
        while (picture := self._live.wait_newer(old, STEP_S)) is None:
            state = self._live.state
            last = state.fault or last
            if self._is_in_vain(state) or time.monotonic() - began_s >= self._patience_s:
                raise last or self._without_reason(state)
            news.hear(state)
        self._waited_s += 0.0 if last is None else time.monotonic() - began_s
        return picture

    def _is_in_vain(self, state: PumpState) -> bool:
        hurried = self._hurried.is_set() and state.fault is not None
        return hurried or state.phase in ("ended", "lost")

    def _without_reason(self, state: PumpState) -> SourceLost:
        if state.phase == "ended":
            return SourceLost(f"{self._live.uri} has ended.", "Name a source that goes on: a camera, or ?loop=1.")
        return SourceLost(f"No picture came for {self._patience_s:g} s.", "Check the camera and its cable.")


def _is_too_early(picture: Picture, taken_ms: float) -> bool:
    """A recorded picture has a time of its own, and shows what it shows."""
    return not picture.recorded and picture.taken_ms < taken_ms
