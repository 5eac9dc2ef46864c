"""The simulated microscope's body: straight lines, in time, from wherever it is."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.sim.body import Body, Pose

PLACES = st.floats(-5000, 5000)
POSES = st.builds(Pose, PLACES, PLACES, PLACES, st.floats(0, 1))


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@given(start=POSES, goal=POSES, speed_um_s=st.floats(1, 1e4))
def test_it_arrives_exactly_after_the_time_it_names(start: Pose, goal: Pose, speed_um_s: float) -> None:
    clock = Clock()
    body = Body(start, clock)
    clock.now_s += body.go(goal, speed_um_s) + 1e-6
    assert body.pose == goal
    assert not body.moving


@given(goal=POSES, share=st.floats(0.1, 0.9))
def test_on_its_way_it_is_on_the_line_and_halts_there(goal: Pose, share: float) -> None:
    clock = Clock()
    body = Body(Pose(), clock)
    clock.now_s += share * body.go(goal, 100.0)
    here = body.halt()
    clock.now_s += 1000
    assert body.pose == here
    assert math.isclose(here.x_um, share * goal.x_um, rel_tol=1e-6, abs_tol=1e-6)
    assert here.lamp == goal.lamp


def test_a_new_goal_is_reached_from_where_it_is() -> None:
    clock = Clock()
    body = Body(Pose(), clock)
    body.go(Pose(x_um=100.0), 10.0)
    clock.now_s += 5
    assert body.go(Pose(x_um=50.0, y_um=30.0), 10.0) == pytest.approx(3.0)


@pytest.mark.parametrize(("goal", "speed_um_s"), [(Pose(x_um=math.nan), 1.0), (Pose(), 0.0), (Pose(), -1.0)])
def test_no_way_there_is_refused(goal: Pose, speed_um_s: float) -> None:
    with pytest.raises(ValueError, match="no way"):
        Body().go(goal, speed_um_s)
