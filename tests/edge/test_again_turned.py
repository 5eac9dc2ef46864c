"""A field that comes back turned or zoomed, as a phone at the eyepiece is, is known again, and its cells with it."""

from __future__ import annotations

import math
from contextlib import closing
from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.again import Album, Overlap, Place, counted_before, signature_of
from edge.again.pattern import pattern_of
from edge.again.turned import Turn, rings, turned, turns_between
from edge.types import Pixels
from firmware_bridge.sim.body import Body, Pose
from firmware_bridge.sim.slide.terrain import Terrain
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.uri import parse_uri
from tests.stations import simulated_field

WIDTH, HEIGHT = 720, 540
BEFORE = (420.0, 300.0)
"""Where the earlier field begins on the smear."""


@cache
def smear(seed: int = 3) -> Pixels:
    return simulated_field((1560, 1140), cells=36, seed=seed)


def onto_smear(angle_deg: float, zoom: float, moved: tuple[float, float]) -> NDArray[np.float64]:
    """The matrix (2, 3) from a new field to the smear: turned and zoomed about its middle, which is `moved` on."""
    angle = math.radians(angle_deg)
    linear = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]) / zoom
    middle = np.array([BEFORE[0] + WIDTH / 2 + moved[0], BEFORE[1] + HEIGHT / 2 + moved[1]])
    return np.column_stack([linear, middle - linear @ (WIDTH / 2, HEIGHT / 2)])


def seen(matrix: NDArray[np.float64], seed: int = 3) -> Pixels:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(smear(seed), matrix, (WIDTH, HEIGHT), flags=flags), np.uint8)


def before(seed: int = 3) -> Pixels:
    return seen(onto_smear(0, 1, (0, 0)), seed)


def found_in(new: Pixels, *earlier: Pixels) -> tuple[Overlap, ...]:
    return Album({k: signature_of(each) for k, each in enumerate(earlier, 1)}).overlaps(signature_of(new))


@settings(max_examples=25, deadline=None)
@given(
    angle_deg=st.floats(-180, 180),
    zoom=st.floats(0.85, 1.6),
    moved=st.tuples(st.integers(-90, 90), st.integers(-70, 70)),
)
def test_a_turned_and_zoomed_field_is_found_where_it_is(angle_deg: float, zoom: float, moved: tuple[int, int]) -> None:
    matrix = onto_smear(angle_deg, zoom, moved)
    (found,) = found_in(seen(matrix), before())
    for x, y in ((0.3, 0.4), (0.5, 0.5), (0.65, 0.6)):
        new = np.array([x * WIDTH, y * HEIGHT])
        earlier = matrix[:, :2] @ new + matrix[:, 2] - BEFORE
        assert math.dist(found.here([(earlier[0], earlier[1])])[0], new) <= 3 * WIDTH / 256


def test_the_common_part_is_told_truly() -> None:
    (found,) = found_in(seen(onto_smear(90, 1, (0, 0))), before())
    assert found.share == pytest.approx(HEIGHT / WIDTH, abs=0.02)
    assert len(found.polygon) == 4
    (closer,) = found_in(seen(onto_smear(0, 1.4, (0, 0))), before())
    assert closer.share == pytest.approx(1, abs=0.02)


def test_pictures_of_another_size_are_the_same_place() -> None:
    """As after the camera was set to another size: the places are those of each picture."""
    small = np.asarray(cv2.resize(before(), None, fx=0.8, fy=0.8), np.uint8)
    (found,) = found_in(small, before())
    assert found.here([(300.0, 200.0)])[0] == pytest.approx((240, 160), abs=6)


@pytest.mark.parametrize("place_um", [(17529, 13808), (8567, 17041), (5108, 17340)])
def test_round_cells_that_look_alike_from_both_sides_are_no_shift(place_um: tuple[int, int]) -> None:
    """Each was taken for moved, with cells counted twice and others left out."""
    earlier = slide_at(*place_um)
    (found,) = found_in(np.ascontiguousarray(earlier[::-1, ::-1]), earlier)
    height, width = earlier.shape[:2]
    assert found.here([(0.4 * width, 0.3 * height)])[0] == pytest.approx((0.6 * width, 0.7 * height), abs=5)


def slide_at(x_um: float, y_um: float) -> Pixels:
    """The middle of a field of the simulated slide, in focus."""
    body, land = Body(), Terrain(1)
    body.go(Pose(x_um, y_um, land.height_um(x_um, y_um)), 1e9)
    address = parse_uri("sim:?slide=1&seed=1&width=640&height=480&um_per_px=0.22")
    with closing(SimSource(address, body, wait=lambda _: None)) as source:
        picture = source.read()
    assert picture is not None
    return np.ascontiguousarray(picture.pixels[96:384, 128:512])


def test_other_places_are_not_found_by_turning() -> None:
    places = [before(seed) for seed in (3, 8, 9, 10, 11)]
    for k, each in enumerate(places):
        assert found_in(each, *places[:k], *places[k + 1 :]) == ()


def test_its_cells_were_counted_before() -> None:
    matrix = onto_smear(25, 1.2, (40, -30))
    (overlap,) = found_in(seen(matrix), before())
    spots = [(180.0, 200.0), (360.0, 270.0), (500.0, 330.0)]
    back = [matrix[:, :2] @ spot + matrix[:, 2] - BEFORE for spot in spots]
    earlier = [Place(10 + k, (x, y), 40) for k, (x, y) in enumerate(back)]
    new = [Place(k, spot, 48) for k, spot in enumerate([*spots, (600.0, 60.0)])]
    assert [(each.id, each.earlier_id) for each in counted_before(new, [overlap], {1: earlier})] == [
        (0, 10),
        (1, 11),
        (2, 12),
    ]


@settings(max_examples=25, deadline=None)
@given(angle_deg=st.floats(-89, 89), zoom=st.floats(0.55, 0.8))
def test_a_turn_is_read_off_the_rings(angle_deg: float, zoom: float) -> None:
    signature = signature_of(before())
    again, _ = turned(signature, Turn(math.radians(angle_deg), zoom), 1.0)
    found = turns_between(rings(pattern_of(again).plane), rings(pattern_of(signature).plane))
    turn, half_a_circle_on = found
    off = (math.degrees(turn.angle_rad) - angle_deg + 90) % 180 - 90
    assert abs(off) < 1.5
    assert turn.zoom == pytest.approx(zoom, rel=0.04)
    assert half_a_circle_on == Turn(turn.angle_rad + math.pi, turn.zoom)
