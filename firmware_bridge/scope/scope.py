"""Stage, focus and lamp in micrometres, for any number of threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from firmware_bridge.closing import Closing
from firmware_bridge.errors import (
    BadScopeSettings,
    BoardAlarm,
    BoardFault,
    BoardRefused,
    MotionLocked,
    MotionStopped,
    MoveFailed,
    ScopeBusy,
    ScopeFault,
)
from firmware_bridge.scope.memory import Memory, NoMemory
from firmware_bridge.scope.motion import STOPPED, Motion
from firmware_bridge.scope.place import Position
from firmware_bridge.scope.settings import ScopeSettings
from firmware_bridge.transport import Transport, open_transport

_NOT_KNOWN = (
    "Where the stage is, is not known.",
    "Home the stage, or bring it to a known place and say where it is.",
)
_NOT_THE_SAME = (
    "Where the stage is, is not known: its board does not count as it did when it was last used.",
    "It may have been without power. Home the stage, or bring it to a known place and say where it is.",
)


class Scope(Closing):
    """One microscope.

        with Scope(settings) as scope:
            scope.move_to(x_um=100.0, y_um=50.0)
            scope.focus_by(-2.0)

    One move at a time: others wait for `lock_s` and get ScopeBusy. `stop` never waits. After a fault nothing moves
    until `clear`; where the position is lost with it, not until `home` or `place`.

    With a memory the coordinates outlast the program. A board that does not count from where it was left opens with its
    position lost.
    """

    def __init__(
        self,
        settings: ScopeSettings,
        opener: Callable[[], Transport] | None = None,
        clock: Callable[[], float] = time.monotonic,
        memory: Memory | None = None,
    ) -> None:
        """Open the board and greet it. One in an alarm is opened, with the alarm as its fault.

        Raises:
            BoardFault: nobody is there, or somebody else.
        """
        self.settings = settings
        way = opener or (lambda: open_transport(settings.port, settings.baud))
        self._motion = Motion(settings, way, clock, memory or NoMemory())
        self._lock = threading.Lock()
        self._telling = threading.Lock()
        self._fault: ScopeFault | None = None
        self._stops = 0
        self._lost: tuple[str, str] | None = None
        self._meet()

    @property
    def firmware(self) -> str:
        """Who answers."""
        return self._motion.firmware

    @property
    def warning(self) -> str:
        """What a person should know of this board although it works, such as that a stop is slow; else empty."""
        return self._motion.warning

    @property
    def position(self) -> Position:
        """Where it last came to rest. Asks nobody."""
        return self._motion.position

    @property
    def fault(self) -> ScopeFault | None:
        """What keeps it from moving, None where nothing does."""
        return self._fault or (MotionLocked(*self._lost) if self._lost else None)

    @property
    def origin(self) -> str:
        """Names the place that 0 0 0 µm is: places of equal origins can be compared, across programs too."""
        return self._motion.origin

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
            return self._motion.go((x, y, z))

    def move_by(self, x_um: float = 0.0, y_um: float = 0.0, z_um: float = 0.0) -> Position:
        """Go by so much and arrive. Raises as `move_to`."""
        with self._moving():
            here = self.position
            return self._motion.go((here.x_um + x_um, here.y_um + y_um, here.z_um + z_um))

    def focus_by(self, z_um: float) -> Position:
        """Move the focus alone. Raises as `move_to`."""
        return self.move_by(z_um=z_um)

    def look(self) -> Position:
        """Where the board says that it is now, whoever moved it, as with a joystick. Raises as `move_to`."""
        with self._moving():
            return self._motion.look()

    def lamp(self, share: float) -> None:
        """Set the lamp, 0 dark to 1 full.

        Raises:
            ValueError: another share.
            ScopeFault: `BoardRefused` where the board has no lamp; others lock it as a failed move does.
        """
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"a lamp cannot be at {share}")
        with self._moving():
            self._motion.lamp(share)

    def stop(self) -> None:
        """Stop at once. From any thread, at any time; nothing moves again before `clear`.

        Raises:
            BoardFault: the board cannot be reached. Switch it off by hand.
        """
        with self._telling:
            self._stops += 1
            self._fault = self._fault or MotionStopped(*STOPPED)
        self._motion.halt()

    def clear(self) -> None:
        """A person has looked: make the board listen again, opening its port anew if that was lost. Moves nothing.

        A stop that is pressed meanwhile holds: it is the fault then, to be cleared anew.

        Raises:
            ScopeFault: it does not; the fault stays.
        """
        with self._held():
            fault, stops = self._fault, self._stops
            if fault is None:
                return
            try:
                if not self._motion.recover(fault):
                    self._lost = self._lost or _NOT_KNOWN
                self._motion.note(lost=self._lost is not None)
            except ScopeFault as again:
                again.position_lost |= fault.position_lost
                self._fault = again
                raise
            with self._telling:
                self._fault = None if self._stops == stops else MotionStopped(*STOPPED)

    def home(self) -> Position:
        """Find the home switches, whose place is 0 0 0 then.

        Raises:
            ScopeFault: as `move_to`; `BoardRefused` where there are none.
        """
        with self._moving(known=False):
            self._motion.home()
            self._lost = None
            return self.position

    def place(self, x_um: float = 0.0, y_um: float = 0.0, z_um: float = 0.0) -> None:
        """Say where it is, as after bringing it to a mark by hand. Moves nothing.

        Where the position was lost, this finds the coordinates again; else it begins new ones, with another `origin`.

        Raises:
            ScopeFault: a fault has not been cleared, or the board does not answer.
        """
        with self._moving(known=False):
            self._motion.place((x_um, y_um, z_um), found_again=self._lost is not None)
            self._lost = None

    def close(self) -> None:
        """Give the port back."""
        self._motion.close()

    def _meet(self) -> None:
        try:
            self._motion.greet()
            self._lost = None if self._motion.recognised() else _NOT_THE_SAME
        except BoardAlarm as alarm:
            self._fault = alarm
        except ScopeFault:
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
            raise MotionLocked(*self._lost)

    def _latch(self, fault: ScopeFault) -> None:
        if isinstance(fault, BoardRefused) and not self._motion.under_way:
            return  # nothing was begun: a board without a lamp or switches
        self._fault = fault
        try:
            self._motion.stop_board()
            if fault.position_lost:
                self._motion.note(lost=True)
        except (BoardFault, BadScopeSettings):
            return  # the fault that is told already says what to do
