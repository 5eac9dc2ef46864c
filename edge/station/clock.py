"""How long each step took."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class StepClock:
    """Times named steps in milliseconds, and the whole since it was made. Of what runs aside it is told how long it was
    waited for, so that the steps never add up to more than the whole."""

    _started_s: float = field(default_factory=time.perf_counter)
    _steps_ms: dict[str, float] = field(default_factory=dict)

    def time(self, name: str, step: Callable[[], T]) -> T:
        """Run a step and note its time."""
        began_s = time.perf_counter()
        result = step()
        self._steps_ms[name] = (time.perf_counter() - began_s) * 1000
        return result

    @property
    def timing_ms(self) -> dict[str, float]:
        """Every step so far, and `total`."""
        return {**self._steps_ms, "total": (time.perf_counter() - self._started_s) * 1000}
