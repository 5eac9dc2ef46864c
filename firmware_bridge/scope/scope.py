"""Stage, focus and lamp in micrometres, for any number of threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from firmware_bridge.boards import DIALECTS
from firmware_bridge.errors import (
    BoardAlarm,
    BoardFault,
    BoardRefused,
    BoardRestarted,
    MotionLocked,
    MotionStopped,
    MoveFailed,
    ScopeBusy,
    ScopeFault,
)
from firmware_bridge.scope.drives import Drive, make_drive
from firmware_bridge.scope.drives.drive import Triple
from firmware_bridge.scope.link import Link
from firmware_bridge.scope.place import Frame, Position, check_limits, legs
from firmware_bridge.scope.settings import ScopeSettings
from firmware_bridge.transport import Transport, open_transport

POLL_S = 0.02
PATIENCE, GRACE_S = 1.5, 3.0
"""A move may take this many times as long as reckoned, and so many seconds more."""

_STOPPED = ("Somebody pressed stop.", "Look at the stage, then clear the stop.")
_NOT_KNOWN = "Home the stage, or bring it to a known place and say where it is."


class Scope:
    """One microscope.

        with Scope(settings) as scope:
            scope.move_to(x_um=100.0, y_um=50.0)
            scope.focus_by(-2.0)

    One move at a time: others wait for `lock_s` and get ScopeBusy. `stop` never waits. After a fault nothing moves
    until `clear`; where the position is lost with it, not until `home` or `place`.
    """

    def __init__(
        self,
        settings: ScopeSettings,
        opener: Callable[[], Transport] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open the board and greet it. One in an alarm is opened, with the alarm as its fault.

        Raises:
            BoardFault: nobody is there, or somebody else.
        """
        self.settings = settings
        self._opener = opener or (lambda: open_transport(settings.port, settings.baud))
        self._clock = clock
        self._lock = threading.Lock()
        self._halted = threading.Event()
        self._fault: ScopeFault | None = None
        self._lost = False
        self._goal: Triple | None = None
        self.firmware = ""
        self._link, self._drive = self._opened()
        self._frame = Frame(settings, self._drive.grid)
        self._at: Triple = (0.0, 0.0, 0.0)
        self._meet()

    def __enter__(self) -> Scope:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def position(self) -> Position:
        """Where it last came to rest. Asks nobody."""
        return Position(*self._frame.um(self._at))

    @property
    def fault(self) -> ScopeFault | None:
        """What keeps it from moving, None where nothing does."""
        return self._fault or (MotionLocked("Where the stage is, is not known.", _NOT_KNOWN) if self._lost else None)

    @property
    def busy(self) -> bool:
        """Somebody is moving it."""
        return self._lock.locked()

    def move_to(self, x_um: float | None = None, y_um: float | None = None, z_um: float | None = None) -> Position:
        """Go there and arrive; axes that are left out stay. Where it is then.

        Raises:
            ScopeFault: `BeyondLimits`, `ScopeBusy`, `MotionLocked`: nothing moved. Others: it stopped, and is locked.
        """
        with self._moving():
            here = self.position.triple
            x, y, z = (at if um is None else um for at, um in zip(here, (x_um, y_um, z_um), strict=True))
            return self._go((x, y, z))

    def move_by(self, x_um: float = 0.0, y_um: float = 0.0, z_um: float = 0.0) -> Position:
        """Go by so much and arrive. Raises as `move_to`."""
        with self._moving():
            here = self.position
            return self._go((here.x_um + x_um, here.y_um + y_um, here.z_um + z_um))

    def focus_by(self, z_um: float) -> Position:
        """Move the focus alone. Raises as `move_to`."""
        return self.move_by(z_um=z_um)

    def lamp(self, share: float) -> None:
        """Set the lamp, 0 dark to 1 full.

        Raises:
            ValueError: another share.
            ScopeFault: `BoardRefused` where the board has no lamp; others lock it as a failed move does.
        """
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"a lamp cannot be at {share}")
        with self._moving():
            self._drive.lamp(share)

    def stop(self) -> None:
        """Stop at once. From any thread, at any time; nothing moves again before `clear`.

        Raises:
            BoardFault: the board cannot be reached. Switch it off by hand.
        """
        self._halted.set()
        self._fault = self._fault or MotionStopped(*_STOPPED)
        self._link.shout(self._drive.halting())

    def clear(self) -> None:
        """A person has looked: make the board listen again, opening its port anew if that was lost. Moves nothing.

        Raises:
            ScopeFault: it does not; the fault stays.
        """
        with self._held():
            if self._fault is None:
                return
            fault = self._fault
            try:
                self._recovered(fault)
            except ScopeFault as again:
                self._fault = again
                self._lost |= again.position_lost
                raise

    def home(self) -> Position:
        """Find the home switches; where it is then.

        Raises:
            ScopeFault: as `move_to`; `BoardRefused` where there are none.
        """
        with self._moving(known=False):
            limit_s = self._drive.set_out_home()
            self._wait(limit_s, "home")
            self._at = self._drive.position()
            self._frame = Frame(self.settings, self._drive.grid, self._at)
            self._lost = False
            return self.position

    def place(self, x_um: float = 0.0, y_um: float = 0.0, z_um: float = 0.0) -> None:
        """Say where it is, as after bringing it to a mark by hand. Moves nothing.

        Raises:
            ScopeFault: a fault has not been cleared, or the board does not answer.
        """
        with self._moving(known=False):
            self._at = self._drive.position()
            self._frame = self._frame.anchored(self._at, (x_um, y_um, z_um))
            self._lost = False

    def close(self) -> None:
        """Give the port back."""
        self._link.transport.close()

    def _opened(self) -> tuple[Link, Drive]:
        link = Link(self._opener(), DIALECTS[self.settings.board], self._clock)
        return link, make_drive(link)

    def _meet(self) -> None:
        try:
            self.firmware = self._drive.greet()
            self._at = self._drive.position()
        except BoardAlarm as alarm:
            self._fault = alarm
        except BaseException:
            self.close()
            raise

    @contextmanager
    def _held(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=self.settings.lock_s):
            raise ScopeBusy("Somebody else is moving the stage.", "Wait until that move ends, or stop it.")
        try:
            yield
        finally:
            self._lock.release()

    @contextmanager
    def _moving(self, known: bool = True) -> Iterator[None]:
        """Hold the scope for one action; what fails in it locks the scope, and is told only once."""
        with self._held():
            self._check_unlocked(known)
            try:
                yield
            except (BoardFault, MoveFailed, MotionStopped) as fault:
                self._latch(fault)
                raise

    def _check_unlocked(self, known: bool) -> None:
        if self._fault is not None:
            raise MotionLocked(f"The stage is locked: {self._fault.what}", self._fault.remedy)
        if self._lost and known:
            raise MotionLocked("Where the stage is, is not known.", _NOT_KNOWN)

    def _latch(self, fault: ScopeFault) -> None:
        if isinstance(fault, BoardRefused) and self._goal is None:
            return  # nothing was under way: a board without a lamp or switches
        self._fault = fault
        try:
            self._link.shout(self._drive.halting())
        except BoardFault:
            return  # the fault that is told already says what to do

    def _recovered(self, fault: ScopeFault) -> None:
        self._halted.clear()
        if fault.position_lost:
            self._lost = True
            self._reopen()
        self._drive.recover()
        reported = self._drive.position()
        if not self._lost and not self._plausible(reported):
            self._lost = True
        self._at = reported
        self._goal = None
        self._fault = None

    def _reopen(self) -> None:
        """After a restart or a lost port: from the beginning, with the same place on the slide."""
        if isinstance(self._fault, BoardAlarm | BoardRestarted):
            self._drive.recover()
            self.firmware = self._drive.greet()
            return
        self.close()
        self._link, self._drive = self._opened()
        self.firmware = self._drive.greet()

    def _plausible(self, reported: Triple) -> bool:
        """It lies between where it set out and where it was going."""
        slack = self._drive.slack
        ends = zip(reported, self._at, self._goal or self._at, strict=True)
        return all(min(a, b) - slack <= at <= max(a, b) + slack for at, a, b in ends)

    def _go(self, goal_um: Triple) -> Position:
        check_limits(self.settings, goal_um)
        for leg_um in legs(self.settings, self.position.triple, goal_um):
            self._leg(leg_um)
        return self.position

    def _leg(self, goal_um: Triple) -> None:
        goal = self._frame.units(goal_um)
        by = (goal[0] - self._at[0], goal[1] - self._at[1], goal[2] - self._at[2])
        if max(map(abs, by)) < self._drive.grid / 2:
            return
        way_um = sum((a - b) ** 2 for a, b in zip(goal_um, self.position.triple, strict=True)) ** 0.5
        self._goal = goal
        self._check_halted()
        reckoned_s = self._drive.set_out(by, way_um / self.settings.speed_um_s)
        self._wait(PATIENCE * reckoned_s + GRACE_S, "arrive")
        self._verify(goal)
        self._goal = None

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
        off = max(abs(a - b) for a, b in zip(reported, goal, strict=True))
        if off <= self._drive.slack:
            self._at = goal
            return
        meant, now = Position(*self._frame.um(goal)), Position(*self._frame.um(reported))
        what = f"The stage stopped at {_words(now)} instead of {_words(meant)}."
        raise MoveFailed(what, "It met its end or an obstacle: free it, then clear the fault.")

    def _check_halted(self) -> None:
        if self._halted.is_set():
            raise MotionStopped(*_STOPPED)


def _words(place: Position) -> str:
    return f"{place.x_um:.1f}, {place.y_um:.1f}, {place.z_um:.1f} µm"
