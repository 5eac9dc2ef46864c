"""Scales that people tell or measure, and where they hold."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, radians, sin
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.casework import Casework
from edge.casework.scales import between, by_lines, by_red_cells, require_likely, same_objective
from edge.casework.scales import given as told
from edge.errors import BadSetting, ScaleLines, ScaleSize, ScaleUnknown, ScaleUnlikely
from edge.types import Frame
from tests.casebooks import NEW, casework_in
from tests.edge.test_micrometre import ruling
from tests.stations import simulated_field

SIM_UM_PER_PX = 0.11
"""Of the simulated microscope."""
FRAME = Frame(np.full((360, 480, 3), 220, np.uint8))


@pytest.fixture
def casework(tmp_path: Path) -> Iterator[Casework]:
    with casework_in(tmp_path) as made:
        yield made


@given(st.floats(60, 180), st.floats(0, 360), st.floats(5, 1000), st.integers(1, 8))
def test_two_marks_tell_the_scale_whichever_way_they_lie(
    apart_px: float, angle: float, distance_um: float, larger: int
) -> None:
    """Marked in a picture of 480 × 360 that shows one so many times as large."""
    ends = ((240, 180), (240 + apart_px * cos(radians(angle)), 180 + apart_px * sin(radians(angle))))
    marks = tuple((x / 480, y / 360) for x, y in ends)
    frame = Frame(np.zeros((360 * larger, 480 * larger, 3), np.uint8))
    reading = between(frame, (marks[0], marks[1]), distance_um)
    assert reading.um_per_px == pytest.approx(distance_um / (apart_px * larger))
    assert reading.relative_sd < 0.02


def test_marks_too_close_together_tell_nothing() -> None:
    with pytest.raises(BadSetting, match="5 pixels"):
        between(FRAME, ((0.5, 0.5), (0.51, 0.5)), 10.0)


@given(st.sampled_from(["100x/1.25 Oil", "100× 1,25 oil", " 100 X  1.25oil", "１００x1.25 OIL"]))
def test_an_objective_is_the_same_however_it_is_written(written: str) -> None:
    assert same_objective(written) == same_objective("100x 1.25 oil") != same_objective("100x 1.3 oil")


def test_lines_of_a_micrometre_slide_tell_it_too() -> None:
    reading = by_lines(Frame(ruling(80.0, 12)), spacing_um=10.0)
    assert reading.um_per_px == pytest.approx(0.125, rel=0.004)
    assert (reading.method, reading.facts["spacing_um"]) == ("micrometre", 10.0)
    with pytest.raises(ScaleLines):
        by_lines(FRAME, 10.0)


def test_red_cells_tell_it_where_there_are_any() -> None:
    reading = by_red_cells(Frame(simulated_field((1280, 960), 20)))
    assert reading.um_per_px == pytest.approx(SIM_UM_PER_PX, rel=0.12)
    assert reading.facts["red_cells"] > 5
    with pytest.raises(ScaleUnknown):
        by_red_cells(FRAME)


@pytest.mark.parametrize("wrongly", [0.1, 0.5, 2.0, 10.0])
def test_a_scale_that_red_cells_contradict_is_asked_about(wrongly: float) -> None:
    """Half and twice of the true scale gave other blasts, without a word."""
    smear = Frame(simulated_field((1280, 960), 20))
    with pytest.raises(ScaleUnlikely, match="red cells"):
        require_likely(told(SIM_UM_PER_PX * wrongly), smear)
    require_likely(told(SIM_UM_PER_PX), smear)
    require_likely(by_red_cells(smear), smear)
    require_likely(told(SIM_UM_PER_PX * wrongly), FRAME)  # nothing in the picture says otherwise


def test_the_newest_scale_of_an_objective_holds_for_live_pictures_of_its_cases(casework: Casework) -> None:
    for um_per_px in (0.2, 0.11):
        casework.scales.keep("100x oil", told(um_per_px), FRAME, "Amina")
    case = casework.life.begin(NEW, by="")
    assert casework.captures.prepared(case.id, FRAME, is_live=True).um_per_px == 0.11
    assert casework.captures.prepared(case.id, FRAME, is_live=False).um_per_px is None
    assert [(each.objective, each.um_per_px) for each in casework.scales.all()] == [("100x oil", 0.11)]
    assert [step.after["um_per_px"] for step in casework.books.steps.of(None)] == [0.2, 0.11]


def test_other_objectives_and_pictures_of_another_size_do_not_get_it(casework: Casework) -> None:
    casework.scales.keep("40x", told(0.3), FRAME, "")
    assert casework.scales.applied(FRAME, "100x oil") is FRAME
    with pytest.raises(ScaleSize, match=r"240×180 now; .* 480×360"):
        casework.scales.applied(Frame(FRAME.pixels[::2, ::2]), "40x")


@pytest.mark.parametrize(("um_per_px", "objective"), [(0.001, "40x"), (11.0, "40x"), (0.1, "  ")])
def test_no_microscope_has_such_a_scale(casework: Casework, um_per_px: float, objective: str) -> None:
    with pytest.raises(BadSetting):
        casework.scales.keep(objective, told(um_per_px), FRAME, "")
    assert casework.scales.all() == ()
