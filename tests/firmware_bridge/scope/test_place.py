"""Micrometres and what boards count: there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.scope.place import Frame
from firmware_bridge.scope.settings import Axis, ScopeSettings

PLACES = st.tuples(*[st.floats(-1000, 1000)] * 3)
SCALES = st.floats(0.0005, 50)


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    x, y, z = (Axis(units_per_um=draw(SCALES), reversed=draw(st.booleans()), low_um=-2000, high_um=2000) for _ in "xyz")
    grid = draw(st.sampled_from([1.0, 1e-5]))
    zero = draw(st.tuples(*[st.integers(-1000, 1000).map(float)] * 3))
    return Frame(ScopeSettings(board="grbl", port="sim:grbl", x=x, y=y, z=z), grid, zero)


@given(frames(), PLACES)
def test_there_and_back_is_off_by_half_a_step_at_most(frame: Frame, place_um: tuple[float, float, float]) -> None:
    back = frame.um(frame.units(place_um))
    for wanted, found, axis in zip(place_um, back, frame.settings.axes, strict=True):
        assert abs(wanted - found) <= 0.5001 * frame.grid / axis.units_per_um + 1e-9


@given(frames(), PLACES, PLACES)
def test_an_anchored_frame_calls_the_place_so_and_keeps_distances(
    frame: Frame, units: tuple[float, float, float], place_um: tuple[float, float, float]
) -> None:
    anchored = frame.anchored(units, place_um)
    assert anchored.um(units) == pytest.approx(place_um, abs=1e-6)
    farther = (units[0] + 10.0, units[1] - 10.0, units[2])
    before = [b - a for a, b in zip(frame.um(units), frame.um(farther), strict=True)]
    after = [b - a for a, b in zip(anchored.um(units), anchored.um(farther), strict=True)]
    assert after == pytest.approx(before, rel=1e-6, abs=1e-6)


@given(frames(), PLACES)
def test_what_is_counted_lies_on_the_boards_grid(frame: Frame, place_um: tuple[float, float, float]) -> None:
    for counted, zero in zip(frame.units(place_um), frame.zero, strict=True):
        steps = (counted - zero) / frame.grid
        assert steps == pytest.approx(round(steps), abs=1e-3)
