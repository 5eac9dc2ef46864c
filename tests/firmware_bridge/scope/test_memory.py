"""Coordinates outlast the program where the board still counts from them; where it does not, that is told."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as tuned
from hypothesis import strategies as st

from firmware_bridge.errors import BadScopeSettings, BoardRefused, BoardRestarted, MotionLocked
from firmware_bridge.scope.memory import HOME, NoMemory, PlaceFile, Remembered
from tests.boards import Stand, reopened, stand

NAMES = ("sangaboard", "sangaboard-0.5", "marlin", "marlin-plain", "grbl")
PLACE = (300.0, 200.0, 100.0)


def off_um(stood: Stand) -> float:
    """How far the scope is from the truth, after `place(*PLACE)` where the body was at 0 0 0."""
    pose = stood.body.pose
    apart = zip(stood.scope.position.triple, PLACE, (pose.x_um, pose.y_um, pose.z_um), strict=True)
    return max(abs(said - place - at) for said, place, at in apart)


def placed(name: str, memory: PlaceFile) -> Stand:
    stood = reopened(stand(name), memory)
    stood.scope.place(*PLACE)
    return stood


@pytest.mark.parametrize("name", NAMES)
def test_the_next_program_knows_where_it_is(name: str, tmp_path: Path) -> None:
    memory = PlaceFile(tmp_path / "stages" / "place.json")
    stood = placed(name, memory)
    stood.scope.move_to(320.0)
    again = reopened(stood, memory)
    assert again.scope.fault is None
    assert again.scope.origin == stood.scope.origin
    assert again.scope.position.triple == pytest.approx((320.0, 200.0, 100.0), abs=0.1)
    again.scope.move_to(310.0)
    assert off_um(again) < 0.1


@pytest.mark.parametrize("name", NAMES)
def test_a_board_that_was_without_power_is_told_and_nothing_moves_until_somebody_says_where_it_is(
    name: str, tmp_path: Path
) -> None:
    memory = PlaceFile(tmp_path / "place.json")
    stood = placed(name, memory)
    stood.scope.move_to(320.0)
    stood.board.reset()
    again, before = reopened(stood, memory), stood.body.pose
    assert isinstance(again.scope.fault, MotionLocked)
    assert "does not count as it did" in again.scope.fault.what
    with pytest.raises(MotionLocked, match="does not count as it did"):
        again.scope.move_to(z_um=0.0)
    stood.clock.sleep(10)
    assert stood.body.pose == before
    again.scope.place(320.0, 200.0, 100.0)
    assert again.scope.origin == stood.scope.origin
    again.scope.move_to(310.0)
    assert off_um(again) < 0.1
    assert reopened(again, memory).scope.fault is None


class Killed(BaseException):
    """The program."""


@pytest.mark.parametrize("name", NAMES)
@tuned(max_examples=12)
@given(
    moves=st.lists(st.tuples(*[st.floats(-100, 100)] * 3), min_size=1, max_size=4),
    after_s=st.floats(0.0, 2.0),
    rest_s=st.floats(0.0, 3.0),
    cut=st.booleans(),
)
def test_whenever_it_is_killed_the_next_program_is_right_or_says_that_it_does_not_know(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    moves: list[tuple[float, float, float]],
    after_s: float,
    rest_s: float,
    cut: bool,
) -> None:
    memory = PlaceFile(tmp_path_factory.mktemp("kill") / "place.json")
    stood = placed(name, memory)
    until_s = stood.clock() + after_s
    transport = stood.scope._motion.link.transport
    sleep = stood.clock.sleep

    def mortal(for_s: float) -> None:
        sleep(for_s)
        if stood.clock() > until_s:
            raise Killed

    transport._sleep = mortal  # type: ignore[attr-defined]
    with suppress(Killed):
        for move in moves:
            stood.scope.move_by(*move)
    if cut:
        stood.board.reset()
    stood.clock.sleep(rest_s)
    stood.board.tick()
    again = reopened(stood, memory)
    stood.clock.sleep(10)
    stood.board.tick()
    assert again.scope.fault is not None or off_um(again) < 1.2  # GRBL reports three decimals of a millimetre


def test_a_place_lost_in_mid_work_stays_lost_for_the_next_program(tmp_path: Path) -> None:
    memory = PlaceFile(tmp_path / "place.json")
    stood = placed("grbl", memory)
    stood.scope.move_to(320.0)
    stood.scope._motion.link.transport._said += stood.board.reset()  # type: ignore[attr-defined]
    with pytest.raises(BoardRestarted):
        stood.scope.move_to(330.0)
    stood.scope.clear()
    stood.scope.stop()
    stood.scope.clear()
    assert isinstance(reopened(stood, memory).scope.fault, MotionLocked)


def test_home_is_the_same_origin_whenever_it_is_found(tmp_path: Path) -> None:
    memory = PlaceFile(tmp_path / "place.json")
    stood = placed("grbl", memory)
    assert stood.scope.origin not in ("", HOME)
    stood.scope.home()
    assert stood.scope.origin == HOME
    stood.scope.place(1.0)
    assert stood.scope.origin != HOME
    with pytest.raises(BoardRefused):
        stand("sangaboard").scope.home()


NO_ZERO = '{"origin": "a", "zero": [NaN, 0, 0], "rest": [1, 0, 0], "goal": [1, 0, 0], "lost": false}'


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"origin": "a", "zero": [0], "rest": 1, "goal": 2, "lost": false}', NO_ZERO]
)
def test_a_damaged_file_says_that_the_place_is_lost(tmp_path: Path, text: str) -> None:
    path = tmp_path / "place.json"
    path.write_text(text)
    stood = stand("grbl", reach_um=2000.0)
    stood.scope.move_to(1000.0)
    stood = reopened(stood, PlaceFile(path))
    assert isinstance(stood.scope.fault, MotionLocked)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadScopeSettings, match=r"cannot be read from .*: Is a directory"):
        PlaceFile(tmp_path).recall()


def test_what_cannot_be_written_down_does_not_move(tmp_path: Path) -> None:
    (tmp_path / "stages").write_text("a file where a folder should be")
    stood = reopened(stand("grbl"), NoMemory())
    stood.scope._motion._memory = PlaceFile(tmp_path / "stages" / "place.json")
    with pytest.raises(BadScopeSettings, match="cannot be written"):
        stood.scope.move_to(50.0)
    stood.clock.sleep(10)
    assert stood.body.pose.x_um == 0.0


TRIPLES = st.tuples(*[st.floats(-1e6, 1e6)] * 3)


@given(TRIPLES, TRIPLES, TRIPLES, st.booleans())
def test_what_is_kept_is_recalled_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory,
    zero: tuple[float, float, float],
    rest: tuple[float, float, float],
    goal: tuple[float, float, float],
    lost: bool,
) -> None:
    file = PlaceFile(tmp_path_factory.mktemp("keep") / "place.json")
    assert file.recall() is None
    kept = Remembered("origin", zero, rest, goal, lost)
    file.keep(kept)
    assert file.recall() == kept
