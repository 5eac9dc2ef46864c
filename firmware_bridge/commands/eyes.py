"""The newest picture of a live source, exposed after it was asked for."""

from __future__ import annotations

from firmware_bridge.errors import SourceLost
from firmware_bridge.newest import Newest
from firmware_bridge.picture import Pixels

WAIT_S = 10.0
"""A camera that is found again within this time costs a scan nothing."""
IN_FLIGHT = 2
"""Pictures after the newest one that may have begun already: one handed over, one being exposed or made."""


class LiveEye:
    """Looks through a camera; each look waits for a picture that began after it, `WAIT_S` at most."""

    def __init__(self, live: Newest) -> None:
        self._live = live

    def __call__(self) -> Pixels:
        """A fresh picture.

        Raises:
            SourceFault: none comes; what keeps the camera from it, where that is known.
        """
        newest = self._live.latest()
        old = -1 if newest is None else newest.sequence + IN_FLIGHT
        picture = self._live.wait_newer(old, WAIT_S)
        if picture is None:
            raise self._live.state.fault or SourceLost(
                f"No picture came for {WAIT_S:g} s.", "Check the camera and its cable."
            )
        return picture.pixels
