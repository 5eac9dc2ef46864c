"""The contract: every simulated board keeps it, and every clause can be broken."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.boards import DIALECTS
from firmware_bridge.conform import CLAUSES, conform, wait_awake, which_board
from firmware_bridge.conform.bench import LONG, STEP, Bench
from firmware_bridge.errors import BoardFault, BoardLost, BoardSilent, WrongFirmware
from firmware_bridge.sim.boards.board import SimBoard
from firmware_bridge.sim.boards.faults import Faulty
from firmware_bridge.sim.boards.mechanics import Mechanics, triple
from firmware_bridge.transport import FakeClock, LoopTransport
from tests.boards import wire

SKIPPED = {"marlin": {"status"}, "marlin-plain": {"status"}, "sangaboard-0.5": {"lamp"}, "sangaboard-0.4": {"lamp"}}
BROKEN = {"sangaboard-0.5": {"status"}, "sangaboard-0.4": {"status"}}


def outcomes(transport: LoopTransport, clock: FakeClock) -> dict[str, str]:
    bench = Bench(transport, which_board(transport, clock), clock=clock)
    return {finding.clause.name: finding.outcome for finding in conform(bench)}


@pytest.mark.parametrize("name", ["sangaboard", "sangaboard-0.5", "sangaboard-0.4", "marlin", "marlin-plain", "grbl"])
def test_simulated_boards_keep_the_contract_and_end_where_they_began(name: str) -> None:
    transport, board, clock = wire(name)
    found = outcomes(transport, clock)
    assert {clause for clause, outcome in found.items() if outcome == "skip"} == SKIPPED.get(name, set())
    assert {clause for clause, outcome in found.items() if outcome == "FAIL"} == BROKEN.get(name, set())
    assert found.keys() == {clause.name for clause in CLAUSES}
    assert board.mechanics.count == pytest.approx((0, 0, 0), abs=1e-6)


@pytest.mark.parametrize("name", ["marlin-mega", "grbl-uno"])
def test_a_board_that_begins_anew_when_it_is_opened_keeps_the_contract_where_it_is_named_too(name: str) -> None:
    transport, _, clock = wire(name)
    wait_awake(transport, clock)
    bench = Bench(transport, DIALECTS[name.partition("-")[0]], clock=clock)
    assert {finding.outcome for finding in conform(bench)} <= {"pass", "skip"}


@pytest.mark.parametrize(
    ("name", "words"), [("marlin", ""), ("marlin-plain", "EMERGENCY_PARSER"), ("sangaboard-0.5", "firmware 1.0")]
)
def test_a_board_that_stops_late_is_told(name: str, words: str) -> None:
    transport, _, clock = wire(name)
    bench = Bench(transport, which_board(transport, clock), clock=clock)
    seen = {finding.clause.name: finding.seen for finding in conform(bench)}["stop"]
    assert ("a stop waits up to a quarter second" in seen) == bool(words)
    assert words in seen


@pytest.mark.parametrize("name", ["sangaboard", "marlin", "grbl"])
def test_it_never_moves_farther_than_it_says(name: str) -> None:
    transport, board, clock = wire(name)
    farthest = [0.0, 0.0, 0.0]
    sleep = clock.sleep

    def watched(for_s: float) -> None:
        sleep(for_s)
        farthest[:] = [max(a, abs(b)) for a, b in zip(farthest, board.mechanics.count, strict=True)]

    transport._sleep = watched
    outcomes(transport, clock)
    assert farthest[0] <= LONG[name] + 1e-6
    assert max(farthest[1:]) <= STEP[name] + 1e-6


class Bad:
    """A board with one bad habit."""

    def __init__(self, board: SimBoard, habit: Callable[[SimBoard, bytes], bytes]) -> None:
        self._board = board
        self._habit = habit
        self.mechanics: Mechanics = board.mechanics

    def feed(self, data: bytes) -> bytes:
        return self._habit(self._board, data)

    def tick(self) -> bytes:
        return self._board.tick()

    def reset(self) -> bytes:
        return self._board.reset()

    def refuse(self, line: bytes) -> bytes:
        return self._board.refuse(line)


def echoes(board: SimBoard, data: bytes) -> bytes:
    return data + board.feed(data)


def needs_cr_gone(board: SimBoard, data: bytes) -> bytes:
    return b"" if b"\r\n" in data else board.feed(data)


def forgets_pieces(board: SimBoard, data: bytes) -> bytes:
    return board.feed(data) if data.endswith(b"\n") else b""


def hears_one_line(board: SimBoard, data: bytes) -> bytes:
    return board.feed(data[: data.find(b"\n") + 1])


def ignores_strangers(board: SimBoard, data: bytes) -> bytes:
    return b"" if b"xyzzy" in data else board.feed(data)


def chokes(board: SimBoard, data: bytes) -> bytes:
    board.choked = getattr(board, "choked", False) or len(data) > 100  # type: ignore[attr-defined]
    return b"" if board.choked and b"p?" in data else board.feed(data)  # type: ignore[attr-defined]


def loses_steps(board: SimBoard, data: bytes) -> bytes:
    return board.feed(re.sub(rb"^mr (-?)32 ", rb"mr \g<1>30 ", data))


def never_stops(board: SimBoard, data: bytes) -> bytes:
    return b"Move aborted\r\n" if data == b"stop\n" else board.feed(data)


def hangs_on_z(board: SimBoard, data: bytes) -> bytes:
    said = board.feed(data)
    if data.startswith(b"mr 0 0 "):
        board.mechanics.stall()
    return said


HABITS: dict[str, tuple[Callable[[SimBoard, bytes], bytes], set[str]]] = {
    "echo": (echoes, {"no-echo"}),
    "no CR": (needs_cr_gone, {"line-ends"}),
    "pieces": (forgets_pieces, {"pieces"}),
    "one line": (hears_one_line, {"together"}),
    "strangers": (ignores_strangers, {"unknown"}),
    "long line": (chokes, {"long-line"}),
    "steps": (loses_steps, {"x"}),
    "no stop": (never_stops, {"stop"}),
    "z hangs": (hangs_on_z, {"z"}),
}


@pytest.mark.parametrize("habit", HABITS, ids=str)
def test_a_bad_habit_breaks_its_clause(habit: str) -> None:
    clock = FakeClock()
    _, board, clock = wire("sangaboard")
    bad, broken = HABITS[habit]
    transport = LoopTransport(Bad(board, bad), clock, clock.sleep)
    bench = Bench(transport, which_board(wire("sangaboard")[0], wire("sangaboard")[2]), clock=clock)
    failed = {finding.clause.name for finding in conform(bench) if finding.outcome == "FAIL"}
    assert broken <= failed


def test_a_chattering_board_is_not_quiet() -> None:
    _, board, clock = wire("sangaboard")
    bench = Bench(LoopTransport(board, clock, clock.sleep), which_board(*wire("sangaboard")[::2]), clock=clock)
    tick, feed, due_s = board.tick, board.feed, [float("inf")]

    def hears(data: bytes) -> bytes:
        due_s[0] = clock() + 0.3 if len(data) > 100 else due_s[0]
        return feed(data)

    def chatters() -> bytes:
        if clock() < due_s[0]:
            return tick()
        due_s[0] = clock() + 0.3
        return tick() + b"temperature 21\r\n"

    board.feed, board.tick = hears, chatters  # type: ignore[method-assign]
    found = {finding.clause.name: finding.outcome for finding in conform(bench)}
    assert found["quiet"] == "FAIL"


LINES = {"sangaboard": 167, "marlin": 84, "grbl": 401}
"""Lines and overtaking bytes that a sound board hears in the course of a conformance test."""
KINDS = ("half-line", "noise", "silence", "nak", "reboot")
FIRST = "the first question: many boards begin anew when their port is opened, and lose it"
SAME = "refused with the very bytes of a refusal that is expected there"
LATER = "nothing is damaged: the answer comes later than the trouble"
TWICE = "a stop that is said once more, after it was obeyed; or a wait that the stop makes pointless"
UNANSWERED = "the byte that cancels a move has no answer, and is sent twice"
UNSEEN: dict[tuple[str, str], dict[str, tuple[int, ...]]] = {
    **{(name, kind): {FIRST: (1,)} for name in LINES for kind in KINDS},
    ("sangaboard", "nak"): {FIRST: (1,), SAME: (14, 15, 17, 18)},
    ("grbl", "nak"): {FIRST: (1,), SAME: (12, 13), UNANSWERED: (341, 342)},
    ("marlin", "half-line"): {FIRST: (1,), LATER: (22, 27, 35, 40, 48, 53, 61, 66, 73, 82), TWICE: (75,)},
    ("marlin", "noise"): {FIRST: (1,), LATER: (22, 27, 35, 40, 48, 53, 61, 66, 73, 82)},
    ("marlin", "silence"): {FIRST: (1,), TWICE: (73, 75)},
    ("marlin", "nak"): {FIRST: (1,), TWICE: (74, 75)},
    **{("grbl", kind): {UNANSWERED: (341, 342)} for kind in ("half-line", "noise", "silence")},
}
"""What no test from outside can see, or what harms nothing: board and trouble, why, and at which commands."""


def is_seen(name: str, kind: str, command: int) -> bool:
    transport, _, clock = wire(name, f"{kind}@{command}")
    try:
        return "FAIL" in outcomes(transport, clock).values()
    except BoardFault:
        return True


@pytest.mark.parametrize("name", LINES)
def test_a_conformance_test_says_so_many_lines(name: str) -> None:
    """The tables above count from 1 to there."""
    transport, board, clock = wire(name, "unplug@9999")
    assert set(outcomes(transport, clock).values()) <= {"pass", "skip"}
    assert isinstance(board, Faulty)
    assert board._commands == LINES[name]


@settings(max_examples=40)
@given(st.sampled_from(sorted(LINES)), st.sampled_from(KINDS), st.data())
def test_a_single_trouble_on_the_line_is_never_hidden(name: str, kind: str, data: st.DataObject) -> None:
    """All 3,255 of them were tried in one run on 2026-11-27."""
    command = data.draw(st.integers(1, LINES[name]))
    known = {each for commands in UNSEEN[name, kind].values() for each in commands}
    assert is_seen(name, kind, command) == (command not in known)


@pytest.mark.parametrize("place", UNSEEN, ids="-".join)
def test_what_cannot_be_seen_is_listed(place: tuple[str, str]) -> None:
    for commands in UNSEEN[place].values():
        assert not any(is_seen(*place, command) for command in commands)


@pytest.mark.parametrize(
    ("name", "kind", "command"),
    [
        *(("sangaboard", kind, 8) for kind in KINDS),  # the answer in which an echo is looked for
        ("marlin", "nak", 13),  # an unknown line, said twice
        ("grbl", "silence", 15),  # a line that is too long, said twice
        ("sangaboard", "half-line", 151),  # the answer to the stop
        ("marlin", "silence", 74),
        ("sangaboard", "silence", 166),  # lamp and moves put back at the end
    ],
)
def test_what_was_hidden_once_is_seen(name: str, kind: str, command: int) -> None:
    assert is_seen(name, kind, command)


def ignores_moves(board: SimBoard, data: bytes) -> bytes:
    return b"done.\r\n" if data.startswith(b"mr ") else board.feed(data)


def one_way_only(board: SimBoard, data: bytes) -> bytes:
    """Loses the first of two moves that are short: those that lead back are whole."""
    return board.feed(re.sub(rb"^mr 32 0 0", b"mr 20 0 0", data))


def tried(habit: Callable[[SimBoard, bytes], bytes], first: bytes = b"") -> tuple[SimBoard, dict[str, str]]:
    _, board, clock = wire("sangaboard")
    board.feed(first)
    bench = Bench(LoopTransport(Bad(board, habit), clock, clock.sleep), DIALECTS["sangaboard"], clock=clock)
    return board, {finding.clause.name: finding.outcome for finding in conform(bench)}


def test_a_board_that_does_not_move_does_not_pass_for_one_that_stops() -> None:
    _, found = tried(ignores_moves)
    assert {clause for clause, outcome in found.items() if outcome == "FAIL"} >= {"x", "y", "z", "all-axes", "stop"}


def test_a_clause_that_breaks_on_the_way_brings_the_stage_back_too() -> None:
    board, found = tried(one_way_only)
    assert found["x"] == "FAIL"
    assert board.mechanics.count == pytest.approx((0, 0, 0), abs=1e-6)


def test_lamp_and_blocking_are_left_as_they_were_found() -> None:
    board, found = tried(lambda board, data: board.feed(data), b"led_cc 0.2\n")
    assert set(found.values()) == {"pass"}
    assert board.feed(b"led_cc?\nblocking_moves?\n") == b"CC LED:0.2\r\nblocking_moves true\r\n"
    assert board.mechanics.body.pose.lamp == pytest.approx(0.2)


def test_where_nobody_says_who_it_is_nothing_moves() -> None:
    transport, board, clock = wire("sangaboard", "silence@2:9999")
    found = outcomes(transport, clock)
    assert found["who"] == "FAIL"
    assert {outcome for clause, outcome in found.items() if clause != "who"} == {"skip"}
    assert board.mechanics.count == (0.0, 0.0, 0.0)


class Impatient:
    """Takes half a line for a whole one when nothing came for a second, as `Serial.readStringUntil` does."""

    def __init__(self, board: SimBoard, clock: FakeClock) -> None:
        self.mechanics, self._board, self._clock = board.mechanics, board, clock
        self._half, self._came_s = b"", 0.0

    def feed(self, data: bytes) -> bytes:
        self._came_s = self._clock()
        whole, end, half = (self._half + data).rpartition(b"\n")
        self._half = half
        return self._board.feed(whole + end)

    def tick(self) -> bytes:
        if not self._half or self._clock() < self._came_s + 1.0:
            return self._board.tick()
        half, self._half = self._half, b""
        return self._board.feed(half + b"\n")

    def reset(self) -> bytes:
        return self._board.reset()

    def refuse(self, line: bytes) -> bytes:
        return self._board.refuse(line)


class HearsOneLine(Impatient):
    """Throws away what came behind the first line end of one write."""

    def feed(self, data: bytes) -> bytes:
        line, end, _ = data.partition(b"\n")
        return self._board.feed(line + end)


@pytest.mark.parametrize(("kind", "clause"), [(Impatient, "pieces"), (HearsOneLine, "together")])
def test_what_is_wrong_with_how_it_reads_is_named(kind: type[Impatient], clause: str) -> None:
    _, board, clock = wire("sangaboard")
    found = outcomes(LoopTransport(kind(board, clock), clock, clock.sleep), clock)
    assert [name for name, outcome in found.items() if outcome == "FAIL"] == [clause]


def test_an_unplugged_board_ends_it() -> None:
    transport, _, clock = wire("grbl", "unplug@9")
    with pytest.raises(BoardLost):
        outcomes(transport, clock)


def test_nobody_and_strangers_are_told() -> None:
    transport, _, clock = wire("grbl", "silence@0:9999")
    with pytest.raises(BoardSilent, match="Nobody"):
        which_board(transport, clock)
    transport, _, clock = wire("grbl", "wrong-firmware@0")
    with pytest.raises(WrongFirmware, match="Klipper"):
        which_board(transport, clock)


@pytest.mark.parametrize("name", ["sangaboard", "sangaboard-0.4", "marlin", "grbl"])
def test_a_board_that_is_just_starting_is_recognised(name: str) -> None:
    transport, board, clock = wire(name)
    transport._said += board.reset()
    assert which_board(transport, clock).name == name.partition("-")[0]


def test_every_clause_says_what_to_do() -> None:
    for clause in CLAUSES:
        assert clause.fix.endswith(".")
        assert dataclasses.replace(clause).rule
    assert triple((1, 2, 3)) == (1, 2, 3)
