"""What a supervisor decides, without threads, devices or clocks: laws of the state machine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import BadPicture, BadSourceUri, SourceFrozen, SourceLost, SourceUnavailable
from firmware_bridge.supervision.mark import Mark
from firmware_bridge.supervision.vigil import (
    LEAST_REPEATS,
    LONGEST_PAUSE_S,
    STEADY_S,
    UNREADABLE_S,
    LinkPhase,
    Vigil,
    pause_s,
)
from firmware_bridge.supervision.watch import CAMERA, RECORDED, watch_of
from firmware_bridge.uri import SCHEMES, parse_uri

GONE = SourceLost("Gone.", "Plug it in.")


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (33, 20, 3), np.uint8)


def mark(number: int) -> Mark:
    return Mark(noise(number))


def live_at(now_s: float) -> Vigil:
    vigil = Vigil(CAMERA)
    vigil.opening(now_s)
    assert vigil.picture(mark(1), now_s)
    return vigil


def test_it_opens_lives_is_lost_and_comes_back() -> None:
    vigil = Vigil(CAMERA)
    said: list[LinkPhase] = []

    def note() -> None:
        said.append(vigil.state(0.0).phase)

    for happens in (
        lambda: vigil.opening(0.0),
        lambda: vigil.picture(mark(1), 0.1),
        lambda: vigil.lost(GONE, 0.2),
        lambda: vigil.opening(0.7),
        lambda: vigil.picture(mark(2), 0.8),
    ):
        happens()
        note()
    assert said == ["opening", "live", "waiting", "opening", "live"]
    counts = vigil.state(1.0).counts
    assert (counts.openings, counts.losses, counts.recoveries, counts.freezes) == (2, 1, 1, 0)
    assert vigil.state(1.0).fault is None


def test_while_it_waits_it_says_why_which_try_and_when() -> None:
    vigil = live_at(0.0)
    assert vigil.lost(GONE, 10.0) == 0.5
    state = vigil.state(10.2)
    assert (state.phase, state.fault, state.attempt) == ("waiting", GONE, 1)
    assert state.next_s == pytest.approx(0.3)
    vigil.opening(10.5)
    assert vigil.state(10.6).next_s == 0.0
    assert vigil.state(10.6).fault is GONE


@given(st.integers(1, 1000))
def test_pauses_double_up_to_a_limit(attempt: int) -> None:
    assert 0 < pause_s(attempt) <= pause_s(attempt + 1) <= LONGEST_PAUSE_S
    assert pause_s(attempt + 1) in (2 * pause_s(attempt), LONGEST_PAUSE_S)


def test_pauses_grow_while_it_flaps_and_begin_anew_once_it_was_steady() -> None:
    vigil, now_s, pauses = live_at(0.0), 0.0, []
    for _ in range(4):
        pauses.append(vigil.lost(GONE, now_s))
        vigil.opening(now_s)
        vigil.picture(mark(int(now_s * 1000)), now_s)
        now_s += 1.0
    assert pauses == pytest.approx([0.5, 1.0, 2.0, 4.0])
    vigil.picture(mark(99), now_s + STEADY_S)
    assert vigil.lost(GONE, now_s + STEADY_S) == pytest.approx(0.5)


def repeat_until_told(vigil: Vigil, times_s: list[float], interval_s: float) -> None:
    while True:
        times_s.append((len(times_s) + 1) * interval_s)
        assert not vigil.picture(mark(1), times_s[-1])


@given(st.floats(0.01, 2.0))
def test_the_same_picture_for_too_long_is_frozen(interval_s: float) -> None:
    times_s: list[float] = []
    with pytest.raises(SourceFrozen, match="same picture"):
        repeat_until_told(live_at(0.0), times_s, interval_s)
    assert CAMERA.frozen_s is not None
    assert len(times_s) >= LEAST_REPEATS
    assert times_s[-1] >= CAMERA.frozen_s
    assert len(times_s) == LEAST_REPEATS or times_s[-2] < CAMERA.frozen_s


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60))
def test_a_changing_picture_is_never_frozen_and_every_repeat_is_counted(numbers: list[int]) -> None:
    vigil = Vigil(CAMERA)
    vigil.opening(0.0)
    new = [vigil.picture(mark(number), 0.01 * k) for k, number in enumerate(numbers)]
    assert new == [k == 0 or number != numbers[k - 1] for k, number in enumerate(numbers)]
    assert vigil.state(1.0).counts.repeated == new.count(False)


def test_recorded_pictures_may_stand_still_for_ever() -> None:
    vigil = Vigil(RECORDED)
    vigil.opening(0.0)
    assert all(vigil.picture(mark(1), float(second)) for second in range(1000))


def test_what_is_still_frozen_when_reopened_waits_longer() -> None:
    vigil = live_at(0.0)
    frozen = SourceFrozen("Same.", "Unplug.")
    assert vigil.lost(frozen, 5.0) == 0.5
    vigil.opening(5.5)
    assert not any(vigil.picture(mark(1), 6.0) for _ in range(LEAST_REPEATS - 1))
    with pytest.raises(SourceFrozen):
        vigil.picture(mark(1), 6.0)
    assert vigil.state(6.0).phase == "opening"
    assert vigil.lost(frozen, 6.0) == 1.0
    assert vigil.state(6.0).counts.freezes == 2


def test_nothing_but_unreadable_pictures_is_a_loss() -> None:
    vigil, bad = live_at(0.0), BadPicture("Half a JPEG.", "Check the cable.")
    vigil.unreadable(bad, UNREADABLE_S - 0.1)
    with pytest.raises(SourceLost, match="No whole picture"):
        vigil.unreadable(bad, UNREADABLE_S)


def test_never_opened_is_waiting_too() -> None:
    vigil = Vigil(CAMERA)
    vigil.opening(0.0)
    assert vigil.state(0.0).attempt == 0
    vigil.lost(SourceUnavailable("Nothing there.", "Plug it in."), 0.0)
    assert (vigil.state(0.0).counts.recoveries, vigil.state(0.0).counts.losses) == (0, 0)
    assert vigil.state(0.0).phase == "waiting"


def test_the_end_is_the_end() -> None:
    vigil = live_at(0.0)
    vigil.ended()
    assert (vigil.state(1.0).phase, vigil.state(1.0).next_s) == ("ended", None)


def test_every_kind_of_source_is_watched() -> None:
    for form in SCHEMES.values():
        watch = watch_of(parse_uri(form.example))
        assert watch.ends == (watch.frozen_s is None)


@pytest.mark.parametrize("kind", ["camera:0?", "csi://0?"])
@given(exposure_ms=st.floats(0.1, 10_000.0))
def test_a_long_exposure_is_no_silence(kind: str, exposure_ms: float) -> None:
    watch = watch_of(parse_uri(f"{kind}exposure_ms={exposure_ms}"))
    assert watch.silent_s is not None
    assert watch.silent_s >= exposure_ms / 1000.0 + 3.0


@pytest.mark.parametrize("kind", ["camera:0?", "sim:?slide=1&"])
@given(fps=st.floats(0.1, 120.0))
def test_few_pictures_a_second_are_no_silence_and_many_do_not_hide_one(kind: str, fps: float) -> None:
    watch = watch_of(parse_uri(f"{kind}fps={fps}"))
    assert watch.silent_s is not None
    assert 3.0 + 1.0 / fps <= watch.silent_s <= 3.0 + 2.0 / fps + 1e-9


@pytest.mark.parametrize("plan", ["foo@3", "unplug", "unplug@x", "frozen@3:", "unplug@3,,torn@4"])
def test_a_plan_of_faults_that_makes_no_sense_is_refused_before_anything_is_opened(plan: str) -> None:
    with pytest.raises(BadSourceUri):
        watch_of(parse_uri(f"sim:?faults={plan}"))


@given(st.integers(0, 2**32 - 1), st.sampled_from([0, 16, 32]))
def test_a_grain_of_noise_makes_another_mark(seed: int, row: int) -> None:
    """In whichever of the rows that are looked at."""
    pixels, noisy = noise(seed), noise(seed)
    noisy[row, seed % 20, 1] ^= 1
    assert Mark(pixels).is_same(Mark(pixels.copy()))
    assert not Mark(pixels).is_same(Mark(noisy))


@pytest.mark.parametrize("level", [0, 7, 255])
def test_a_covered_lens_is_no_repeat(level: int) -> None:
    covered = Mark(np.full((64, 64, 3), level, np.uint8))
    assert not covered.is_same(covered)
