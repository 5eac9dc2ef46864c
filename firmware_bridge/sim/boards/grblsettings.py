"""The `$` settings of a simulated GRBL."""

from __future__ import annotations

from collections.abc import Iterator

from firmware_bridge.sim.boards.mechanics import Triple

DEFAULTS: dict[int, float] = {
    **{0: 10, 1: 25, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 10: 1, 11: 0.01, 12: 0.002, 13: 0, 20: 0, 21: 1, 22: 1, 23: 0},
    **{24: 25, 25: 500, 26: 250, 27: 1, 30: 1000, 31: 0, 32: 0, 100: 3200, 101: 3200, 102: 12800},
    **{110: 3000, 111: 3000, 112: 600, 120: 10, 121: 10, 122: 10, 130: 200, 131: 200, 132: 200},
}
"""The defaults of GRBL, but for homing and limit switches, which are there, and the travel of a stage."""


class GrblSettings:
    """Numbers by number."""

    def __init__(self) -> None:
        self._values = dict(DEFAULTS)

    def __iter__(self) -> Iterator[tuple[int, float]]:
        return iter(self._values.items())

    @property
    def hard_limits(self) -> bool:
        """Switches at the ends of the travel end in an alarm."""
        return bool(self._values[21])

    @property
    def homing(self) -> bool:
        """`$H` works."""
        return bool(self._values[22])

    @property
    def steps_per_mm(self) -> Triple:
        """Of the motors; at least one."""
        x, y, z = (max(self._values[number], 1.0) for number in (100, 101, 102))
        return (x, y, z)

    @property
    def lamp_full(self) -> float:
        """S of the full lamp."""
        return max(self._values[30], 1.0)

    @property
    def fastest_mm_per_min(self) -> float:
        """No move is faster."""
        return max(self._values[110], 1.0)

    def set(self, number: int, value: float) -> int:
        """Change one; the number of the error, or 0."""
        if number not in self._values:
            return 3
        if value < 0:
            return 4
        if number == 20 and value and not self.homing:
            return 10
        self._values[number] = value
        return 0

    def beyond(self, goal: Triple) -> bool:
        """The goal lies outside the soft limits, which reach from −travel to 0."""
        travel = (self._values[130], self._values[131], self._values[132])
        return bool(self._values[20]) and not all(-far <= at <= 0 for at, far in zip(goal, travel, strict=True))
