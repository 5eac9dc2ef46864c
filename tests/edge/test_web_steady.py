"""When a view rests, and when it is another place: moved, focused, jumped."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.types import Frame, Verdict
from edge.web.steady import (
    MOVES_SHARE,
    OTHER_PLACE_SHARE,
    RESTS_MS,
    STILL_SHARE,
    Looking,
    Steadiness,
    View,
    view_shape,
)
from tests.cases import painted_frame

SIZE = (800, 600)
SLIDE = painted_frame(5, 120, (2400, 1800)).pixels
OTHER = painted_frame(6, 61, (2400, 1800)).pixels
MIDDLE = (800, 600)
EVERY_MS = 400.0


def view_of(slide: np.ndarray, x_px: int, y_px: int) -> Frame:
    """What lies under a lens at this corner of the slide."""
    return Frame(np.ascontiguousarray(slide[y_px : y_px + SIZE[1], x_px : x_px + SIZE[0]]), name="view")


def looks(*frames: Frame, every_ms: float = EVERY_MS) -> list[View]:
    steadiness = Steadiness()
    return [steadiness.look(replace(frame, taken_ms=k * every_ms)) for k, frame in enumerate(frames)]


def test_the_first_picture_is_a_place_but_has_not_rested() -> None:
    assert looks(view_of(SLIDE, *MIDDLE)) == [View(False, 1)]


@pytest.mark.parametrize(("every_ms", "moving"), [(100.0, 10), (EVERY_MS, 3), (999.0, 2), (2500.0, 1)])
def test_a_view_rests_after_a_second_however_seldom_it_is_looked_at(every_ms: float, moving: int) -> None:
    """A kit that was busy looked less often, counted looks, and captured nothing within a stay of 4.5 s."""
    came = looks(*[view_of(SLIDE, *MIDDLE)] * (moving + 3), every_ms=every_ms)
    assert [view.rests for view in came] == [False] * moving + [True] * 3


@settings(deadline=None, max_examples=25)
@given(st.integers(-60, 60), st.integers(-60, 60))
def test_a_move_is_no_rest_and_a_small_one_is_the_same_place(x_px: int, y_px: int) -> None:
    share = float(np.hypot(x_px, y_px)) / SIZE[0]
    near = view_of(SLIDE, MIDDLE[0] + x_px, MIDDLE[1] + y_px)
    first, second = looks(view_of(SLIDE, *MIDDLE), near, every_ms=RESTS_MS)
    assert second.place == first.place
    if share > 1.5 * STILL_SHARE:
        assert not second.rests
    elif share < 0.5 * STILL_SHARE:
        assert second.rests


def test_a_slow_walk_comes_to_other_places() -> None:
    step_px = 40
    came = looks(*(view_of(SLIDE, 100 + k * step_px, 600) for k in range(30)))
    walked = 29 * step_px / SIZE[0]
    assert came[-1].place - 1 == pytest.approx(walked / OTHER_PLACE_SHARE, abs=2)
    assert not any(view.rests for view in came)


def test_a_jump_is_another_place_and_so_is_the_way_back() -> None:
    here, there = view_of(SLIDE, *MIDDLE), view_of(OTHER, *MIDDLE)
    assert [view.place for view in looks(here, there, there, here)] == [1, 2, 2, 3]


def test_breathing_focus_and_lamp_change_neither_rest_nor_place() -> None:
    here = view_of(SLIDE, *MIDDLE)
    soft = Frame(np.asarray(cv2.GaussianBlur(here.pixels, (0, 0), 1.5), np.uint8), name="soft")
    dim = Frame((here.pixels * 0.9).astype(np.uint8), name="dim")
    assert looks(here, soft, here, dim) == [View(False, 1)] * 3 + [View(True, 1)]


def test_each_picture_is_gated_and_looked_at_once() -> None:
    gated: list[Frame] = []

    def gate(frame: Frame) -> Verdict:
        gated.append(frame)
        return Verdict(True, (), {})

    look = Looking(gate).look
    here = view_of(SLIDE, *MIDDLE)
    later = replace(here, taken_ms=RESTS_MS)
    assert [look(each).view.rests for each in (here, later)] == [False, True]
    assert gated == [here, later]


def moved(*shares: float) -> list[Frame]:
    """The middle of the slide, moved along x by these shares of the width."""
    return [view_of(SLIDE, MIDDLE[0] + round(share * SIZE[0]), MIDDLE[1]) for share in shares]


def test_what_rests_may_tremble_and_what_trembles_does_not_rest() -> None:
    """Between both limits it stays what it was."""
    between = 0.5 * (STILL_SHARE + MOVES_SHARE)
    rested = looks(*moved(0, 0, 0, 0, between, 0, between))
    assert all(view.rests for view in rested[3:])
    trembled = looks(*moved(0, between, 0, between, 0))
    assert not any(view.rests for view in trembled)


def test_what_creeps_does_not_rest_for_long() -> None:
    """No two looks differ by much, and yet it moves on."""
    creep = 0.6 * STILL_SHARE
    came = looks(*moved(*(k * creep for k in range(30))))
    assert 0 < sum(view.is_due for view in came) < 12
    assert not all(view.rests for view in came[6:])


def test_a_place_stays_the_same_however_often_it_is_looked_at() -> None:
    """OpenCV multiplies what it correlates with the window, each time: after ten looks nothing was like the first."""
    steadiness, here = Steadiness(), view_of(SLIDE, *MIDDLE)
    steadiness.captured(here)
    came = [steadiness.look(replace(here, taken_ms=k * EVERY_MS)) for k in range(60)]
    assert came[3:] == [View(True, 1, True)] * 57


class AtOnce:
    """A stage that goes from place to place, and somebody who captures whatever is due."""

    def __init__(self) -> None:
        self.looking = Looking(lambda _: Verdict(True, (), {}))
        self.taken: list[str] = []
        self.now_ms = 0.0

    def stay(self, where: str, frame: Frame, looks: int = 6, light: float = 1.0) -> None:
        random = np.random.default_rng(len(self.taken))
        for _ in range(looks):
            noisy = np.clip(frame.pixels * light + random.normal(0, 4, frame.pixels.shape), 0, 255).astype(np.uint8)
            self.now_ms += EVERY_MS
            seen = Frame(noisy, name=where, taken_ms=self.now_ms)
            if view_shape(self.looking.look(seen))["capture"]:
                self.taken.append(where)
                self.looking.captured(seen)


def test_the_same_steady_place_is_captured_once() -> None:
    stage = AtOnce()
    here, near = moved(0, 0.05)
    stage.stay("here", here)
    stage.stay("dimmer", here, light=0.85)
    stage.stay("nudged", near)
    stage.stay("back", here)
    assert stage.taken == ["here"]


def test_each_place_is_captured() -> None:
    stage = AtOnce()
    for where, share in (("first", -0.8), ("second", 0.0), ("third", 0.6)):
        stage.stay(where, moved(share)[0])
    assert stage.taken == ["first", "second", "third"]


def test_a_hand_before_the_lamp_makes_no_new_place() -> None:
    stage = AtOnce()
    here = moved(0)[0]
    stage.stay("here", here)
    stage.stay("hand", Frame(np.full_like(here.pixels, 30), name="hand"), looks=2)
    stage.stay("here again", here)
    assert stage.taken == ["here"]


def test_a_capture_by_hand_counts_as_well() -> None:
    stage = AtOnce()
    here = moved(0)[0]
    stage.looking.captured(here)
    stage.stay("here", here)
    assert stage.taken == []


def test_what_is_not_good_is_never_due() -> None:
    bad = Looking(lambda _: Verdict(False, (), {}))
    here = moved(0)[0]
    looked = [bad.look(replace(here, taken_ms=k * EVERY_MS)) for k in range(8)]
    assert not any(view_shape(each)["capture"] for each in looked)
