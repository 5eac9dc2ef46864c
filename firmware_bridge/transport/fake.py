"""The public fake: a simulated board without a wire, and a clock that needs no waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from firmware_bridge.errors import BoardLost
from firmware_bridge.sim.boards.board import NoticesOpening, SimBoard
from firmware_bridge.sim.boards.faults import Faulty

TICK_S = 0.005


class FakeClock:
    """Time that passes only when somebody sleeps. Safe for threads."""

    def __init__(self, now_s: float = 1000.0) -> None:
        self._lock = threading.Lock()
        self._now_s = now_s

    def __call__(self) -> float:
        """Seconds since some moment."""
        with self._lock:
            return self._now_s

    def sleep(self, for_s: float) -> None:
        """Let so much time pass at once."""
        with self._lock:
            self._now_s += max(0.0, for_s)


class LoopTransport:
    """Talks to a simulated board in this process, in real time or in that of a `FakeClock`."""

    def __init__(
        self,
        board: SimBoard,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        address: str = "sim:",
    ) -> None:
        self.address = address
        self.board = board
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._said = b""
        self._closed = False
        if isinstance(board, NoticesOpening):
            board.opened()

    def read(self, wait_s: float) -> bytes:
        """What it has said; time passes while nothing comes."""
        end_s = self._clock() + wait_s
        while True:
            said = self._taken()
            left_s = end_s - self._clock()
            if said or left_s <= 0:
                return said
            self._sleep(min(TICK_S, left_s))

    def write(self, data: bytes) -> None:
        """Let it hear these bytes."""
        with self._lock:
            self._check()
            self._said += self.board.feed(data)

    def close(self) -> None:
        """Talk no more."""
        self._closed = True

    def _taken(self) -> bytes:
        with self._lock:
            self._check()
            said, self._said = self._said + self.board.tick(), b""
            return said

    def _check(self) -> None:
        if self._closed or (isinstance(self.board, Faulty) and self.board.unplugged):
            raise BoardLost(f"The board at {self.address} is gone.", "Plug it in again, then clear the fault.")
