"""Questions and answers with time limits, over a scripted wire."""

from __future__ import annotations

import pytest

from firmware_bridge.boards import DIALECTS
from firmware_bridge.boards.numbering import numbered
from firmware_bridge.errors import (
    BoardAlarm,
    BoardNonsense,
    BoardRefused,
    BoardRestarted,
    BoardSilent,
    MotionStopped,
)
from firmware_bridge.scope.link import ANSWER_S, MOST_BUSY_S, TRIES, Link
from firmware_bridge.scope.motion import STOPPED
from firmware_bridge.transport import FakeClock


class Script:
    """A wire whose other end answers what was written for each turn, then nothing."""

    address = "script"

    def __init__(self, clock: FakeClock, *answers: bytes) -> None:
        self._clock = clock
        self._answers = list(answers)
        self._due = b""
        self.told: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.told.append(data)
        self._due += self._answers.pop(0) if self._answers else b""

    def read(self, wait_s: float) -> bytes:
        said, self._due = self._due, b""
        if not said:
            self._clock.sleep(max(wait_s, 1e-3))
        return said

    def close(self) -> None:
        self.told.append(b"closed")

    def unasked(self, data: bytes) -> None:
        self._due += data


def linked(dialect: str, *answers: bytes) -> tuple[Link, Script, FakeClock]:
    clock = FakeClock()
    wire = Script(clock, *answers)
    return Link(wire, DIALECTS[dialect], clock), wire, clock


def test_an_answer_is_heard_with_its_values() -> None:
    link, wire, _ = linked("sangaboard", b"1 -2 3\r\n")
    assert link.answer("position", "position").values == {"x": 1, "y": -2, "z": 3}
    assert wire.told == [b"p?\n"]


def test_several_lines_belong_to_one_answer() -> None:
    link, _, _ = linked("grbl", b"[VER:1.1h:]\r\n[OPT:V]\r\nok\r\n")
    assert [said.name for said in link.ask("$I")] == ["version", "options", "ok"]


def test_a_safe_question_is_asked_again_and_the_late_answer_is_not_taken_for_the_next() -> None:
    link, wire, _ = linked("sangaboard", b"", b"7 7 7\r\n", b"minimum step delay 5\r\n")
    assert link.answer("position", "position").number("x") == 7
    assert link.answer("step_delay?", "step_delay").number("us") == 5
    assert wire.told == [b"p?\n", b"p?\n", b"dt?\n"]


def test_a_move_is_never_asked_twice() -> None:
    link, wire, _ = linked("sangaboard")
    with pytest.raises(BoardSilent, match="did not answer"):
        link.ask("mr", x=1, y=2, z=3)
    assert wire.told == [b"mr 1 2 3\n"]


@pytest.mark.parametrize(
    ("dialect", "name", "answer", "fault", "words"),
    [
        ("sangaboard", "position", b"", BoardSilent, "within 2 s"),
        ("sangaboard", "position", b"1 2\r\n", BoardNonsense, "1 2"),
        ("sangaboard", "position", b"\xff\xfe\r\n", BoardNonsense, "??"),
        ("sangaboard", "position", b"Type 'help' for a list of commands.\r\n", BoardRefused, "Type 'help'"),
        ("grbl", "G90", b"error:9\r\n", BoardRefused, "locked by an alarm or a jog"),
        ("grbl", "G90", b"error:99\r\n", BoardRefused, "error:99"),
        ("grbl", "G90", b"ALARM:1\r\n", BoardAlarm, "limit switch"),
        ("marlin", "G90", b"start\n", BoardRestarted, "began anew"),
        ("marlin", "G90", b"Error:Printer halted. kill() called!\n", BoardAlarm, "halted"),
    ],
)
def test_every_bad_answer_has_its_fault(
    dialect: str, name: str, answer: bytes, fault: type[Exception], words: str
) -> None:
    link, _, _ = linked(dialect, *[answer] * TRIES)
    with pytest.raises(fault) as told:
        link.ask(name)
    assert words in str(told.value)


