"""A stop that overtakes everything, and what follows it."""

from __future__ import annotations

import threading

import pytest

from firmware_bridge.errors import (
    MotionLocked,
    MotionStopped,
)
from firmware_bridge.scope import Scope
from firmware_bridge.sim.boards import SimPort, make_board
from firmware_bridge.transport import open_transport
from tests.boards import Stand, settings, stand


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


@pytest.mark.parametrize("name", ["sangaboard", "marlin", "grbl", "sangaboard-0.5"])
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
    piece_um = 22.0 if name == "sangaboard-0.5" else 0.0  # old firmware ends the quarter second that is under way
    assert reached - 0.01 <= stage(stood)[0] <= reached + piece_um + 0.01


@pytest.mark.parametrize("name", ["sangaboard", "marlin", "grbl"])
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
    assert stood.scope.position.x_um == pytest.approx(before[0], abs=1.2)
    stood.scope.move_to(0.0)
    assert stage(stood)[0] == pytest.approx(0.0, abs=1.2)


@pytest.mark.parametrize("name", ["sangaboard", "marlin", "grbl"])
def test_stop_reaches_a_move_that_hangs(name: str) -> None:
    stood = stand(name, faults="stall@6:999")
    Halfway(stood, 1.5)
    with pytest.raises(MotionStopped):
        stood.scope.move_to(100.0)


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
        while board.mechanics.count == (0.0, 0.0, 0.0):
            thread.join(0.01)
        scope.stop()
        thread.join(10)
        assert len(ends) == 1
        scope.clear()
        assert not board.mechanics.moving
        assert board.mechanics.body.pose.x_um < 300.0
        scope.move_by(1.0)
