"""Numbers and times that go on across reconnections."""

from __future__ import annotations

from dataclasses import replace

from firmware_bridge.picture import Picture


class Numbers:
    """Goes on counting, in number and time, where a source that was opened again begins at 0.

    Args:
        last, last_ms: number and time of the picture before the first.
    """

    def __init__(self, last: int = -1, last_ms: float = float("-inf")) -> None:
        self._last = last
        self._last_ms = last_ms
        self._add = 0
        self._add_ms = 0.0
        self._begins = True

    def begin_again(self) -> None:
        """The next picture is the first of a new connection."""
        self._begins = True

    def on(self, picture: Picture) -> Picture:
        """The picture with its number and time among all that came."""
        if self._begins:
            self._begins = False
            self._add = max(0, self._last + 1 - picture.sequence)
            self._add_ms = max(0.0, self._last_ms + 1.0 - picture.taken_ms)
        self._last, self._last_ms = picture.sequence + self._add, picture.taken_ms + self._add_ms
        if not self._add and not self._add_ms:
            return picture
        return replace(picture, sequence=self._last, taken_ms=self._last_ms)
