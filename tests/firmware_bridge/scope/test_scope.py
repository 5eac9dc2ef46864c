"""The scope: micrometres in, motion out, one move at a time, and a stop that overtakes everything."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as tuned
from hypothesis import strategies as st

from firmware_bridge.errors import (
    BeyondLimits,
    BoardAlarm,
    BoardLost,
    BoardRefused,
    BoardUnavailable,
    MotionLocked,
    ScopeBusy,
    WrongFirmware,
)
from firmware_bridge.scope import Position, Scope
from firmware_bridge.scope.place import legs
from firmware_bridge.sim.boards import SimPort, make_board
from firmware_bridge.sim.boards.faults import Faulty
from firmware_bridge.sim.boards.mechanics import Gear
from firmware_bridge.transport import open_transport
from tests.boards import FAMILIES, Stand, settings, stand, wire

GRID_UM = {"sangaboard": 0.05, "marlin": 0.05, "grbl": 0.17}
"""Half a step, and a little: a simulated GRBL takes 3200 to the millimetre, as it is set."""

PLACES = st.tuples(*[st.floats(-400, 400)] * 3)


def stage(stood: Stand) -> tuple[float, float, float]:
    pose = stood.body.pose
    return (pose.x_um, pose.y_um, pose.z_um)


@pytest.mark.parametrize("name", FAMILIES)
@tuned(max_examples=15)
@given(goals=st.lists(PLACES, min_size=1, max_size=3))
def test_it_arrives_where_it_is_told(name: str, goals: list[tuple[float, float, float]]) -> None:
    stood = stand(name)
    for goal in goals:
        at = stood.scope.move_to(*goal)
        assert at.triple == pytest.approx(goal, abs=0.05)
        assert stage(stood) == pytest.approx(goal, abs=GRID_UM[name.partition("-")[0]])
        assert at == stood.scope.position


@pytest.mark.parametrize("name", FAMILIES)
def test_axes_that_are_left_out_stay(name: str) -> None:
    stood = stand(name)
    stood.scope.move_to(10.0, 20.0, 30.0)
    stood.scope.move_to(y_um=-20.0)
    stood.scope.move_by(x_um=5.0)
    assert stood.scope.focus_by(-10.0).triple == pytest.approx((15.0, -20.0, 20.0), abs=0.2)


GEAR = Gear(um_per_unit=(1000.0, 1000.0, 1000.0), play_um=(4.0, 4.0, 4.0))


@tuned(max_examples=30)
@given(st.lists(PLACES, min_size=2, max_size=5))
def test_play_does_not_matter_with_compensation(goals: list[tuple[float, float, float]]) -> None:
    """Every arrival is upward, so the stage is always the whole play behind, and distances are true."""
    stood = stand("grbl", gear=GEAR, backlash_um=5.0)
    stood.scope.move_to(-450.0, -450.0, -450.0)
    stood.scope.move_by(10.0, 10.0, 10.0)
    for goal in goals:
        stood.scope.move_to(*goal)
        assert stage(stood) == pytest.approx([each - 4.0 for each in goal], abs=GRID_UM["grbl"])


def test_play_matters_without_compensation() -> None:
    stood = stand("grbl", gear=GEAR, backlash_um=0.0)
    stood.scope.move_to(x_um=100.0)
    stood.scope.move_to(x_um=50.0)
    assert stood.body.pose.x_um == pytest.approx(50.0)
    stood.scope.move_to(x_um=100.0)
    assert stood.body.pose.x_um == pytest.approx(96.0)


@given(PLACES, PLACES, st.tuples(*[st.booleans()] * 3))
def test_the_last_leg_never_goes_down(
    here: tuple[float, float, float], goal: tuple[float, float, float], upward: tuple[bool, bool, bool]
) -> None:
    way = legs(settings("grbl"), here, goal, upward)
    assert way[-1] == goal
    before = way[-2] if len(way) > 1 else here
    assert all(b >= a for a, b in zip(before, goal, strict=True))
    each = zip(before, goal, here, upward, strict=True)
    assert all(b - a >= 5.0 - 1e-9 for a, b, h, known in each if b < h or (b > h and not known))


@pytest.mark.parametrize(
    "goal", [(501.0, 0.0, 0.0), (0.0, -495.1, 0.0), (0.0, 0.0, float("nan")), (float("inf"), 0.0, 0.0)]
)
def test_beyond_the_limits_nothing_moves_and_nothing_is_locked(goal: tuple[float, float, float]) -> None:
    stood = stand("marlin")
    with pytest.raises(BeyondLimits, match="beyond the limits"):
        stood.scope.move_to(*goal)
    assert stage(stood) == (0.0, 0.0, 0.0)
    assert stood.scope.fault is None
    stood.scope.move_to(1.0)


@pytest.mark.parametrize("name", ["marlin", "grbl"])
def test_from_home_switches_at_the_end_of_the_travel_each_axis_can_move_alone(name: str) -> None:
    from_zero = {"low_um": 0.0, "high_um": 500.0, "backlash_um": 5.0}
    x, y, z = ({**axis.model_dump(), **from_zero} for axis in settings(name).axes)
    stood = stand(name, x=x, y=y, z=z)
    stood.scope.home()
    stood.scope.move_to(x_um=100.0)
    assert stage(stood) == pytest.approx((100.0, 0.0, 0.0), abs=0.2)
    with pytest.raises(BeyondLimits, match="in y"):
        stood.scope.move_to(y_um=4.0)


def test_a_reversed_axis_goes_the_other_way() -> None:
    clock_stand = stand("grbl", x={"units_per_um": 0.001, "low_um": -9, "high_um": 9, "reversed": True})
    clock_stand.scope.move_to(x_um=5.0)
    assert clock_stand.mechanics.count[0] == pytest.approx(-0.005)
    assert clock_stand.scope.position.x_um == pytest.approx(5.0)


@pytest.mark.parametrize("name", ["sangaboard", "marlin", "grbl"])
def test_the_lamp_is_set_at_rest_and_keeps_to_its_range(name: str) -> None:
    stood = stand(name)
    stood.scope.lamp(0.5)
    assert stood.body.pose.lamp == pytest.approx(0.5, abs=0.01)
    with pytest.raises(ValueError, match=r"1\.5"):
        stood.scope.lamp(1.5)


def test_a_board_without_lamp_or_switches_says_so_and_goes_on() -> None:
    stood = stand("sangaboard-0.5")
    with pytest.raises(BoardRefused, match="lamp"):
        stood.scope.lamp(0.5)
    with pytest.raises(BoardRefused, match="home"):
        stood.scope.home()
    assert stood.scope.fault is None
    stood.scope.move_to(1.0)


@pytest.mark.parametrize("name", ["marlin", "grbl"])
def test_homing_makes_its_place_zero(name: str) -> None:
    stood = stand(name)
    stood.scope.move_to(100.0, 50.0, 20.0)
    assert stood.scope.home() == Position(0.0, 0.0, 0.0)
    stood.scope.move_to(10.0)
    assert stood.body.pose.x_um == pytest.approx(10.0)


def test_a_person_may_say_where_it_is() -> None:
    stood = stand("sangaboard")
    stood.scope.move_to(88.0)
    stood.scope.place(x_um=0.0, y_um=0.0, z_um=100.0)
    assert stood.scope.position == Position(0.0, 0.0, 100.0)
    stood.scope.move_by(x_um=8.8)
    assert stood.mechanics.count == pytest.approx((1100, 0, 0))


def test_whoever_waits_too_long_is_told_and_nothing_happens() -> None:
    stood = stand("grbl", lock_s=0.05)
    with stood.scope._held():
        with pytest.raises(ScopeBusy):
            stood.scope.move_to(1.0)
        assert stood.scope.busy
    assert stage(stood) == (0.0, 0.0, 0.0)
    stood.scope.move_to(1.0)


def test_many_threads_move_one_after_another() -> None:
    """Each adds 1 µm: none is lost, none is torn."""
    with (
        SimPort(make_board("sangaboard")) as port,
        Scope(settings("sangaboard", lock_s=60), lambda: open_transport(port.path)) as scope,
    ):
        threads = [threading.Thread(target=scope.move_by, args=(0.88,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert scope.position.x_um == pytest.approx(6 * 0.88)


def test_a_cable_pulled_and_put_back_is_told_and_survived(tmp_path: Path) -> None:
    board = Faulty(make_board("sangaboard"), "unplug@12")
    link = str(tmp_path / "by-id")
    with SimPort(board, Path(link)) as port, Scope(settings("sangaboard"), lambda: open_transport(link)) as scope:
        with pytest.raises(BoardLost) as told:
            walk(scope)
        assert told.value.position_lost
        with pytest.raises(BoardUnavailable):
            scope.clear()
        port.replug()
        scope.clear()
        with pytest.raises(MotionLocked, match="not known"):
            scope.move_by(1.0)
        scope.place(x_um=5.0)
        assert scope.move_by(1.0).x_um == pytest.approx(6.0, abs=0.1)


def walk(scope: Scope) -> None:
    for _ in range(20):
        scope.move_by(1.0)


@pytest.mark.parametrize("name", FAMILIES)
def test_it_works_through_a_real_terminal(name: str) -> None:
    board = make_board(name)
    with SimPort(board) as port, Scope(settings(name, speed_um_s=5000), lambda: open_transport(port.path)) as scope:
        scope.move_to(3.0, -2.0, 1.0)
        pose = board.mechanics.body.pose
        assert (pose.x_um, pose.y_um, pose.z_um) == pytest.approx((3.0, -2.0, 1.0), abs=GRID_UM[name.partition("-")[0]])


@pytest.mark.parametrize(("said", "answers"), [("grbl", "marlin"), ("marlin", "sangaboard"), ("sangaboard", "grbl")])
def test_another_board_than_the_settings_say_is_told(said: str, answers: str) -> None:
    transport, _, clock = wire(answers)
    with pytest.raises(WrongFirmware, match="is no") as told:
        Scope(settings(said), lambda: transport, clock)
    assert "board" in told.value.remedy


def test_a_board_in_an_alarm_is_opened_locked() -> None:
    transport, board, clock = wire("grbl")
    board.feed(b"G91G1X9F60\n")
    board.feed(b"\x18")
    scope = Scope(settings("grbl"), lambda: transport, clock)
    assert isinstance(scope.fault, BoardAlarm)
    with pytest.raises(MotionLocked):
        scope.move_to(1.0)
    scope.clear()
    with pytest.raises(MotionLocked, match="not known"):
        scope.move_to(1.0)
    scope.home()
    scope.move_to(1.0)


def test_nobody_there_is_told() -> None:
    with pytest.raises(BoardUnavailable):
        Scope(settings("grbl").model_copy(update={"port": "/nonexistent/tty"}))
