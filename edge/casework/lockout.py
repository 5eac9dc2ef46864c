"""How long the next PIN must wait after wrong ones: pure, so that it can be tried without waiting."""

from __future__ import annotations

FREE = 2
"""Wrong ones in a row that cost nothing: fingers slip."""
LOCKED = 8
LOCKED_S = 900.0


def wait_s(wrong: int) -> float:
    """Seconds after the last wrong one in which no PIN is looked at: 0, 0, 2, 4, 8, 16, 32, then 15 minutes.

    At 15 minutes a try, the 10,000 PINs of four figures take more than a hundred days.
    """
    if wrong <= FREE:
        return 0.0
    return LOCKED_S if wrong >= LOCKED else float(2 ** (wrong - FREE))
