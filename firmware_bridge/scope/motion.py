"""One board under way: legs, waiting, and whether it arrived. One thread at a time; `halt` from any."""

from __future__ import annotations

import threading
from collections.abc import Callable

from firmware_bridge.boards import DIALECTS
from firmware_bridge.errors import BoardAlarm, BoardRestarted, MotionStopped, MoveFailed, ScopeFault
from firmware_bridge.scope.drives import Drive, make_drive
from firmware_bridge.scope.drives.drive import Triple
from firmware_bridge.scope.link import Link
from firmware_bridge.scope.memory import HOME, Memory, Remembered, new_origin
from firmware_bridge.scope.place import NOWHERE, Frame, Position, arrived_upward, check_limits, legs
from firmware_bridge.scope.settings import ScopeSettings
from firmware_bridge.transport import Transport

POLL_S = 0.02
PATIENCE, GRACE_S = 1.5, 3.0
"""A move may take this many times as long as reckoned, and so many seconds more."""

STOPPED = ("Somebody pressed stop.", "Look at the stage, then clear the stop.")


class Motion:
    """Knows where the stage is, and brings it elsewhere. Policy (locks, what follows a fault) is the scope's."""

    def __init__(
        self, settings: ScopeSettings, opener: Callable[[], Transport], clock: Callable[[], float], memory: Memory
    ) -> None:
        self._settings, self._opener, self._clock, self._memory = settings, opener, clock, memory
        self._remembered = memory.recall()
        self.origin = new_origin() if self._remembered is None else self._remembered.origin
        self._halted = threading.Event()
        self.link, self._drive = self._opened()
        self._frame = Frame(settings, self._drive.grid)
        self._at: Triple = (0.0, 0.0, 0.0)
        self._goal: Triple | None = None
        self._upward = NOWHERE
        self.firmware = ""

    @property
    def position(self) -> Position:
        """Where it last came to rest."""
        return Position(*self._frame.um(self._at))

    @property
    def warning(self) -> str:
        """What a person should know of this board; empty where there is nothing."""
        return self._drive.warning

    @property
    def under_way(self) -> bool:
        """A move was begun and has not been seen to end."""
        return self._goal is not None

    def greet(self) -> None:
        """Who is there, and where. Raises WrongFirmware, BoardFault."""
        self.firmware = self._drive.greet()
        self._at = self._drive.position()

    def recognised(self) -> bool:
        """Whether the board counts from the zero that is remembered, whose coordinates hold then; yes where none is."""
        kept = self._remembered
        if kept is None:
            return True
        if not kept.fits(self._at, self._drive.slack):
            return False
        self._frame = Frame(self._settings, self._drive.grid, kept.zero)
        return True

    def look(self) -> Position:
        """Where the board counts now, whoever moved it. Raises BoardFault."""
        return Position(*self._frame.um(self._drive.position()))

    def note(self, lost: bool) -> None:
        """Write down where it rests, and whether that is not known any more."""
        self._remember(self._at, lost)

    def go(self, goal_um: Triple) -> Position:
        """Go there, upward at the end. Raises BeyondLimits before anything moves, later MoveFailed and others."""
        here_um = self.position.triple
        check_limits(self._settings, here_um, goal_um)
        upward, self._upward = self._upward, NOWHERE
        for leg_um in legs(self._settings, here_um, goal_um, upward):
            self._leg(leg_um)
        self._upward = arrived_upward(here_um, goal_um, upward)
        return self.position

    def home(self) -> Position:
        """Find the switches, and call their place 0 0 0."""
        self._wait(self._drive.set_out_home(), "home")
        self._at = self._drive.position()
        self._frame = Frame(self._settings, self._drive.grid, self._at)
        self.origin, self._upward = HOME, NOWHERE
        self._remember(self._at)
        return self.position

    def place(self, place_um: Triple, found_again: bool = False) -> None:
        """Call this place so: in the coordinates that were lost and are found again, or in new ones."""
        self._at = self._drive.position()
        self._frame = self._frame.anchored(self._at, place_um)
        self.origin = self.origin if found_again else new_origin()
        self._remember(self._at)

    def lamp(self, share: float) -> None:
        """Set the lamp."""
        self._drive.lamp(share)

    def halt(self) -> None:
        """Stop at once, from any thread. Raises BoardFault where the board cannot be reached."""
        self._halted.set()
        self.stop_board()

    def stop_board(self) -> None:
        """Send what stops it."""
        self.link.shout(self._drive.halting())

    def recover(self, fault: ScopeFault) -> bool:
        """Make the board listen again after this fault. Whether it still is where it can be."""
        self._halted.clear()
        try:
            return self._recovered(fault)
        except (BoardAlarm, BoardRestarted) as news:  # heard only now, and graver than what was known
            return self._recovered(news)

    def _recovered(self, fault: ScopeFault) -> bool:
        if fault.position_lost:
            self._begin_anew(fault)
        self._drive.recover()
        reported = self._drive.position()
        known = not fault.position_lost and self._plausible(reported)
        self._at, self._goal, self._upward = reported, None, NOWHERE
        return known

    def close(self) -> None:
        """Give the port back."""
        self.link.transport.close()

    def _opened(self) -> tuple[Link, Drive]:
        link = Link(self._opener(), DIALECTS[self._settings.board], self._clock)
        link.interlock = self._check_halted  # a stop that is pressed before the first byte of a move: it is not begun
        return link, make_drive(link)

    def _begin_anew(self, fault: ScopeFault) -> None:
        """A board that restarted is greeted again; one that was lost is opened again before."""
        if isinstance(fault, BoardAlarm | BoardRestarted):
            self._drive.recover()
        else:
            self.close()
            self.link, self._drive = self._opened()
        self.firmware = self._drive.greet()

    def _plausible(self, reported: Triple) -> bool:
        """It lies between where it set out and where it was going.

        A board that counts 0 0 0 may just have been switched on; only one that rested there is known to be there.
        """
        if not any(reported):
            return self._goal is None and not any(self._at)
        slack = self._drive.slack
        ends = zip(reported, self._at, self._goal or self._at, strict=True)
        return all(min(a, b) - slack <= at <= max(a, b) + slack for at, a, b in ends)

    def _leg(self, goal_um: Triple) -> None:
        goal = self._frame.units(goal_um)
        by = (goal[0] - self._at[0], goal[1] - self._at[1], goal[2] - self._at[2])
        if max(map(abs, by)) < self._drive.grid / 2:
            return
        way_um = sum((a - b) ** 2 for a, b in zip(goal_um, self.position.triple, strict=True)) ** 0.5
        self._check_halted()
        self._remember(goal)
        self._goal = goal
        reckoned_s = self._drive.set_out(by, way_um / self._settings.speed_um_s)
        self._wait(PATIENCE * reckoned_s + GRACE_S, "arrive")
        self._verify(goal)
        self._goal = None

    def _remember(self, goal: Triple, lost: bool = False) -> None:
        self._memory.keep(Remembered(self.origin, self._frame.zero, self._at, goal, lost))

    def _wait(self, limit_s: float, word: str) -> None:
        until_s = self._clock() + limit_s
        while not self._drive.arrived(POLL_S):
            self._check_halted()
            if self._clock() > until_s:
                what = f"The stage did not {word} within {limit_s:.1f} s."
                raise MoveFailed(what, "See what blocks it, and whether its motors have power; then clear the fault.")
        self._check_halted()

    def _verify(self, goal: Triple) -> None:
        reported = self._drive.position()
        if max(abs(a - b) for a, b in zip(reported, goal, strict=True)) <= self._drive.slack:
            self._at = goal
            return
        meant, now = Position(*self._frame.um(goal)), Position(*self._frame.um(reported))
        what = f"The stage stopped at {_words(now)} instead of {_words(meant)}."
        raise MoveFailed(what, "It met its end or an obstacle: free it, then clear the fault.")

    def _check_halted(self) -> None:
        if self._halted.is_set():
            raise MotionStopped(*STOPPED)


def _words(place: Position) -> str:
    return f"{place.x_um:.1f}, {place.y_um:.1f}, {place.z_um:.1f} µm"
