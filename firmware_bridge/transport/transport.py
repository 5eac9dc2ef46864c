"""What every way to a board can do."""

from __future__ import annotations

from typing import Protocol


class Transport(Protocol):
    """Bytes to and from one board. `write` may be called from any thread, `read` from one at a time."""

    @property
    def address(self) -> str:
        """Where it leads, for people."""

    def read(self, wait_s: float) -> bytes:
        """What has come, as soon as anything has; empty after `wait_s` seconds without anything.

        Raises:
            BoardLost: the port is gone.
        """

    def write(self, data: bytes) -> None:
        """Send all of it.

        Raises:
            BoardLost: the port is gone.
            BoardSilent: the port takes no bytes.
        """

    def close(self) -> None:
        """Give the port back. Safe to call twice."""
