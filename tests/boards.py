"""Simulated boards and scopes in a time that needs no waiting."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_bridge.scope import Scope, ScopeSettings
from firmware_bridge.scope.memory import Memory
from firmware_bridge.scope.simulated import simulated_settings
from firmware_bridge.sim.boards.board import SimBoard
from firmware_bridge.sim.boards.faults import Faulty
from firmware_bridge.sim.boards.make import BOARDS, make_board
from firmware_bridge.sim.boards.mechanics import Gear, Mechanics
from firmware_bridge.sim.body import Body
from firmware_bridge.transport import FakeClock, LoopTransport

FAMILIES = BOARDS


def settings(board: str, backlash_um: float = 5.0, reach_um: float = 500.0, **others: object) -> ScopeSettings:
    """A fast scope on this simulated board, with its usual gear."""
    usual = simulated_settings(board)
    limits = {"low_um": -reach_um, "high_um": reach_um, "backlash_um": backlash_um}
    axes = {name: {**axis.model_dump(), **limits} for name, axis in zip("xyz", usual.axes, strict=True)}
    return ScopeSettings.model_validate({**usual.model_dump(), "speed_um_s": 2000.0, **axes, **others})


@dataclass
class Stand:
    """A scope on a simulated board."""

    scope: Scope
    board: SimBoard
    clock: FakeClock

    @property
    def mechanics(self) -> Mechanics:
        return self.board.mechanics

    @property
    def body(self) -> Body:
        return self.board.mechanics.body


def wire(name: str, faults: str = "", gear: Gear | None = None) -> tuple[LoopTransport, SimBoard, FakeClock]:
    """A simulated board and the way to it."""
    clock = FakeClock()
    board = make_board(name, gear=gear, clock=clock)
    board = Faulty(board, faults, clock) if faults else board
    return LoopTransport(board, clock, clock.sleep), board, clock


def reopened(stood: Stand, memory: Memory | None = None) -> Stand:
    """Another program on the same board."""
    way = lambda: LoopTransport(stood.board, stood.clock, stood.clock.sleep)  # noqa: E731
    return Stand(Scope(stood.scope.settings, way, stood.clock, memory), stood.board, stood.clock)


def stand(name: str, faults: str = "", gear: Gear | None = None, **others: object) -> Stand:
    """A scope in its own time."""
    _, board, clock = wire(name, faults, gear)
    scope = Scope(settings(name, **others), lambda: LoopTransport(board, clock, clock.sleep), clock)  # type: ignore[arg-type]
    return Stand(scope, board, clock)


def bring_back(scope: Scope, body: Body) -> None:
    """Clear the fault as a person does, and say where the stage is if that was lost."""
    scope.clear()
    if scope.fault is not None:
        here = body.pose
        scope.place(here.x_um, here.y_um, here.z_um)
