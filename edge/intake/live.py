"""The newest frame of a source: what the page shows."""

from __future__ import annotations

from types import TracebackType

from edge.intake.files import frame_of
from edge.types import Frame
from firmware_bridge.newest import Newest, PumpState
from firmware_bridge.picture import Picture
from firmware_bridge.supervision import supervise


def open_live(uri: str) -> Live:
    """Keep the newest frame of a source, however often it must be opened for that. Close it, or use a `with` block.

    Raises:
        BadSourceUri: the address is not one we understand.
    """
    source = supervise(uri)
    return Live(Newest(source, lambda: source.link))


class Live:
    """The newest frame and how its source is doing; safe to ask from any number of threads."""

    def __init__(self, newest: Newest) -> None:
        self._newest = newest

    def __enter__(self) -> Live:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def uri(self) -> str:
        """The address of the source."""
        return self._newest.uri

    @property
    def state(self) -> PumpState:
        """Whether pictures come and why not; age of the newest frame; how many came and were left out."""
        return self._newest.state

    def latest(self) -> Frame | None:
        """The newest frame at once; None before the first."""
        return _frame_or_none(self._newest.latest())

    def wait_newer(self, sequence: int, timeout_s: float) -> Frame | None:
        """The newest frame as soon as its number is above `sequence`; None if none came or will come."""
        return _frame_or_none(self._newest.wait_newer(sequence, timeout_s))

    def close(self) -> None:
        """Stop and release the source. Safe to call twice."""
        self._newest.close()


def _frame_or_none(picture: Picture | None) -> Frame | None:
    return None if picture is None else frame_of(picture)
