"""What keeps pictures from coming, told once for each try to open the source again."""

from __future__ import annotations

from collections.abc import Callable

from firmware_bridge.errors import SourceFault
from firmware_bridge.newest import PumpState

Told = Callable[[SourceFault, int], None]
"""Why pictures do not come, and the number of the try to open the source again; 0 where it is not opened again."""


class News:
    """Compares each state with the one before.

    Args:
        told: hears what is new.
    """

    def __init__(self, told: Told) -> None:
        self._told = told
        self._heard: tuple[str, int] | None = None

    def hear(self, state: PumpState) -> None:
        """Tell what this state has that the last one had not."""
        news = None if state.fault is None else (state.fault.code, state.link.attempt)
        if state.fault is not None and news != self._heard:
            self._told(state.fault, state.link.attempt)
        self._heard = news or self._heard


def nobody(_fault: SourceFault, _attempt: int) -> None:
    """Told to nobody."""
