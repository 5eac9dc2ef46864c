"""The newest picture of a live source, exposed after it was asked for."""

from __future__ import annotations

from firmware_bridge.errors import SourceLost
from firmware_bridge.newest import Newest
from firmware_bridge.picture import Picture, Pixels

WAIT_S = 10.0
"""A camera that is found again within this time costs a scan nothing."""
SKIPPED = 1
"""Pictures let pass: the one that was being exposed when the stage came to rest."""


class LiveEye:
    """Looks through a camera; each look waits for a picture that began after it, `WAIT_S` for each at most."""

    def __init__(self, live: Newest) -> None:
        self._live = live
        self._seen = -1

    def __call__(self) -> Pixels:
        """A fresh picture.

        Raises:
            SourceFault: none comes; what keeps the camera from it, where that is known.
        """
        for _ in range(SKIPPED):
            self._next()
        return self._next().pixels

    def _next(self) -> Picture:
        picture = self._live.wait_newer(self._seen, WAIT_S)
        if picture is None:
            raise self._live.state.fault or SourceLost(
                f"No picture came for {WAIT_S:g} s.", "Check the camera and its cable."
            )
        self._seen = picture.sequence
        return picture
