"""What a scope reads of a GRBL's settings: the steps that it rests on, the full scale of its lamp, its soft limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as tuned
from hypothesis import strategies as st

from firmware_bridge.errors import BoardNonsense, BoardRefused, MotionLocked, MoveFailed
from firmware_bridge.scope import Scope
from firmware_bridge.sim.boards.make import make_board
from firmware_bridge.transport import FakeClock, LoopTransport
from tests.boards import Stand, settings

PLACES = st.tuples(*[st.floats(-100, 100)] * 3)


def told(*lines: str, **others: object) -> Stand:
    """A scope on a GRBL that was set so before."""
    clock = FakeClock()
    board = make_board("grbl", clock=clock)
    for line in lines:
        assert board.feed(f"{line}\n".encode()) == b"ok\r\n"
    scope = Scope(settings("grbl", **others), lambda: LoopTransport(board, clock, clock.sleep), clock)  # type: ignore[arg-type]
    return Stand(scope, board, clock)


@pytest.mark.parametrize("steps", [80, 250, 400, 800, 3200])
@tuned(max_examples=30)
@given(goals=st.lists(PLACES, min_size=1, max_size=4), backlash_um=st.sampled_from([0.0, 5.0]))
def test_resting_on_the_step_next_to_the_goal_is_arriving(
    steps: int, goals: list[tuple[float, float, float]], backlash_um: float
) -> None:
    stood = told(f"$100={steps}", f"$101={steps}", f"$102={steps}", backlash_um=backlash_um)
    for goal in goals:
        stood.scope.move_to(*goal)
        pose = stood.body.pose
        assert (pose.x_um, pose.y_um, pose.z_um) == pytest.approx(goal, abs=500.0 / steps + 0.02)


def test_ending_two_steps_away_is_no_arriving() -> None:
    stood = told("$100=250", "$101=250", "$102=250", backlash_um=0.0)
    feed = stood.board.feed
    stood.board.feed = lambda data: feed(data.replace(b"X0.1 ", b"X0.092 "))  # type: ignore[method-assign]
    with pytest.raises(MoveFailed, match="instead of 100"):
        stood.scope.move_to(100.0, 0.0, 0.0)


@pytest.mark.parametrize("full", [255, 1000, 10000])
@given(share=st.sampled_from([0.0, 0.25, 0.5, 1.0]))
def test_the_lamp_is_a_share_of_the_full_scale_that_is_set(full: int, share: float) -> None:
    stood = told(f"$30={full}")
    stood.scope.lamp(share)
    assert stood.body.pose.lamp == pytest.approx(share, abs=1e-6)


def test_a_lamp_without_full_scale_is_told_and_nothing_is_locked() -> None:
    stood = told("$30=0")
    with pytest.raises(BoardRefused, match="full scale"):
        stood.scope.lamp(0.5)
    stood.scope.move_to(1.0)


def test_a_board_without_steps_is_told_at_its_opening() -> None:
    with pytest.raises(BoardNonsense, match="steps per millimetre") as fault:
        told("$101=0")
    assert "$101" in fault.value.remedy


def test_a_jog_beyond_the_boards_own_soft_limits_stops_the_scope_with_the_reason() -> None:
    """GRBL's travel reaches from minus $130 to 0, and it refuses before anything moves."""
    stood = told("$130=0.05", "$20=1")
    stood.scope.move_to(-30.0)
    before = stood.body.pose
    with pytest.raises(BoardRefused, match="leave the travel of the machine"):
        stood.scope.move_to(-80.0)
    assert stood.body.pose == before
    with pytest.raises(MotionLocked):
        stood.scope.move_to(-31.0)
    stood.scope.clear()
    stood.scope.move_to(-35.0)
    assert stood.body.pose.x_um == pytest.approx(-35.0, abs=0.17)
