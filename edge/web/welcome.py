"""Whether somebody who watches an answer without an end may go on to: a sign-out ends it too, wherever it came from."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from edge.errors import RecordFault

EVERY_S = 3.0


class Welcome:
    """Asks anew every few seconds whether somebody may stay, as they may when this is made.

    While the record does not answer, it has not said that they may not.
    """

    def __init__(self, may_stay: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._may_stay, self._clock = may_stay, clock
        self._asked_s, self._lasts = clock(), True

    async def lasts(self) -> bool:
        """Whether they may, a few seconds ago at the earliest."""
        if self._lasts and self._clock() - self._asked_s >= EVERY_S:
            self._asked_s = self._clock()
            self._lasts = await asyncio.to_thread(self._ask)
        return self._lasts

    def _ask(self) -> bool:
        try:
            return self._may_stay()
        except RecordFault:
            return True
