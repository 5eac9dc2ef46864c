"""Motors, gears and play between a board and the body of the microscope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from firmware_bridge.sim.body import Body, Pose

Triple = tuple[float, float, float]
ZERO: Triple = (0.0, 0.0, 0.0)


def triple(values: Iterable[float]) -> Triple:
    """Three figures, one per axis."""
    x, y, z = values
    return (x, y, z)


@dataclass(frozen=True, slots=True)
class Gear:
    """How the stage is built.

    um_per_unit    micrometres per unit of the board (step, or millimetre)
    play_um        how far a motor turns before the stage follows when it changes direction
    low_um high_um where the stage meets its ends
    home_um        where homing leads
    """

    um_per_unit: Triple = (1000.0, 1000.0, 1000.0)
    play_um: Triple = ZERO
    low_um: Triple = (-200_000.0, -200_000.0, -200_000.0)
    high_um: Triple = (200_000.0, 200_000.0, 200_000.0)
    home_um: Triple = ZERO


@dataclass(frozen=True, slots=True)
class _Travel:
    start_um: Triple
    goal_um: Triple
    began_s: float
    lasts_s: float

    def share(self, now_s: float) -> float:
        return 1.0 if self.lasts_s <= 0 else min(1.0, max(0.0, (now_s - self.began_s) / self.lasts_s))

    def at(self, now_s: float) -> Triple:
        share = self.share(now_s)
        if share >= 1.0:
            return self.goal_um
        return triple(a + share * (b - a) for a, b in zip(self.start_um, self.goal_um, strict=True))


class Mechanics:
    """Where the motors are, and where the board believes that they are.

    The stage hangs below its motor by 0 to `play_um` on each axis.
    """

    def __init__(self, body: Body, gear: Gear, clock: Callable[[], float]) -> None:
        self.body = body
        self.gear = gear
        self._clock = clock
        here = _where(body.pose)
        self._travel = _Travel(here, here, clock(), 0.0)
        self._zero_um = here
        self._stalled: Triple | None = None
        self.blocked = False
        """The move that is under way, or was the last, leads against an end of the travel."""
        self.steps_per_unit: Triple | None = None
        """Of motors that rest on whole steps only, and of a board that counts these; None: anywhere."""

    @property
    def count(self) -> Triple:
        """What the board counts, in its units."""
        return self.stepped(self._counted(self._stalled or self._travel.at(self._clock())))

    def stepped(self, count: Triple) -> Triple:
        """The whole step next to this count."""
        if self.steps_per_unit is None:
            return count
        return triple(round(each * steps) / steps for each, steps in zip(count, self.steps_per_unit, strict=True))

    @property
    def goal(self) -> Triple:
        """What it will count when it has arrived."""
        return self._counted(self._travel.goal_um)

    @property
    def moving(self) -> bool:
        """A move is under way, or hangs."""
        return self._stalled is not None or self._travel.share(self._clock()) < 1.0

    @property
    def stalled(self) -> bool:
        """A move hangs."""
        return self._stalled is not None

    def go(self, by: Triple, lasts_s: float) -> None:
        """Move by so many units in this time; less far and `blocked` where an end of the travel is in the way."""
        here = self._travel.at(self._clock())
        wanted = triple(at + each * per for at, each, per in zip(here, by, self.gear.um_per_unit, strict=True))
        share = min(map(_free_share, here, wanted, self.gear.low_um, self.gear.high_um))
        goal = wanted if share >= 1.0 else triple(a + share * (b - a) for a, b in zip(here, wanted, strict=True))
        self._set_out(here, goal, share * lasts_s)
        self.blocked = share < 1.0

    def go_home(self, lasts_s: float, axes: Sequence[int] = (0, 1, 2)) -> None:
        """Move to the home switches of these axes, and count from zero there."""
        here, home = self._travel.at(self._clock()), self.gear.home_um
        self._set_out(here, triple(home[k] if k in axes else here[k] for k in range(3)), lasts_s)
        self._zero_um = triple(home[k] if k in axes else self._zero_um[k] for k in range(3))

    def halt(self) -> None:
        """Stop where it is."""
        here = self._placed(self.stepped(self._counted(self._stalled or self._travel.at(self._clock()))))
        self._stalled, self.blocked = None, False
        self._travel = _Travel(here, here, self._clock(), 0.0)
        self.body.halt()

    def stall(self) -> None:
        """Hang: stay here and never arrive, until halted."""
        self._stalled = self._stalled or self._travel.at(self._clock())
        self.body.halt()

    def block(self) -> None:
        """Meet the ends of the travel right here, as when something stands in the way."""
        here = self._travel.at(self._clock())
        self.gear = replace(self.gear, low_um=here, high_um=here)

    def set_count(self, count: Triple) -> None:
        """Call this place so."""
        at_um = self._travel.at(self._clock())
        apart = zip(at_um, count, self.gear.um_per_unit, strict=True)
        self._zero_um = triple(at - each * per for at, each, per in apart)

    def light(self, share: float) -> None:
        """Set the lamp, 0–1, whether it moves or not."""
        now_s = self._clock()
        goal, left_s = self._followed(self._travel.goal_um), self._travel.lasts_s * (1 - self._travel.share(now_s))
        _send(self.body, replace(goal, lamp=min(1.0, max(0.0, share))), left_s)

    def _counted(self, at_um: Triple) -> Triple:
        apart = zip(at_um, self._zero_um, self.gear.um_per_unit, strict=True)
        return triple((at - zero) / per for at, zero, per in apart)

    def _placed(self, count: Triple) -> Triple:
        apart = zip(count, self._zero_um, self.gear.um_per_unit, strict=True)
        return triple(zero + each * per for each, zero, per in apart)

    def _set_out(self, here: Triple, goal: Triple, lasts_s: float) -> None:
        self._travel = _Travel(here, goal, self._clock(), lasts_s if goal != here else 0.0)
        _send(self.body, self._followed(goal), lasts_s)

    def _followed(self, motor_um: Triple) -> Pose:
        """Where the stage ends up behind its motors."""
        pose = self.body.pose
        hung = zip(_where(pose), motor_um, self.gear.play_um, strict=True)
        x, y, z = (min(max(at, motor - play), motor) for at, motor, play in hung)
        return Pose(x, y, z, pose.lamp)


def _where(pose: Pose) -> Triple:
    return (pose.x_um, pose.y_um, pose.z_um)


def _free_share(here: float, wanted: float, low: float, high: float) -> float:
    """How much of the way one axis can go until it meets an end: 0–1."""
    if here == wanted:
        return 1.0
    return max(0.0, (min(max(wanted, low), high) - here) / (wanted - here))


def _send(body: Body, goal: Pose, lasts_s: float) -> None:
    here = body.pose
    way_um = sum((a - b) ** 2 for a, b in zip(_where(here), _where(goal), strict=True)) ** 0.5
    body.go(goal, max(way_um / max(lasts_s, 1e-6), 1e-6))