def test_alarms_say_whether_the_place_is_lost() -> None:
    for code, lost in ((1, True), (2, False), (3, True)):
        link, _, _ = linked("grbl", b"ALARM:%d\r\n" % code)
        with pytest.raises(BoardAlarm) as told:
            link.ask("G90")
        assert told.value.position_lost is lost


def test_what_came_unasked_is_the_fault_of_the_next_question() -> None:
    link, wire, _ = linked("grbl", b"ok\r\n")
    wire.unasked(b"\r\nGrbl 1.1h ['$' for help]\r\n")
    with pytest.raises(BoardRestarted):
        link.ask("$J", x=1, y=0, z=0, f=60)
    assert wire.told == []
    link.ask("G91")


def test_forgiving_forgets_it() -> None:
    link, wire, _ = linked("grbl", b"ok\r\n")
    wire.unasked(b"ALARM:1\r\n")
    with pytest.raises(BoardAlarm):
        link.listen(0.1)
    link.forgive()
    assert link.halted
    link.ask("$X")
    assert not link.halted


def test_a_busy_board_is_waited_for() -> None:
    link, wire, _ = linked("marlin")
    link.begin("M400")
    for _ in range(10):
        wire.unasked(b"echo:busy: processing\n")
        assert not link.ended(2.0)
    wire.unasked(b"ok\n")
    assert link.ended(2.0)


class Busy(Script):
    """Says once a second that it is busy, for ever, as a Marlin does that waits for somebody at its display."""

    def read(self, wait_s: float) -> bytes:
        self._clock.sleep(1.0)
        return b"echo:busy: paused for user\n"


def test_a_board_that_stays_busy_is_given_up() -> None:
    clock = FakeClock()
    link, began_s = Link(Busy(clock), DIALECTS["marlin"], clock), clock()
    with pytest.raises(BoardSilent, match=r"“G4” within 6[0-9] s"):
        link.ask("G4", p=1)
    assert clock() - began_s < MOST_BUSY_S + 2 * ANSWER_S


def test_nobody_waits_for_a_busy_board_after_a_stop() -> None:
    clock = FakeClock()
    link, stop_s = Link(Busy(clock), DIALECTS["marlin"], clock), clock() + 5.0

    def interlock() -> None:
        if clock() >= stop_s:
            raise MotionStopped(*STOPPED)

    link.interlock = interlock
    with pytest.raises(MotionStopped):
        link.ask("M114")
    assert clock() <= stop_s + 2.0


def test_shouting_needs_no_turn() -> None:
    link, wire, _ = linked("grbl")
    link.begin("$H")
    link.shout(b"\x18")
    assert wire.told == [b"$H\n", b"\x18"]


def test_settling_ends_even_where_a_board_never_falls_silent() -> None:
    link, wire, _ = linked("grbl")
    reads = []
    read = wire.read

    def chatter(wait_s: float) -> bytes:
        reads.append(wait_s)
        return read(0.0) or b"noise\r\n"

    wire.read = chatter  # type: ignore[method-assign]
    link.settle()
    assert len(reads) <= 200


def test_a_damaged_line_is_sent_again_behind_the_callers_back() -> None:
    plea = b"Error:checksum mismatch, Last Line: 0\nResend: 1\nok\n"
    link, wire, _ = linked("marlin", plea, plea, b"ok\n")
    link.ask("G91")
    assert wire.told == [numbered(1, "G91").encode() + b"\n"] * 3


def test_a_move_that_the_board_wants_again_is_not_said_again_after_a_stop() -> None:
    plea = b"Error:checksum mismatch, Last Line: 0\nResend: 1\nok\n"
    link, wire, _ = linked("marlin", plea, b"ok\n")
    looks = iter([None, MotionStopped(*STOPPED)])

    def interlock() -> None:
        stopped = next(looks)
        if stopped is not None:
            raise stopped

    link.interlock = interlock
    with pytest.raises(MotionStopped):
        link.ask("G1", x=1, y=0, z=0, f=60)
    assert wire.told == [numbered(1, "G1 X1 Y0 Z0 F60").encode() + b"\n"]


def test_a_reply_that_should_be_there_and_is_not_is_told() -> None:
    link, _, _ = linked("grbl", b"ok\r\n")
    with pytest.raises(BoardNonsense, match="version"):
        link.answer("$I", "version")
