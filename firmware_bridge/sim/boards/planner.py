"""The queue of moves that G-code boards work through one after another."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from firmware_bridge.sim.boards.mechanics import ZERO, Mechanics, Triple, triple

DEPTH = 15
RAPID_MM_PER_MIN = 3000.0


@dataclass(frozen=True, slots=True)
class Move:
    """A straight line: by how many units, in how many seconds."""

    by: Triple
    lasts_s: float

    @property
    def mm_per_min(self) -> float:
        """Along the line."""
        return 60.0 * _length(self.by) / self.lasts_s if self.lasts_s > 0 else 0.0


class Planner:
    """Takes moves ahead of time; `goal` is where the last of them ends, in units."""

    def __init__(self, mechanics: Mechanics) -> None:
        self.mechanics = mechanics
        self._moves: deque[Move] = deque()
        self.goal: Triple = mechanics.count
        self.held = False
        self._feed = 0.0

    @property
    def mm_per_min(self) -> float:
        """How fast it moves now."""
        return self._feed if self.mechanics.moving and not self.mechanics.stalled else 0.0

    @property
    def full(self) -> bool:
        """No further move is taken."""
        return len(self._moves) >= DEPTH

    @property
    def idle(self) -> bool:
        """All is done."""
        return not self._moves and not self.mechanics.moving

    def add(self, goal: Triple, mm_per_min: float) -> None:
        """A move to this place."""
        there, here = self.mechanics.stepped(goal), self.mechanics.stepped(self.goal)
        by = triple(b - a for a, b in zip(here, there, strict=True))
        self._moves.append(Move(by, 60.0 * _length(by) / max(mm_per_min, 1e-3)))
        self.goal = goal

    def work(self) -> bool:
        """Begin the next move if the last one is done. Whether that one met an end of the travel."""
        while not self.held and not self.mechanics.moving:
            if self.mechanics.blocked:
                self._give_up()
                return True
            if not self._moves:
                return False
            move = self._moves.popleft()
            self._feed = move.mm_per_min
            self.mechanics.go(move.by, move.lasts_s)
        return False

    def _give_up(self) -> None:
        """What is left of the move that met an end is not made up for; those after it follow."""
        self.mechanics.blocked = False
        self.goal = triple(map(sum, zip(self.mechanics.goal, *(each.by for each in self._moves), strict=True)))

    def halt(self) -> None:
        """Stop here and forget what was planned."""
        self._moves.clear()
        self.mechanics.halt()
        self.goal = self.mechanics.count
        self.held = False

    def hold(self) -> None:
        """Stop here, keep the rest for later."""
        left = triple(b - a for a, b in zip(self.mechanics.count, self.mechanics.goal, strict=True))
        self.mechanics.halt()
        if left != ZERO:
            self._moves.appendleft(Move(left, 60.0 * _length(left) / RAPID_MM_PER_MIN))
        self.held = True

    def set_goal(self, goal: Triple) -> None:
        """Call this place so; at rest only."""
        self.mechanics.set_count(goal)
        self.goal = goal


def _length(by: Triple) -> float:
    return float(sum(each * each for each in by) ** 0.5)
