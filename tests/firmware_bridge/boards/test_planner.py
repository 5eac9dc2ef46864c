"""The queue of moves that the simulated G-code boards work through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.boards.said import Said
from firmware_bridge.boards.words import MODAL
from firmware_bridge.sim.boards.grblsettings import GrblSettings
from firmware_bridge.sim.boards.mechanics import Gear, Mechanics, Triple
from firmware_bridge.sim.boards.modes import Modes
from firmware_bridge.sim.boards.planner import DEPTH, Planner
from firmware_bridge.sim.body import Body
from firmware_bridge.transport import FakeClock

GOALS = st.lists(st.tuples(*[st.floats(-50, 50)] * 3), min_size=1, max_size=8)


def planned(gear: Gear | None = None) -> tuple[Planner, FakeClock]:
    clock = FakeClock()
    return Planner(Mechanics(Body(clock=clock), gear or Gear(), clock)), clock


def work(planner: Planner, clock: FakeClock, for_s: float) -> bool:
    blocked = False
    for _ in range(int(for_s / 0.05) + 1):
        blocked |= planner.work()
        clock.sleep(0.05)
    return blocked


@given(GOALS)
def test_moves_end_where_the_last_one_leads(goals: list[Triple]) -> None:
    planner, clock = planned()
    for goal in goals:
        planner.add(goal, 6000.0)
    assert planner.goal == goals[-1]
    work(planner, clock, 4.0 * len(goals))
    assert planner.idle
    assert planner.mechanics.count == pytest.approx(goals[-1], abs=1e-9)


@given(GOALS, st.floats(0.1, 3.0))
def test_a_hold_loses_nothing(goals: list[Triple], after_s: float) -> None:
    planner, clock = planned()
    for goal in goals:
        planner.add(goal, 6000.0)
    work(planner, clock, after_s)
    planner.hold()
    held = planner.mechanics.count
    work(planner, clock, 5.0)
    assert planner.mechanics.count == pytest.approx(held)
    planner.held = False
    work(planner, clock, 4.0 * len(goals) + 8.0)
    assert planner.mechanics.count == pytest.approx(goals[-1], abs=1e-6)


@given(GOALS, st.floats(0.1, 3.0))
def test_a_halt_forgets_the_rest(goals: list[Triple], after_s: float) -> None:
    planner, clock = planned()
    for goal in goals:
        planner.add(goal, 6000.0)
    work(planner, clock, after_s)
    planner.halt()
    here = planner.mechanics.count
    work(planner, clock, 10.0)
    assert planner.mechanics.count == here
    assert planner.goal == here
    assert planner.idle


def test_it_takes_no_more_than_it_can_hold() -> None:
    planner, _ = planned()
    for step in range(DEPTH):
        assert not planner.full
        planner.add((float(step + 1), 0.0, 0.0), 60.0)
    assert planner.full


def test_an_end_of_the_travel_is_told_and_the_rest_is_reckoned_from_there() -> None:
    planner, clock = planned(Gear(high_um=(5000.0, 5000.0, 5000.0)))
    planner.add((9.0, 0.0, 0.0), 6000.0)
    planner.add((8.0, 0.0, 0.0), 6000.0)
    assert work(planner, clock, 1.0)
    assert planner.mechanics.count[0] == pytest.approx(4.0)
    assert planner.goal[0] == pytest.approx(4.0)


def test_an_end_of_the_travel_is_told_when_it_is_met_and_stops_all_axes() -> None:
    planner, clock = planned(Gear(high_um=(4000.0, 9000.0, 9000.0)))
    planner.add((8.0, 2.0, 0.0), 60.0 * 8.0)
    assert not work(planner, clock, 0.4)
    assert 0.0 < planner.mechanics.count[0] < 4.0
    assert work(planner, clock, 0.3)
    assert planner.mechanics.count == pytest.approx((4.0, 1.0, 0.0))
    assert not work(planner, clock, 1.0)


def test_what_stands_in_the_way_is_told_at_once() -> None:
    planner, _ = planned(Gear(high_um=(0.0, 9000.0, 9000.0)))
    planner.add((8.0, 2.0, 0.0), 60.0)
    assert planner.work()
    assert planner.idle
    assert planner.mechanics.count == planner.goal == (0.0, 0.0, 0.0)


@given(st.floats(-100, 100), st.floats(1, 1000))
def test_inches_are_inches(x: float, feed: float) -> None:
    modes = Modes(inches=True)
    modes.follow(Said("G1", {"x": x, "f": feed}))
    assert modes.feed == pytest.approx(25.4 * feed)
    assert modes.target(Said("G1", {"x": x}), (7.0, 8.0, 9.0)) == pytest.approx((25.4 * x, 8.0, 9.0))


def test_a_line_of_axes_alone_keeps_the_motion_in_force() -> None:
    modes = Modes()
    modes.follow(Said("G1", {"f": 100.0}))
    modes.follow(Said(MODAL, {"x": 1.0}))
    assert (modes.motion, modes.feed) == ("G1", 100.0)


@pytest.mark.parametrize(
    ("values", "relative", "inches"),
    [({}, True, True), ({"g90": 1}, False, True), ({"g91": 1, "g21": 1}, True, False), ({"g20": 1}, True, True)],
)
def test_a_jog_has_modes_of_its_own(values: dict[str, float], relative: bool, inches: bool) -> None:
    assert Modes(relative=True, inches=True).of_jog(Said("$J", values)) == Modes(relative, inches)


@pytest.mark.parametrize(
    ("number", "value", "error"), [(110, 500.0, 0), (999, 1.0, 3), (110, -1.0, 4), (20, 1.0, 0), (22, 0.0, 0)]
)
def test_settings_are_checked(number: int, value: float, error: int) -> None:
    settings = GrblSettings()
    assert settings.set(number, value) == error
    assert (dict(settings).get(number) == value) is (error == 0)


def test_soft_limits_need_homing() -> None:
    settings = GrblSettings()
    settings.set(22, 0.0)
    assert settings.set(20, 1.0) == 10
    assert not settings.beyond((1e6, 0.0, 0.0))
