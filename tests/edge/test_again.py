"""A field that comes back is known again, by how much and which cells; a field that was never there is not."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.again import Album, Overlap, Place, Signature, counted_before, signature_of
from edge.again.signature import GRID, NOTHING
from edge.errors import RecordFault
from edge.types import Pixels
from tests.cases import painted_pixels
from tests.stations import simulated_field

WIDTH, HEIGHT = 720, 540


@cache
def smear(seed: int = 3) -> Pixels:
    """More of a smear than one field shows."""
    return simulated_field((1480, 1100), cells=36, seed=seed)


def field(x: int, y: int, seed: int = 3) -> Pixels:
    return smear(seed)[y : y + HEIGHT, x : x + WIDTH]


def worse(pixels: Pixels, light: float = 1.0, blur_px: float = 0.0, noise: float = 0.0) -> Pixels:
    lit = pixels * np.float32(light)
    seen = cv2.GaussianBlur(lit, (0, 0), blur_px) if blur_px > 0.2 else lit
    grain = np.random.default_rng(1).normal(0, 1, pixels.shape) * noise
    return np.asarray(np.clip(seen + grain, 0, 255), np.uint8)


def found_in(new: Pixels, *earlier: Pixels) -> tuple[Overlap, ...]:
    return Album({k: signature_of(each) for k, each in enumerate(earlier, 1)}).overlaps(signature_of(new))


@settings(max_examples=14, deadline=None)
@given(
    dx=st.integers(-570, 570),
    dy=st.integers(-420, 420),
    light=st.floats(0.7, 1.1),
    blur_px=st.floats(0, 4),
    noise=st.floats(0, 6),
)
def test_a_field_seen_again_is_found_where_it_is(dx: int, dy: int, light: float, blur_px: float, noise: float) -> None:
    share = (1 - abs(dx) / WIDTH) * (1 - abs(dy) / HEIGHT)
    x, y = max(0, -dx), max(0, -dy)
    found = found_in(worse(field(x + dx, y + dy), light, blur_px, noise), field(x, y))
    assert len(found) == 1 or share < 0.25
    for overlap in found:
        assert overlap.offset_px == pytest.approx((-dx, -dy), abs=2 * overlap.accuracy_px)
        assert overlap.share == pytest.approx(share, abs=0.03)
        assert overlap.polygon[0] == pytest.approx((max(0, -dx), max(0, -dy)), abs=2 * overlap.accuracy_px)
        right, bottom = min(WIDTH, WIDTH - dx), min(HEIGHT, HEIGHT - dy)
        assert overlap.polygon[2] == pytest.approx((right, bottom), abs=2.5 * overlap.accuracy_px)


def test_other_places_and_other_slides_are_never_taken_for_it() -> None:
    places = [(0, 0), (740, 0), (0, 550), (740, 550)]
    fields = [field(x, y, seed) for seed in (3, 8) for x, y in places]
    assert found_in(fields[0], *fields[1:]) == ()
    for k, each in enumerate(fields):
        found = found_in(each, *fields)
        assert [overlap.field for overlap in found] == [k + 1]


def test_repeated_texture_is_no_match() -> None:
    rows = painted_pixels(4, 0, (WIDTH, HEIGHT))
    tiled = np.tile(rows[:85, :90], (7, 8, 1))
    moved = worse(np.roll(tiled, 40, axis=1), noise=3)
    other = worse(np.tile(rows[200:285, 300:390], (7, 8, 1)), noise=3)
    assert found_in(other, moved) == ()


def test_what_the_camera_itself_adds_is_no_match() -> None:
    """Dust on the sensor and vignetting stay where they are while the stage moves on."""
    dust = np.ones((HEIGHT, WIDTH, 1), np.float32)
    for x, y, r in ((200, 150, 14), (540, 320, 20), (350, 460, 9), (610, 90, 12)):
        cv2.circle(dust, (x, y), r, 0.75, -1)
    dusty = [
        np.asarray(field(*at) * cv2.GaussianBlur(dust, (0, 0), 3)[..., None], np.uint8) for at in ((0, 0), (740, 550))
    ]
    assert found_in(dusty[1], dusty[0]) == ()


def test_glass_is_never_known_again() -> None:
    random = np.random.default_rng(0)
    glass = [np.clip(random.normal(225, 3, (HEIGHT, WIDTH, 3)), 0, 255).astype(np.uint8) for _ in range(3)]
    assert found_in(glass[2], *glass[:2]) == ()
    assert found_in(np.full((HEIGHT, WIDTH, 3), 225, np.uint8), np.full((HEIGHT, WIDTH, 3), 225, np.uint8)) == ()


def test_several_fields_are_found_the_largest_part_first() -> None:
    found = found_in(field(450, 300), field(0, 300), field(350, 250), field(740, 550))
    assert [overlap.field for overlap in found][:2] == [2, 1]


def test_what_is_no_picture_is_left_out() -> None:
    def barred(pixels: Pixels) -> Pixels:
        return np.asarray(cv2.copyMakeBorder(pixels[100:-100], 100, 100, 0, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0)))

    signature = signature_of(barred(field(0, 0)))
    assert (signature.plane == NOTHING).mean() == pytest.approx(200 / HEIGHT, abs=0.03)
    assert found_in(barred(field(740, 550)), barred(field(0, 0))) == ()
    found = found_in(barred(field(200, 0)), barred(field(0, 0)))
    assert [overlap.offset_px for overlap in found] == [pytest.approx((-200, 0), abs=8)]


def test_a_field_that_was_dropped_is_forgotten() -> None:
    album = Album({1: signature_of(field(0, 0))})
    album.drop(1)
    album.drop(7)
    assert (len(album), album.overlaps(signature_of(field(0, 0)))) == (0, ())


@settings(max_examples=30, deadline=None)
@given(
    rows=st.integers(8, 40),
    columns=st.integers(8, 40),
    pitch=st.floats(0.5, 20, width=32),
    left=st.floats(0, 4000, width=32),
    seed=st.integers(0, 99),
)
def test_a_signature_lasts(rows: int, columns: int, pitch: float, left: float, seed: int) -> None:
    plane = np.random.default_rng(seed).integers(0, 256, (rows, columns), dtype=np.uint8)
    again = Signature.from_bytes(Signature(plane, pitch, left, 7.0).to_bytes())
    np.testing.assert_array_equal(again.plane, plane)
    assert (again.pitch_px, again.left_px, again.top_px) == (pitch, left, 7.0)


def test_a_signature_is_small() -> None:
    signature = signature_of(field(0, 0))
    assert max(signature.plane.shape) == GRID
    assert len(signature.to_bytes()) < 50_000


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 4000), value=st.integers(0, 255), cut=st.integers(0, 4000))
def test_damaged_signatures_are_refused_or_read_but_never_crash(at: int, value: int, cut: int) -> None:
    whole = bytearray(Signature(np.arange(3000, dtype=np.uint8).reshape(50, 60), 6.7).to_bytes())
    whole[at % len(whole)] = value
    content = bytes(whole[: len(whole) - cut % 7])
    with suppress(RecordFault):
        assert Signature.from_bytes(content).plane.dtype == np.uint8


def test_a_signature_that_unpacks_without_end_is_cut() -> None:
    head = struct.pack("<4sHHfff", b"MKs1", 8, 8, 6.7, 0, 0)
    with pytest.raises(RecordFault):
        Signature.from_bytes(head + zlib.compress(bytes(10_000_000)))


def overlap_of(field_number: int, offset_px: tuple[float, float]) -> Overlap:
    return Overlap(field_number, (), offset_px, 0.5, 6.0, 0.9, 20.0)


def test_only_what_was_counted_there_was_counted_before() -> None:
    new = [Place(1, (100, 100), 60), Place(2, (300, 120), 60), Place(3, (500, 300), 60), Place(4, (700, 300), 60)]
    counted = {5: [Place(9, (612, 95), 60), Place(8, (1000, 310), 60)], 6: [Place(4, (1500, 900), 60)]}
    found = counted_before(new, [overlap_of(5, (-505, 4)), overlap_of(6, (-1210, -778))], counted)
    assert [(each.id, each.field, each.earlier_id) for each in found] == [(1, 5, 9), (2, 6, 4), (3, 5, 8)]


@settings(max_examples=40, deadline=None)
@given(
    places=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=25, unique=True),
    jitter=st.integers(0, 99),
    missing=st.sets(st.integers(0, 24)),
)
def test_every_cell_is_paired_with_itself_once(places: list[tuple[int, int]], jitter: int, missing: set[int]) -> None:
    random = np.random.default_rng(jitter)
    new = [Place(k, (70.0 * x, 70.0 * y), 60) for k, (x, y) in enumerate(places)]
    earlier = [
        Place(100 + k, (70.0 * x + 400 + random.uniform(-8, 8), 70.0 * y - 90 + random.uniform(-8, 8)), 60)
        for k, (x, y) in enumerate(places)
        if k not in missing
    ]
    found = counted_before(new, [overlap_of(2, (-400, 90))], {2: earlier})
    assert [(each.id, each.earlier_id) for each in found] == [
        (k, 100 + k) for k in range(len(places)) if k not in missing
    ]
