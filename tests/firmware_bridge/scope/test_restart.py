"""A board that begins anew, whenever that is and however its greeting is heard: its count is not believed then."""

from __future__ import annotations

from contextlib import nullcontext, suppress

import pytest
from hypothesis import given
from hypothesis import settings as tuned
from hypothesis import strategies as st

from firmware_bridge.boards import DIALECTS
from firmware_bridge.errors import BoardAlarm, BoardFault, BoardRestarted, MotionLocked, MotionStopped, ScopeFault
from firmware_bridge.scope import Scope
from firmware_bridge.scope.link import Link
from firmware_bridge.sim.boards.arduino import Arduino
from firmware_bridge.sim.boards.board import SimBoard
from firmware_bridge.sim.boards.make import make_board
from firmware_bridge.transport import FakeClock, LoopTransport
from tests.boards import Stand, settings, stand
from tests.firmware_bridge.scope.test_link import Script
from tests.firmware_bridge.scope.test_stop import Halfway

NAMES = ("sangaboard", "sangaboard-0.5", "marlin", "marlin-plain", "grbl")


def is_right_or_lost(stood: Stand) -> bool:
    """The scope knows where the stage is, or says that it does not."""
    return stood.scope.fault is not None or abs(stood.scope.position.x_um - stood.body.pose.x_um) < 1.2


def stopped_halfway(name: str) -> Stand:
    stood = stand(name, speed_um_s=100.0)
    Halfway(stood, 0.6)
    with pytest.raises(MotionStopped):
        stood.scope.move_to(100.0)
    stood.clock.sleep(3)
    stood.board.tick()
    return stood


@pytest.mark.parametrize("heard", [True, False], ids=["greets", "greets-nobody"])
@pytest.mark.parametrize("name", NAMES)
def test_a_board_switched_off_and_on_after_a_stop_does_not_know_its_place(name: str, heard: bool) -> None:
    stood = stopped_halfway(name)
    greeting = stood.board.reset()
    stood.scope._motion.link.transport._said += greeting if heard else b""  # type: ignore[attr-defined]
    stood.scope.clear()
    assert "not known" in str(stood.scope.fault)
    with pytest.raises(MotionLocked):
        stood.scope.move_by(1.0)
    stood.scope.place(50.0)
    stood.scope.move_to(60.0)


@pytest.mark.parametrize("name", NAMES)
def test_a_stop_alone_loses_nothing(name: str) -> None:
    stood = stopped_halfway(name)
    stood.scope.clear()
    assert stood.scope.fault is None
    assert is_right_or_lost(stood)


class BrownOut:
    """From `at_s` on without power for so long; then it greets, counting from zero."""

    def __init__(self, board: SimBoard, clock: FakeClock, at_s: float, for_s: float) -> None:
        self._board, self._clock = board, clock
        self._off_s, self._on_s = at_s, at_s + for_s
        self.mechanics = board.mechanics

    def feed(self, data: bytes) -> bytes:
        said = self._power()
        return b"" if self._is_off else said + self._board.feed(data)

    def tick(self) -> bytes:
        said = self._power()
        return b"" if self._is_off else said + self._board.tick()

    def reset(self) -> bytes:
        return self._board.reset()

    def refuse(self, line: bytes) -> bytes:
        return self._board.refuse(line)

    @property
    def _is_off(self) -> bool:
        return self._off_s <= self._clock() < self._on_s

    def _power(self) -> bytes:
        if self._is_off:
            self.mechanics.halt()
        if self._clock() < self._on_s:
            return b""
        self._on_s = self._off_s = float("inf")
        return self._board.reset()


@pytest.mark.parametrize("name", NAMES)
@tuned(max_examples=25)
@given(at_s=st.floats(0.1, 2.4), for_s=st.sampled_from([1.9, 2.0, 2.02, 2.05, 2.08, 2.2]) | st.floats(0.05, 5.0))
def test_a_power_dip_in_mid_move_never_leaves_a_wrong_place(name: str, at_s: float, for_s: float) -> None:
    """Between the first and the second asking lies a moment in which nobody waits for an answer."""
    clock = FakeClock()
    board = make_board(name, clock=clock)
    dip = BrownOut(board, clock, float("inf"), 0.0)
    scope = Scope(settings(name, speed_um_s=100.0), lambda: LoopTransport(dip, clock, clock.sleep), clock)
    scope.move_to(-100.0)
    dip._off_s, dip._on_s = clock() + at_s, clock() + at_s + for_s
    with suppress(ScopeFault):
        scope.move_to(100.0)
    clock.sleep(6.0)
    if scope.fault is not None:
        scope.clear()
    assert is_right_or_lost(Stand(scope, board, clock))


@pytest.mark.parametrize("boot_s", [0.05, 0.5, 1.0, 1.6, 1.9, 2.3, 3.0])
@pytest.mark.parametrize("name", NAMES)
def test_a_board_that_begins_anew_when_its_port_is_opened_is_met(name: str, boot_s: float) -> None:
    clock = FakeClock()
    board = make_board(name, clock=clock)
    opener = lambda: LoopTransport(Arduino(board, clock, boot_s), clock, clock.sleep)  # noqa: E731
    scope = Scope(settings(name), opener, clock)
    assert scope.fault is None
    assert scope.move_to(10.0).x_um == pytest.approx(10.0, abs=0.2)


