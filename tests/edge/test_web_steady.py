"""When a view rests, and when it is another place: moved, focused, jumped."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.types import Frame, Verdict
from edge.web.steady import ENOUGH_LOOKS, OTHER_PLACE_SHARE, STILL_SHARE, Steadiness, View, looking
from tests.cases import painted_frame

SIZE = (800, 600)
SLIDE = painted_frame(5, 120, (2400, 1800)).pixels
OTHER = painted_frame(6, 61, (2400, 1800)).pixels
MIDDLE = (800, 600)


def view_of(slide: np.ndarray, x_px: int, y_px: int) -> Frame:
    """What lies under a lens at this corner of the slide."""
    return Frame(np.ascontiguousarray(slide[y_px : y_px + SIZE[1], x_px : x_px + SIZE[0]]), name="view")


def looks(*frames: Frame) -> list[View]:
    steadiness = Steadiness()
    return [steadiness.look(frame) for frame in frames]


def test_the_first_picture_is_a_place_but_has_not_rested() -> None:
    assert looks(view_of(SLIDE, *MIDDLE)) == [View(0, 1)]


def test_rest_is_counted_up_to_enough() -> None:
    came = looks(*[view_of(SLIDE, *MIDDLE)] * (ENOUGH_LOOKS + 3))
    assert [view.still for view in came] == [0, 1, 2, *[ENOUGH_LOOKS] * (len(came) - 3)]


@settings(deadline=None, max_examples=25)
@given(st.integers(-60, 60), st.integers(-60, 60))
def test_a_move_is_no_rest_and_a_small_one_is_the_same_place(x_px: int, y_px: int) -> None:
    share = float(np.hypot(x_px, y_px)) / SIZE[0]
    first, second = looks(view_of(SLIDE, *MIDDLE), view_of(SLIDE, MIDDLE[0] + x_px, MIDDLE[1] + y_px))
    assert second.place == first.place
    if share > 1.5 * STILL_SHARE:
        assert second.still == 0
    elif share < 0.5 * STILL_SHARE:
        assert second.still == 1


def test_a_slow_walk_comes_to_other_places() -> None:
    step_px = 40
    came = looks(*(view_of(SLIDE, 100 + k * step_px, 600) for k in range(30)))
    walked = 29 * step_px / SIZE[0]
    assert came[-1].place - 1 == pytest.approx(walked / OTHER_PLACE_SHARE, abs=2)
    assert all(view.still == 0 for view in came)


def test_a_jump_is_another_place_and_so_is_the_way_back() -> None:
    here, there = view_of(SLIDE, *MIDDLE), view_of(OTHER, *MIDDLE)
    assert [view.place for view in looks(here, there, there, here)] == [1, 2, 2, 3]


def test_breathing_focus_and_lamp_change_neither_rest_nor_place() -> None:
    here = view_of(SLIDE, *MIDDLE)
    soft = Frame(np.asarray(cv2.GaussianBlur(here.pixels, (0, 0), 1.5), np.uint8), name="soft")
    dim = Frame((here.pixels * 0.9).astype(np.uint8), name="dim")
    assert looks(here, soft, here, dim) == [View(0, 1), View(1, 1), View(2, 1), View(3, 1)]


def test_each_picture_is_gated_and_looked_at_once() -> None:
    gated: list[Frame] = []

    def gate(frame: Frame) -> Verdict:
        gated.append(frame)
        return Verdict(True, (), {})

    look = looking(gate)
    here = view_of(SLIDE, *MIDDLE)
    assert [look(here).view.still, look(here).view.still] == [0, 1]
    assert gated == [here, here]
