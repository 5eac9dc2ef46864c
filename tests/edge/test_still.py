"""When a picture may be taken by itself: it stands still, it is of a place that was not captured, and once only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.intake.still import StillLimits, Stillness, StillWatch, difference, glance
from edge.types import Frame, Pixels
from tests.stations import simulated_field

SIZE = 720, 540
FPS = 10.0
Scene = Callable[[float], Pixels]


@cache
def smear() -> Pixels:
    return simulated_field((1500, 1000), cells=36, seed=3)


def place(x: float, y: float = 0.0, blur_px: float = 0.0, light: float = 1.0, noise: int = 0) -> Pixels:
    left, top = round(x), round(y)
    lit = smear()[top : top + SIZE[1], left : left + SIZE[0]] * np.float32(light)
    soft = cv2.GaussianBlur(lit, (0, 0), blur_px) if blur_px > 0.2 else lit
    grain = np.random.default_rng(noise).normal(0, 4, soft.shape)
    return np.asarray(np.clip(soft + grain, 0, 255), np.uint8)


def play(watch: StillWatch, scene: Scene, seconds: float, start_s: float = 0.0) -> list[Stillness]:
    """What is said of each picture of a scene; pictures differ by their noise at least."""
    count = round(seconds * FPS)
    return [watch.see(Frame(scene(k / FPS), sequence=k, taken_ms=1000 * (start_s + k / FPS))) for k in range(count)]


def still(x: float, y: float = 0.0, light: float = 1.0, blur_px: float = 0.0) -> Scene:
    return lambda t: place(x, y, blur_px, light, round(t * FPS) + 1)


def moving(speed_px_s: float) -> Scene:
    return lambda t: place(20 + speed_px_s * t, noise=round(t * FPS) + 1)


def motions(said: Iterable[Stillness]) -> list[str]:
    return [each.motion for each in said]


def test_it_settles_and_is_steady() -> None:
    said = motions(play(StillWatch(), still(50), 2.0))
    assert said[0] == "moving"
    assert said[1:9] == ["settling"] * 8
    assert set(said[9:]) == {"steady"}


@pytest.mark.parametrize("speed_px_s", [60, 150, 400])
def test_a_moving_stage_is_never_steady(speed_px_s: float) -> None:
    assert "steady" not in motions(play(StillWatch(), moving(speed_px_s), 1.6))


def test_a_creeping_stage_is_not_steady_for_long() -> None:
    """One pixel a picture: no two neighbours differ, and yet it moves on."""
    said = motions(play(StillWatch(), moving(10), 4.0))
    assert said.count("steady") <= len(said) // 4


def test_a_hand_on_the_focus_knob_is_not_steady() -> None:
    turning = lambda t: place(50, blur_px=18 * abs(np.sin(3 * t)), noise=round(t * FPS))  # noqa: E731
    assert "steady" not in motions(play(StillWatch(), turning, 3.0))


def test_a_flickering_lamp_does_not_disturb() -> None:
    flicker = lambda t: place(50, light=1 - 0.1 * (round(t * FPS) % 2), noise=round(t * FPS))  # noqa: E731
    assert motions(play(StillWatch(), flicker, 2.0))[-1] == "steady"


def test_between_both_limits_it_stays_what_it_was() -> None:
    watch = StillWatch(StillLimits(settles=0.06, moves=0.15))
    play(watch, still(50), 1.5)
    jitter = lambda t: place(50 + 2 * (round(t * FPS) % 2), noise=round(t * FPS))  # noqa: E731
    said = play(watch, jitter, 1.0, start_s=1.5)
    assert all(0.06 < each.change < 0.15 for each in said[1:])
    assert set(motions(said)) == {"steady"}
    fresh = StillWatch()
    assert set(motions(play(fresh, jitter, 2.0))) == {"moving"}


def test_the_same_steady_place_is_due_once() -> None:
    watch = StillWatch()
    taken = 0
    for scene, start_s in (
        (still(50), 0.0),
        (still(50, light=0.9), 2.0),
        (still(53), 4.0),
        (still(50, blur_px=3), 6.0),
    ):
        for k in range(20):
            frame = Frame(scene(k / FPS), taken_ms=1000 * (start_s + k / FPS))
            if watch.see(frame).due:
                taken += 1
                watch.captured(frame)
    assert taken == 1


def test_another_place_is_due_again_and_so_is_the_first_after_it() -> None:
    watch, taken, start_s = StillWatch(), [], 0.0
    for x in (50, 600, 50):
        for k in range(20):
            frame = Frame(still(x)(k / FPS), taken_ms=1000 * (start_s + k / FPS))
            if watch.see(frame).due:
                taken.append(x)
                watch.captured(frame)
        start_s += 2.0
    assert taken == [50, 600, 50]


def test_a_hand_before_the_lamp_is_no_other_place() -> None:
    watch = StillWatch()
    play(watch, still(50), 1.5)
    watch.captured(Frame(place(50)))
    hand = lambda t: place(600, light=0.3, noise=round(t * FPS))  # noqa: E731
    play(watch, hand, 0.3, start_s=1.5)
    assert not any(each.due for each in play(watch, still(50), 2.0, start_s=1.8))


def test_a_gap_in_the_pictures_starts_anew() -> None:
    watch = StillWatch()
    assert play(watch, still(50), 1.5)[-1].motion == "steady"
    assert watch.see(Frame(place(50, noise=77), taken_ms=60_000)).motion == "moving"


def test_the_same_picture_again_changes_nothing() -> None:
    watch = StillWatch()
    frame = Frame(place(50), taken_ms=1000)
    said = [watch.see(frame) for _ in range(30)]
    assert set(motions(said)) == {"moving"}


def test_a_jump_of_the_stage_is_told() -> None:
    watch = StillWatch()
    play(watch, still(50), 1.0)
    assert play(watch, still(600), 0.3, start_s=1.0)[0].new_place


def test_the_same_pictures_give_the_same_answer() -> None:
    first, second = (play(StillWatch(), moving(25), 2.0) for _ in range(2))
    assert first == second


@settings(max_examples=20, deadline=None)
@given(light=st.floats(0.6, 1.05), seed=st.integers(0, 50))
def test_brightness_and_noise_are_no_difference(light: float, seed: int) -> None:
    assert difference(glance(place(50)), glance(place(50, light=light, noise=seed))) < 0.05


def test_bare_glass_does_not_divide_by_nothing() -> None:
    flat = np.full((*SIZE[::-1], 3), 220, np.uint8)
    assert difference(glance(flat), glance(flat)) == 0
    assert difference(glance(np.zeros_like(flat)), glance(flat)) >= 1