class Heedful(Arduino):
    """Keeps what it hears while it begins anew, and answers it a moment after it has greeted."""

    _kept = b""
    _answers_at_s = float("inf")

    def feed(self, data: bytes) -> bytes:
        if not self._booting:
            return super().feed(data)
        self._kept += data
        self._answers_at_s = self._up_at_s + 0.02
        return b""

    def tick(self) -> bytes:
        if self._clock() < self._answers_at_s:
            return super().tick()
        kept, self._kept, self._answers_at_s = self._kept, b"", float("inf")
        return super().feed(kept)


@pytest.mark.parametrize("boot_s", [0.05, 0.5, 1.6, 1.9, 2.3, 3.0])
@pytest.mark.parametrize("name", NAMES)
def test_a_board_that_greets_and_answers_besides_is_met(name: str, boot_s: float) -> None:
    """A Sangaboard does both in the same words, which unasked mean that it began anew."""
    clock = FakeClock()
    board = make_board(name, clock=clock)
    opener = lambda: LoopTransport(Heedful(board, clock, boot_s), clock, clock.sleep)  # noqa: E731
    scope = Scope(settings(name), opener, clock)
    assert scope.fault is None
    assert scope.move_to(10.0).x_um == pytest.approx(10.0, abs=0.2)


GREETINGS = {"sangaboard": b"Sangaboard Firmware v1.0.4", "marlin": b"start", "grbl": b"Grbl 1.1h ['$' for help]"}


class Pieces(Script):
    """Says these, one a read, and then nothing."""

    pieces: tuple[bytes, ...] = ()

    def read(self, wait_s: float) -> bytes:
        if not self.pieces:
            return super().read(wait_s)
        first, *more = self.pieces
        self.pieces = tuple(more)
        return first


@pytest.mark.parametrize("name", GREETINGS)
@given(cut=st.integers(1, 30))
def test_settling_forgets_answers_and_no_restart_however_it_is_cut(name: str, cut: int) -> None:
    clock = FakeClock()
    wire = Pieces(clock)
    link = Link(wire, DIALECTS[name], clock)
    said = b"ok\r\n" + GREETINGS[name] + b"\r\n"
    wire.pieces = (said[:cut], said[cut:])
    if cut < len(said) - 1:
        link.listen(0.0)  # its beginning may have come before the answer was given up
    link.settle()
    with pytest.raises(BoardRestarted):
        link.listen(0.0)
    link.listen(0.0)


def test_what_a_settled_line_had_begun_is_no_part_of_the_next() -> None:
    clock = FakeClock()
    wire = Pieces(clock, b"1 2 3\r\n")
    link = Link(wire, DIALECTS["sangaboard"], clock)
    wire.pieces = (b"7 7 7\r\n9",)
    link.settle()
    assert link.answer("position", "position").number("x") == 1


def test_a_restart_told_in_one_breath_with_a_refusal_is_heard() -> None:
    clock = FakeClock()
    link = Link(Script(clock, b"error:9\r\nGrbl 1.1h ['$' for help]\r\n"), DIALECTS["grbl"], clock)
    with pytest.raises(BoardRestarted):
        link.ask("$J", x=1, y=0, z=0, f=60)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (b"ALARM:2\r\nGrbl 1.1h [x]\r\n", BoardRestarted),  # the alarm alone would keep the position
        (b"ALARM:1\r\nGrbl 1.1h [x]\r\n", BoardAlarm),
    ],
)
def test_what_loses_the_position_is_superseded_by_nothing(said: bytes, fault: type[BoardFault]) -> None:
    clock = FakeClock()
    wire = Script(clock)
    link = Link(wire, DIALECTS["grbl"], clock)
    wire.unasked(said)
    with pytest.raises(fault) as told:
        link.listen(0.0)
    assert told.value.position_lost


@pytest.mark.parametrize(("alarm", "kept"), [(b"", True), (b"ALARM:3\r\n", False)])
def test_a_reset_that_was_asked_for_is_no_news_but_its_alarm_is(alarm: bytes, kept: bool) -> None:
    clock = FakeClock()
    link = Link(Script(clock, alarm + b"\r\nGrbl 1.1h ['$' for help]\r\n"), DIALECTS["grbl"], clock)
    link.reset(b"\x18")
    with nullcontext() if kept else pytest.raises(BoardAlarm, match="reset while moving"):
        link.listen(0.0)


def test_a_limit_switch_that_is_hit_after_the_stop_loses_the_position() -> None:
    stood = stopped_halfway("grbl")
    stood.scope._motion.link.transport._said += b"ALARM:1\r\n"  # type: ignore[attr-defined]
    stood.scope.clear()
    assert "not known" in str(stood.scope.fault)
