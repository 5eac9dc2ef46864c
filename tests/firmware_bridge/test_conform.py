"""The contract: every simulated board keeps it, and every clause can be broken."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

import pytest

from firmware_bridge.boards import DIALECTS
from firmware_bridge.conform import CLAUSES, conform, which_board
from firmware_bridge.conform.bench import LONG, STEP, Bench
from firmware_bridge.errors import BoardLost, BoardSilent, WrongFirmware
from firmware_bridge.sim.boards.board import SimBoard
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


@pytest.mark.parametrize(
    "fault", ["noise@9", "silence@9", "reboot@9", "half-line@9", "noise@14", "reboot@2", "reboot@14"]
)
@pytest.mark.parametrize("name", ["sangaboard", "marlin", "grbl"])
def test_a_single_trouble_on_the_line_is_never_hidden(name: str, fault: str) -> None:
    transport, _, clock = wire(name, fault)
    found = outcomes(transport, clock)
    assert "FAIL" in found.values()


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
