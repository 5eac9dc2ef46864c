"""Focus stacking, and the aid for hands."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import BeyondLimits
from firmware_bridge.picture import Pixels
from firmware_bridge.scope import FocusAid, fuse, sharpness, take_stack
from tests.boards import stand
from tests.eyes import eye


def texture(seed: int = 0) -> Pixels:
    rng = np.random.default_rng(seed)
    return np.repeat(rng.integers(40, 220, (120, 160, 1), np.uint8), 3, axis=2)


def blurred(picture: Pixels, sigma: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def halves() -> list[Pixels]:
    """Two slices: one sharp on the left, one on the right."""
    sharp = texture()
    dull = blurred(sharp, 3)
    left, right = sharp.copy(), sharp.copy()
    left[:, 80:], right[:, :80] = dull[:, 80:], dull[:, :80]
    return [left, right]


def test_each_half_is_taken_from_its_sharp_slice() -> None:
    fused = fuse(halves(), [0.0, 2.0])
    assert np.mean(fused.depth[:, :70] == 0) > 0.99
    assert np.mean(fused.depth[:, 90:] == 1) > 0.99
    assert np.mean(fused.pixels == texture()) > 0.95
    assert fused.height_um()[60, 150] == 2.0


@given(st.permutations(range(4)))
def test_the_order_of_slices_changes_the_index_not_the_picture(order: list[int]) -> None:
    slices = [*halves(), blurred(texture(), 4), blurred(texture(), 6)]
    fused = fuse([slices[k] for k in order], [float(k) for k in order])
    plain = fuse(slices, [0.0, 1.0, 2.0, 3.0])
    assert np.mean(fused.pixels == plain.pixels) > 0.99
    assert np.mean(fused.height_um() == plain.height_um()) > 0.99


def test_one_slice_is_itself() -> None:
    fused = fuse([texture()], [5.0])
    assert np.array_equal(fused.pixels, texture())
    assert not fused.depth.any()


@pytest.mark.parametrize(
    ("pictures", "heights"), [([], []), ([texture()], [1.0, 2.0]), ([texture(), texture()[:50]], [0.0, 1.0])]
)
def test_what_is_no_stack_is_refused(pictures: list[Pixels], heights: list[float]) -> None:
    with pytest.raises(ValueError, match="stack"):
        fuse(pictures, heights)


def test_a_stack_is_as_sharp_as_its_best_slice_and_the_stage_returns() -> None:
    stood = stand("sangaboard")
    look = eye(stood, focus_um=1.0)
    stood.scope.move_to(z_um=1.0)
    best = sharpness(look()).fine
    stood.scope.move_to(z_um=0.0)
    fused = take_stack(stood.scope, look, step_um=0.5, slices=7)
    assert sharpness(fused.pixels).fine >= 0.9 * best
    assert stood.scope.position.z_um == pytest.approx(0.0, abs=0.05)
    assert fused.z_um == pytest.approx([-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5])


@pytest.mark.parametrize(("step_um", "slices"), [(0.5, 1), (0.5, 65), (0.0, 5), (-1.0, 5)])
def test_a_stack_that_makes_no_sense_is_refused(step_um: float, slices: int) -> None:
    stood = stand("grbl")
    with pytest.raises(ValueError, match="no stack"):
        take_stack(stood.scope, texture, step_um, slices)


def test_a_stack_keeps_to_the_limits() -> None:
    stood = stand("grbl", reach_um=6.0)
    with pytest.raises(BeyondLimits):
        take_stack(stood.scope, texture, step_um=5.0, slices=7)


def turned(heights: list[float], aid: FocusAid | None = None) -> list[str]:
    aid = aid or FocusAid()
    return [aid.see(1.0 / (1.0 + z * z)).hint for z in heights]


def test_the_aid_leads_to_focus() -> None:
    assert turned([3.0, 2.0, 1.0, 0.0, -1.0, -2.0, -1.0, 0.0]) == [
        *("turn", "keep turning", "keep turning", "keep turning"),
        *("turn back", "turn back", "keep turning", "there"),
    ]


def test_a_wrong_turn_is_told_at_once() -> None:
    assert turned([1.0, 2.0, 3.0]) == ["turn", "turn back", "turn back"]


def test_who_follows_the_hints_arrives() -> None:
    """A hand that turns a step, the other way when told, from anywhere on either side."""
    for start in (-6.0, -2.5, -0.2, 0.0, 0.4, 3.0, 7.0):
        aid, z, direction = FocusAid(), start, 0.4
        for _ in range(200):
            hint = aid.see(1.0 / (1.0 + z * z)).hint
            if hint == "there":
                break
            direction = -direction if hint == "turn back" else direction
            z += direction
        assert hint == "there"
        assert abs(z) < 0.5


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50))
def test_the_level_is_a_share_of_the_best(values: list[float]) -> None:
    aid = FocusAid()
    for number, value in enumerate(values):
        shown = aid.see(value)
        assert 0 <= shown.level <= 1
        assert shown.level == pytest.approx(value / max(*values[: number + 1], 1e-12, 1e-12))


def test_a_better_peak_replaces_the_old_one_and_reset_forgets_it() -> None:
    aid = FocusAid()
    turned([2.0, 1.0, 2.0, 1.0], aid)
    assert aid.see(1.0).hint == "keep turning"
    aid.reset()
    assert aid.see(0.1).level == 1.0
