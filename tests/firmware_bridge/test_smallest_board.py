"""PROTOCOL.md's smallest board, written from its table and nothing else, keeps the contract and carries a scope."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_bridge.conform import conform, which_board
from firmware_bridge.conform.bench import Bench
from firmware_bridge.scope import Scope
from firmware_bridge.sim.boards.make import OPENFLEXURE
from firmware_bridge.sim.boards.mechanics import Mechanics
from firmware_bridge.sim.body import Body
from firmware_bridge.transport import FakeClock, LoopTransport
from tests.boards import settings

PAGE = (Path(__file__).parents[2] / "firmware_bridge" / "PROTOCOL.md").read_text("utf-8")
STEP_S = 1e-3
LIMIT = 63


class Smallest:
    """What somebody would write on an Arduino in an evening."""

    def __init__(self, clock: FakeClock) -> None:
        self.mechanics = Mechanics(Body(clock=clock), OPENFLEXURE, clock)
        self._line = b""

    def feed(self, data: bytes) -> bytes:
        said = b""
        for byte in data:
            if byte == ord("\n"):
                said += self.answer(self._line.rstrip(b"\r"))
                self._line = b""
            elif len(self._line) <= LIMIT:
                self._line += bytes([byte])
        return said

    def answer(self, line: bytes) -> bytes:
        if not line:
            return b""
        word, *figures = line.split()
        if word == b"mr" and len(figures) == 3:
            x, y, z = map(int, figures)
            self.mechanics.go((x, y, z), max(abs(x), abs(y), abs(z)) * STEP_S)
            return b"done.\r\n"
        if line == b"stop":
            self.mechanics.halt()
            return b"Move aborted\r\n"
        if line == b"p?":
            return b"%d %d %d\r\n" % tuple(map(round, self.mechanics.count))
        if line == b"moving?":
            return b"true\r\n" if self.mechanics.moving else b"false\r\n"
        return FIXED.get(line, b"Type 'help' for a list of commands.\r\n")

    def tick(self) -> bytes:
        return b""

    def reset(self) -> bytes:
        return FIXED[b"version"]

    def refuse(self, line: bytes) -> bytes:
        return b"Type 'help' for a list of commands.\r\n"


FIXED = {
    b"version": b"Sangaboard Firmware v1.0.0\r\n",
    b"blocking_moves false": b"done.\r\n",
    b"dt?": b"minimum step delay 1000\r\n",
}


def smallest() -> tuple[Smallest, LoopTransport, FakeClock]:
    clock = FakeClock()
    board = Smallest(clock)
    return board, LoopTransport(board, clock, clock.sleep), clock


def test_it_says_only_what_the_page_asks_for() -> None:
    table = PAGE.split("## The smallest board")[1].split("It answers every line")[0]
    for line, answer in FIXED.items():
        assert f"`{line.decode()}`" in table
        assert answer.decode().strip() in table
    assert all(f"`{word}" in table for word in ("mr ", "p?", "moving?", "stop"))


def test_it_keeps_the_contract() -> None:
    _, transport, clock = smallest()
    bench = Bench(transport, which_board(transport, clock), clock=clock)
    outcomes = {finding.clause.name: finding.outcome for finding in conform(bench)}
    assert {name for name, outcome in outcomes.items() if outcome != "pass"} == {"lamp"}
    assert outcomes["lamp"] == "skip"


def test_it_carries_a_scope() -> None:
    board, transport, clock = smallest()
    scope = Scope(settings("sangaboard"), lambda: transport, clock)
    scope.move_to(50.0, -20.0, 10.0)
    pose = board.mechanics.body.pose
    assert (pose.x_um, pose.y_um, pose.z_um) == pytest.approx((50.0, -20.0, 10.0), abs=0.05)
    scope.stop()
    scope.clear()
    scope.focus_by(-3.0)
    assert board.mechanics.body.pose.z_um == pytest.approx(7.0, abs=0.05)
