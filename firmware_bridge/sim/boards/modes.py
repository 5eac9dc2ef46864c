"""What G-code boards remember from line to line."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_bridge.boards.said import Said
from firmware_bridge.boards.words import MODAL
from firmware_bridge.sim.boards.mechanics import Triple, triple

AXES = "xyz"
MM_PER_INCH = 25.4


@dataclass
class Modes:
    """Units, kind of coordinates, feed and motion in force. Feeds in mm/min."""

    relative: bool = False
    inches: bool = False
    feed: float = 0.0
    motion: str = "G0"

    @property
    def mm(self) -> float:
        """Millimetres per unit in force."""
        return MM_PER_INCH if self.inches else 1.0

    def follow(self, said: Said) -> None:
        """Take motion and feed from a move."""
        self.motion = self.motion if said.name == MODAL else said.name
        self.feed = self.mm * said.number("f", self.feed / self.mm)

    def target(self, said: Said, here: Triple) -> Triple:
        """Where a move from here leads, in millimetres."""
        if self.relative:
            return triple(at + self.mm * said.number(axis) for axis, at in zip(AXES, here, strict=True))
        return triple(self.mm * said.number(axis, at / self.mm) for axis, at in zip(AXES, here, strict=True))

    def of_jog(self, said: Said) -> Modes:
        """The modes of one jog: its own where it names them, else those in force."""
        relative = "g91" in said.values or (self.relative and "g90" not in said.values)
        inches = "g20" in said.values or (self.inches and "g21" not in said.values)
        return Modes(relative, inches)


def has_axes(said: Said) -> bool:
    """It names an axis."""
    return any(axis in said.values for axis in AXES)
