"""Where a scope is, and how micrometres become what a board counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from firmware_bridge.errors import BeyondLimits
from firmware_bridge.scope.drives.drive import Triple
from firmware_bridge.scope.settings import ScopeSettings

NAMES = "xyz"

Sides = tuple[bool, bool, bool]
"""Of x, y, z: it came to rest upward, the play of its drive behind it."""

NOWHERE: Sides = (False, False, False)
"""Nothing is known of any axis: after a stop or a fault, at the switches, and before the first move."""


@dataclass(frozen=True, slots=True)
class Position:
    """Stage and focus, in micrometres."""

    x_um: float = 0.0
    y_um: float = 0.0
    z_um: float = 0.0

    @property
    def triple(self) -> Triple:
        """x, y, z."""
        return (self.x_um, self.y_um, self.z_um)


@dataclass(frozen=True, slots=True)
class Frame:
    """From micrometres to the board's units and back. `zero` is what the board counts at 0 0 0 µm."""

    settings: ScopeSettings
    grid: float
    zero: Triple = (0.0, 0.0, 0.0)

    def units(self, place_um: Triple) -> Triple:
        """What the board counts there, on its grid."""
        each = zip(place_um, self.settings.axes, self.zero, strict=True)
        x, y, z = (self._on_grid(zero + axis.sign * um * axis.units_per_um) for um, axis, zero in each)
        return (x, y, z)

    def um(self, units: Triple) -> Triple:
        """Where that is."""
        each = zip(units, self.settings.axes, self.zero, strict=True)
        x, y, z = (axis.sign * (count - zero) / axis.units_per_um for count, axis, zero in each)
        return (x, y, z)

    def anchored(self, units: Triple, place_um: Triple) -> Frame:
        """The frame in which these units are this place."""
        each = zip(units, place_um, self.settings.axes, strict=True)
        x, y, z = (count - axis.sign * um * axis.units_per_um for count, um, axis in each)
        return Frame(self.settings, self.grid, (x, y, z))

    def _on_grid(self, units: float) -> float:
        return round(units / self.grid) * self.grid


def check_limits(settings: ScopeSettings, here_um: Triple, goal_um: Triple) -> None:
    """Refuse goals that lie beyond the soft limits, and those that are no places at all.

    An axis that stays may lie beyond: home switches stand at the end of the travel, where no goal can come up from
    below, and a stop may come while the stage is below its goal.

    Raises:
        BeyondLimits: with the axis and its range.
    """
    for name, here, um, axis in zip(NAMES, here_um, goal_um, settings.axes, strict=True):
        if um != here and not axis.lowest_um <= um <= axis.high_um:
            what = f"{um:g} µm in {name} lies beyond the limits."
            raise BeyondLimits(what, f"Stay from {axis.lowest_um:g} to {axis.high_um:g} µm in {name}.")


def check_reach(settings: ScopeSettings, places_um: Sequence[tuple[float, float]]) -> None:
    """Refuse places of the stage, (x, y), of which any lies beyond the soft limits.

    Raises:
        BeyondLimits: with how far they reach, and the range.
    """
    for name, axis, each in zip(NAMES, settings.axes, zip(*places_um, strict=True), strict=False):
        if min(each) < axis.lowest_um or max(each) > axis.high_um:
            what = f"The fields lie from {min(each):g} to {max(each):g} µm in {name}, beyond the limits."
            raise BeyondLimits(what, f"Choose fields from {axis.lowest_um:g} to {axis.high_um:g} µm in {name}.")


def legs(settings: ScopeSettings, here_um: Triple, goal_um: Triple, upward: Sides) -> list[Triple]:
    """The way to a goal so that every axis arrives upward: first below it where that would be downward.

    An axis that moves and of which it is not known that it rests on that side of its play goes below too.
    """
    below = tuple(
        goal - axis.backlash_um if axis.backlash_um and (goal < here or (goal > here and not known)) else goal
        for here, goal, axis, known in zip(here_um, goal_um, settings.axes, upward, strict=True)
    )
    return [goal_um] if below == goal_um else [(below[0], below[1], below[2]), goal_um]


def arrived_upward(here_um: Triple, goal_um: Triple, before: Sides) -> Sides:
    """What is known after all legs to a goal: of the axes that moved, that they came upward."""
    x, y, z = (known or here != goal for here, goal, known in zip(here_um, goal_um, before, strict=True))
    return (x, y, z)
