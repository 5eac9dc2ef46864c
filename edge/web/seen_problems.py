"""The latest problems of this run of the kit, for the page, for metrics and for a support bundle: codes and places, no
patient's data.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass

from edge.record.clock import clock_hint

MOST = 100


@dataclass(frozen=True, slots=True)
class SeenProblem:
    """One of them. `route` is the address with its places unfilled (`/api/v1/cases/{case_id}`)."""

    number: int
    code: str
    status: int
    method: str
    route: str
    clock_hint: str


class Seen:
    """The latest hundred, and how many of each code there were."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._latest: deque[SeenProblem] = deque(maxlen=MOST)
        self._counts: Counter[str] = Counter()

    def note(self, code: str, status: int, method: str, route: str) -> None:
        """One more."""
        with self._turn:
            self._counts[code] += 1
            number = self._counts.total()
            self._latest.append(SeenProblem(number, code, status, method, route, clock_hint()))

    def latest(self) -> tuple[SeenProblem, ...]:
        """The newest first."""
        with self._turn:
            return tuple(reversed(self._latest))

    def counts(self) -> Mapping[str, int]:
        """By code, since the start."""
        with self._turn:
            return dict(self._counts)
