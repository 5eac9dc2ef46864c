"""Recorded pictures at the rate they were taken."""

from __future__ import annotations

LONGEST_PAUSE_S = 10.0


class Pacer:
    """Says how long to hold a picture up.

    Who falls behind does not hurry to catch up: time is counted anew from the late picture.
    """

    def __init__(self) -> None:
        self._offset_s: float | None = None

    def delay_s(self, taken_ms: float, now_s: float) -> float:
        """How long to wait at `now_s` before showing a picture taken at `taken_ms`; 0 to `LONGEST_PAUSE_S`."""
        taken_s = taken_ms / 1000.0
        if self._offset_s is None:
            self._offset_s = now_s - taken_s
        delay = taken_s + self._offset_s - now_s
        if not 0.0 <= delay <= LONGEST_PAUSE_S:
            delay = min(max(delay, 0.0), LONGEST_PAUSE_S)
            self._offset_s = now_s + delay - taken_s
        return delay
