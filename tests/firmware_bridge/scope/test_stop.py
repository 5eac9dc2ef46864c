"""A stop that overtakes everything, and what follows it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import BoardAlarm, BoardSilent, MotionLocked, MotionStopped, MoveFailed
from firmware_bridge.scope import Scope, autofocus
from firmware_bridge.scope.drives.marlin import parted
from firmware_bridge.scope.memory import NoMemory, Remembered
from firmware_bridge.sim.boards import SimPort, make_board
from firmware_bridge.sim.boards.mechanics import Gear
from firmware_bridge.transport import FakeClock, LoopTransport, open_transport
from tests.boards import Stand, reopened, settings, stand
from tests.eyes import eye


def stage(stood: Stand) -> tuple[float, float, float]:
    pose = stood.body.pose
    return (pose.x_um, pose.y_um, pose.z_um)


class Halfway:
    """Presses stop, from another thread, in the middle of a move."""

    def __init__(self, stood: Stand, after_s: float) -> None:
        self._at_s = stood.clock() + after_s
        self._scope = stood.scope
        self.pressed = False
        inner = stood.clock.sleep

        def sleep(for_s: float) -> None:
            inner(for_s)
            self.look(stood.clock())

        stood.scope._motion.link.transport._sleep = sleep  # type: ignore[attr-defined]

    def look(self, now_s: float) -> None:
        if now_s >= self._at_s and not self.pressed:
            self.pressed = True
            thread = threading.Thread(target=self._scope.stop)
            thread.start()
            thread.join()


@pytest.mark.parametrize("name", ["sangaboard", "marlin", "grbl", "sangaboard-0.5", "marlin-plain"])
def test_stop_overtakes_a_move_from_another_thread(name: str) -> None:
    stood = stand(name, speed_um_s=200.0)
    halfway = Halfway(stood, 0.5)
    began_s = stood.clock()
    with pytest.raises(MotionStopped):
        stood.scope.move_to(400.0)
    assert halfway.pressed
    assert stood.clock() - began_s < 1.3
    reached = stage(stood)[0]
    assert 0 < reached < 250
    stood.clock.sleep(10)
    stood.board.tick()
    piece_um = {"sangaboard-0.5": 22.0, "marlin-plain": 50.0}.get(name, 0.0)  # the quarter second that is under way
    assert reached - 0.01 <= stage(stood)[0] <= reached + piece_um + 0.01


def test_marlin_without_its_emergency_parser_says_so_and_moves_in_pieces_that_add_up() -> None:
    stood = stand("marlin-plain", speed_um_s=200.0)
    assert "EMERGENCY_PARSER" in stood.scope.warning
    assert stand("marlin").scope.warning == ""
    stood.scope.move_to(123.456, -77.7, 33.3)
    assert stage(stood) == pytest.approx((123.456, -77.7, 33.3), abs=0.2)
    assert stood.scope.position.triple == pytest.approx((123.456, -77.7, 33.3), abs=0.01)


@given(st.tuples(*[st.floats(-100, 100)] * 3), st.integers(1, 400))
def test_pieces_add_up_and_none_is_longer_than_its_share(by: tuple[float, float, float], count: int) -> None:
    pieces = parted(by, count)
    assert len(pieces) == count
    for axis, whole in enumerate(by):
        assert sum(piece[axis] for piece in pieces) == pytest.approx(whole, abs=1e-5)
        assert max(abs(piece[axis]) for piece in pieces) <= abs(whole) / count + 1.1e-5


def test_a_move_that_cannot_be_stopped_is_told_and_cleared_after_a_reset() -> None:
    stood = stand("marlin-plain", faults="stall@7:1")
    with pytest.raises(MoveFailed):
        stood.scope.move_to(100.0)
    with pytest.raises(BoardSilent, match="cannot be stopped"):
        stood.scope.clear()
    stood.scope._motion.link.transport._said += stood.board.reset()  # type: ignore[attr-defined]
    stood.scope.clear()


@pytest.mark.parametrize("name", ["sangaboard", "marlin", "marlin-plain", "grbl"])
def test_after_a_stop_nothing_moves_until_it_is_cleared_and_then_the_place_is_known(name: str) -> None:
    stood = stand(name, speed_um_s=200.0)
    Halfway(stood, 0.3)
    with pytest.raises(MotionStopped):
        stood.scope.move_to(400.0)
    before = stage(stood)
    with pytest.raises(MotionLocked, match="pressed stop"):
        stood.scope.move_by(1.0)
    with pytest.raises(MotionLocked):
        stood.scope.lamp(0.1)
    assert stage(stood) == before
    stood.scope.clear()
    assert stood.scope.fault is None
    assert before[0] - 0.01 <= stage(stood)[0] <= before[0] + 50.0
    assert stood.scope.position.x_um == pytest.approx(stage(stood)[0], abs=1.2)
    stood.scope.move_to(0.0)
    assert stage(stood)[0] == pytest.approx(0.0, abs=1.2)


@pytest.mark.parametrize("name", ["sangaboard", "marlin", "grbl"])
def test_stop_reaches_a_move_that_hangs(name: str) -> None:
    stood = stand(name, faults="stall@6:999")
    Halfway(stood, 1.5)
    with pytest.raises(MotionStopped):
        stood.scope.move_to(100.0)


@pytest.mark.parametrize("after_s", [0.05, 1.5, 2.9])
@pytest.mark.parametrize("name", ["marlin", "marlin-plain", "grbl"])
def test_stop_reaches_homing_after_which_the_place_is_lost(name: str, after_s: float) -> None:
    """GRBL can only be reset then, which it calls an alarm; a Marlin that is deaf goes on home, and nobody waits."""
    stood = stand(name)
    stood.scope.move_to(300.0, 200.0, 100.0)
    Halfway(stood, after_s)
    began_s = stood.clock()
    with pytest.raises((MotionStopped, BoardAlarm)):
        stood.scope.home()
    assert stood.clock() - began_s < after_s + 0.1
    reached_um = stage(stood)[0]
    stood.clock.sleep(5)
    stood.board.tick()
    assert stage(stood)[0] == (0.0 if name == "marlin-plain" else reached_um)
    stood.scope.clear()
    with pytest.raises(MotionLocked, match="not known"):
        stood.scope.move_to(1.0)
    assert stood.scope.home().triple == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("name", ["sangaboard", "sangaboard-0.5", "marlin", "marlin-plain", "grbl"])
def test_stop_ends_an_autofocus_where_it_is(name: str) -> None:
    stood = stand(name, speed_um_s=100.0)
    halfway = Halfway(stood, 1.0)
    with pytest.raises(MotionStopped):
        autofocus(stood.scope, eye(stood, focus_um=5.0), clock=stood.clock)
    assert halfway.pressed
    reached_um = stage(stood)[2]
    stood.clock.sleep(5)
    stood.board.tick()
    assert abs(stage(stood)[2] - reached_um) <= 25.0, "the quarter second that is under way"
    with pytest.raises(MotionLocked):
        stood.scope.focus_by(1.0)


def test_stop_at_rest_locks_too() -> None:
    stood = stand("grbl")
    stood.scope.stop()
    with pytest.raises(MotionLocked):
        stood.scope.move_to(1.0)
    stood.scope.clear()
    stood.scope.move_to(1.0)


@pytest.mark.parametrize("name", ["sangaboard", "marlin", "grbl"])
def test_stop_overtakes_a_move_through_a_real_terminal(name: str) -> None:
    board = make_board(name)
    with SimPort(board) as port, Scope(settings(name, speed_um_s=100), lambda: open_transport(port.path)) as scope:
        ends: list[BaseException] = []

        def far() -> None:
            try:
                scope.move_to(400.0)
            except MotionStopped as stopped:
                ends.append(stopped)

        thread = threading.Thread(target=far)
        thread.start()
        while board.mechanics.body.pose.x_um < 5.0:  # at 0 0 0 it might just have been switched on
            thread.join(0.01)
        scope.stop()
        thread.join(10)
        assert len(ends) == 1
        scope.clear()
        assert not board.mechanics.moving
        assert board.mechanics.body.pose.x_um < 300.0
        scope.move_by(1.0)


PLAY = Gear(um_per_unit=(1000.0, 1000.0, 1000.0), play_um=(4.0, 4.0, 4.0))


@pytest.mark.parametrize("after_s", [0.1, 0.5, 0.9])
def test_after_a_stop_the_play_is_on_the_same_side_again(after_s: float) -> None:
    """Stopped on its way down, the stage hangs at the other end of its play: a small move up would not move it."""
    stood = stand("grbl", gear=PLAY, backlash_um=5.0, speed_um_s=200.0)
    stood.scope.move_to(0.0, 0.0, -100.0)
    stood.scope.move_to(300.0, 0.0, 0.0)
    Halfway(stood, after_s)
    with pytest.raises(MotionStopped):
        stood.scope.move_to(100.0)
    stood.scope.clear()
    stood.scope.move_by(x_um=2.0)
    assert stood.body.pose.x_um - stood.scope.position.x_um == pytest.approx(-4.0, abs=1.2)


@pytest.mark.parametrize("begin", ["open", "home"])
def test_the_first_move_takes_the_play_up_too(begin: str) -> None:
    stood = stand("grbl", gear=PLAY, backlash_um=5.0)
    if begin == "home":
        stood.scope.move_to(50.0)
        stood.scope.home()
    stood.scope.move_to(2.0)
    assert stood.body.pose.x_um == pytest.approx(-2.0, abs=0.2)
    assert stood.body.pose.z_um == 0.0, "an axis that is not asked to move stays"


class StopsAt(LoopTransport):
    """Somebody presses stop when this has been read or written so often."""

    press: Callable[[], None] | None = None
    left = 0

    def read(self, wait_s: float) -> bytes:
        self._count()
        return super().read(wait_s)

    def _count(self) -> None:
        self.left -= 1
        if self.left == 0 and self.press is not None:
            self.press()


@pytest.mark.parametrize("name", ["sangaboard", "sangaboard-0.5", "marlin", "marlin-plain", "grbl"])
@given(turn=st.integers(1, 6))
def test_a_stop_that_is_pressed_while_a_fault_is_cleared_holds(name: str, turn: int) -> None:
    clock = FakeClock()
    wires: list[StopsAt] = []

    def opened() -> StopsAt:
        wires.append(StopsAt(make_board(name, clock=clock), clock, clock.sleep))
        return wires[-1]

    scope = Scope(settings(name), opened, clock)
    scope.stop()
    wires[-1].press, wires[-1].left = scope.stop, turn
    with suppress(MotionStopped):
        scope.clear()
    was_pressed, wires[-1].press = wires[-1].left <= 0, None
    assert isinstance(scope.fault, MotionStopped) == was_pressed
    scope.clear()
    assert scope.fault is None
    scope.move_to(5.0)


class StopsWhileItIsWritten(NoMemory):
    """Somebody presses stop while the goal is written down, which takes as long as the disk does."""

    scope: Scope | None = None

    def keep(self, what: Remembered) -> None:
        if self.scope is not None:
            thread = threading.Thread(target=self.scope.stop)
            thread.start()
            thread.join()


@pytest.mark.parametrize("name", ["sangaboard", "sangaboard-0.5", "marlin", "marlin-plain", "grbl"])
def test_a_stop_before_the_first_byte_of_a_move_prevents_it(name: str) -> None:
    memory = StopsWhileItIsWritten()
    stood = reopened(stand(name), memory)
    memory.scope = stood.scope
    with pytest.raises(MotionStopped):
        stood.scope.move_to(100.0)
    assert not stood.mechanics.moving
    assert stage(stood) == (0.0, 0.0, 0.0)


def test_nothing_comes_between_the_last_look_at_the_stop_and_the_first_byte() -> None:
    """Whoever shouts waits for both, and what is shouted comes after them."""
    stood = stand("grbl")
    link, told = stood.scope._motion.link, list[bytes]()
    write = link.transport.write

    def noting(data: bytes) -> None:
        told.append(data)
        write(data)

    link.transport.write = noting  # type: ignore[method-assign]
    shouting: list[threading.Thread] = []

    def looks() -> None:
        shouting.append(threading.Thread(target=link.shout, args=(b"\x85",)))
        shouting[-1].start()
        shouting[-1].join(0.05)

    link.interlock = looks
    link.ask("$J", x=0.01, y=0, z=0, f=60)
    shouting[-1].join(5)
    assert told[0].startswith(b"$J")
    assert told[1] == b"\x85"
