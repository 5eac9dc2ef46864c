"""The ruler on fields painted with red cells of known size, and who beats whom when a scale is chosen."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.errors import BadSetting, ScaleUnknown
from edge.optics.stain import stained
from edge.optics.survey import survey
from edge.scale import STANDARD, RulerOptions, choose_scale, measure, ruler
from edge.types import Frame, Pixels, Scale

GLASS, RED, NUCLEUS = (226, 222, 224), (196, 150, 152), (90, 40, 130)


def film(
    diameter_px: float, size: tuple[int, int] = (640, 480), touching: bool = False, level: float = 1.0, seed: int = 0
) -> Pixels:
    """Red cells of one size (spread 5 %) with pallor, apart or in pairs, on glass; painted fourfold and shrunk."""
    random = np.random.default_rng(seed)
    large = np.full((size[1] * 2, size[0] * 2, 3), GLASS, np.uint8)
    pitch = diameter_px * (1.9 if touching else 1.35) * 2
    for y in np.arange(pitch / 2, large.shape[0], pitch):
        for x in np.arange(pitch / 2, large.shape[1], pitch):
            radius = diameter_px * float(random.normal(1, 0.05))
            for step in (0.0, 0.85) if touching else (0.0,):
                centre = (int(x + step * diameter_px * 2), int(y))
                cv2.circle(large, centre, round(radius), RED, -1, cv2.LINE_AA)
                cv2.circle(large, centre, round(radius * 0.4), (210, 180, 182), -1, cv2.LINE_AA)
    field = cv2.resize(large, size, interpolation=cv2.INTER_AREA) * level
    return np.clip(field + random.normal(0, 2, field.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("diameter_px", [14, 20, 34, 53, 68, 90, 130])
def test_red_cells_from_14_to_130_pixels(diameter_px: int) -> None:
    reading = measure(film(diameter_px))
    assert reading is not None
    assert 7.5 / reading.um_per_px == pytest.approx(diameter_px, rel=0.06)


@pytest.mark.parametrize("diameter_px", [20, 53, 90])
def test_touching_cells_are_measured_one_by_one(diameter_px: int) -> None:
    reading = measure(film(diameter_px, touching=True))
    assert reading is not None
    assert 7.5 / reading.um_per_px == pytest.approx(diameter_px, rel=0.10)


@settings(max_examples=12, deadline=None)
@given(diameter=st.floats(18, 80), factor=st.floats(0.6, 1.6))
def test_resampling_a_field_scales_the_reading(diameter: float, factor: float) -> None:
    field = film(diameter)
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    resampled = np.asarray(cv2.resize(field, None, fx=factor, fy=factor, interpolation=way), np.uint8)
    before, after = measure(field), measure(resampled)
    assert before is not None
    assert after is not None
    assert before.um_per_px / after.um_per_px == pytest.approx(factor, rel=0.06)


@settings(max_examples=10, deadline=None)
@given(turns=st.integers(0, 3), mirrored=st.booleans(), level=st.floats(0.5, 1.1))
def test_turning_mirroring_and_dimming_change_nothing(turns: int, mirrored: bool, level: float) -> None:
    field = film(48)
    turned = np.rot90(film(48, level=level), turns)
    turned = np.ascontiguousarray(turned[:, ::-1] if mirrored else turned)
    before, after = measure(field), measure(turned)
    assert before is not None
    assert after is not None
    assert after.um_per_px == pytest.approx(before.um_per_px, rel=0.03)


def test_a_corner_of_a_few_cut_cells_reads_with_more_doubt() -> None:
    field = film(72)
    crop = np.ascontiguousarray(field[60:240, 60:240])
    whole, part = measure(field), measure(crop)
    assert whole is not None
    assert part is not None
    assert 7.5 / part.um_per_px == pytest.approx(72, rel=0.12)
    assert part.relative_sd > whole.relative_sd
    assert part.red_cells < whole.red_cells


def test_the_spread_between_people_is_always_in_the_uncertainty() -> None:
    reading = measure(film(53))
    assert reading is not None
    assert RulerOptions().red_cell_sd <= reading.relative_sd < 0.1


def _cut_out() -> Pixels:
    picture = np.zeros((240, 240, 3), np.uint8)
    cv2.circle(picture, (120, 120), 110, (70, 30, 90), -1)
    return picture


def _lone_cell() -> Pixels:
    picture = np.full((120, 120, 3), GLASS, np.uint8)
    cv2.circle(picture, (60, 60), 30, NUCLEUS, -1)
    return picture


WITHOUT_RED_CELLS = {
    "glass": np.full((300, 300, 3), GLASS, np.uint8),
    "black": np.zeros((300, 300, 3), np.uint8),
    "noise": np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8),
    "a cell cut out on black": _cut_out(),
    "a nucleus alone": _lone_cell(),
    "four pixels": np.full((2, 2, 3), 200, np.uint8),
}


@pytest.mark.parametrize("name", WITHOUT_RED_CELLS)
def test_no_red_cells_is_no_reading(name: str) -> None:
    assert measure(WITHOUT_RED_CELLS[name]) is None


def test_a_given_scale_beats_the_source_and_the_red_cells() -> None:
    scale = choose_scale(Frame(film(53), um_per_px=0.2), given_um_per_px=0.1, bundle_um_per_px=0.3)
    assert (scale.um_per_px, scale.source) == (0.1, "given")


def test_what_the_source_knows_beats_the_red_cells() -> None:
    assert choose_scale(Frame(film(53), um_per_px=0.2)).um_per_px == 0.2


def test_red_cells_beat_the_bundle() -> None:
    scale = choose_scale(Frame(film(53)), bundle_um_per_px=1.0)
    assert scale.source == "red cells"
    assert scale.um_per_px == pytest.approx(7.5 / 53, rel=0.06)


def test_without_red_cells_the_bundle_speaks_and_says_so() -> None:
    scale = choose_scale(Frame(WITHOUT_RED_CELLS["glass"]), bundle_um_per_px=0.25)
    assert (scale.um_per_px, scale.source) == (0.25, "bundle")
    assert scale.relative_sd > 0.2


def test_nothing_is_invented() -> None:
    with pytest.raises(ScaleUnknown, match="red cells"):
        choose_scale(Frame(WITHOUT_RED_CELLS["glass"], name="field.png"))


@pytest.mark.parametrize("um_per_px", [0.0, -0.1, 250.0, float("nan")])
def test_an_impossible_scale_is_refused(um_per_px: float) -> None:
    with pytest.raises(BadSetting, match="µm per pixel"):
        choose_scale(Frame(film(53)), given_um_per_px=um_per_px)


SITE = Scale(7.5 / 53, 0.042, "given")


def test_red_cells_beat_a_calibration_that_they_agree_with() -> None:
    scale = choose_scale(Frame(film(53)), bundle_um_per_px=1.0, site=replace(SITE, um_per_px=SITE.um_per_px * 1.06))
    assert (scale.source, scale.red_cells_um_per_px) == ("red cells", None)


def test_a_calibration_beats_red_cells_that_contradict_it_and_tells_them() -> None:
    scale = choose_scale(Frame(film(53)), site=replace(SITE, um_per_px=SITE.um_per_px * 2))
    assert scale.um_per_px == SITE.um_per_px * 2
    assert scale.red_cells_um_per_px == pytest.approx(7.5 / 53, rel=0.06)


def test_without_red_cells_a_calibration_beats_the_bundle() -> None:
    assert choose_scale(Frame(WITHOUT_RED_CELLS["glass"]), bundle_um_per_px=0.25, site=SITE) == SITE


def test_a_given_scale_beats_a_calibration() -> None:
    assert choose_scale(Frame(film(53)), given_um_per_px=0.1, site=SITE).um_per_px == 0.1


def test_one_round_granule_beside_a_large_lobed_nucleus_is_no_red_cell() -> None:
    field = np.full((120, 120, 3), GLASS, np.uint8)
    for x, y in ((44, 44), (76, 44), (60, 74)):
        cv2.ellipse(field, (x, y), (17, 9), 45, 0, 360, NUCLEUS, -1, cv2.LINE_AA)
    cv2.line(field, (44, 44), (76, 44), NUCLEUS, 7, cv2.LINE_AA)
    cv2.line(field, (76, 44), (60, 74), NUCLEUS, 7, cv2.LINE_AA)
    cv2.circle(field, (100, 100), 6, RED, -1, cv2.LINE_AA)
    assert measure(field) is None
    assert measure(field, RulerOptions(few=0, weak_weight=0.0)) is not None


@pytest.mark.parametrize(
    ("weight", "explained", "weak"), [(1.9, 0.029, True), (2.0, 0.029, False), (1.9, 0.03, False), (40.0, 0.5, False)]
)
def test_weak_evidence_tells_a_scale_only_roughly(weight: float, explained: float, weak: bool) -> None:
    """Eight arcs that agree to the last digit."""
    fit = ruler._Fit(np.full(8, 25.0), np.full(8, weight / 8), explained)
    assert (ruler._relative_sd(fit, STANDARD) >= STANDARD.weak_sd) is weak


def test_weak_evidence_beside_a_nucleus_that_would_be_too_wide_tells_none() -> None:
    """Of a lobed nucleus of 3.3 red cells: two arcs far from it prove nothing."""
    field = np.full((480, 640, 3), GLASS, np.uint8)
    for x, y in ((320, 200), (395, 200), (320, 275)):
        cv2.circle(field, (x, y), 50, NUCLEUS, -1, cv2.LINE_AA)
    cv2.circle(field, (120, 120), 24, RED, -1, cv2.LINE_AA)
    seen = survey(field, STANDARD.budget_px)
    fit, matter = ruler._Fit(np.full(4, 24.0), np.full(4, 0.4), 0.02), stained(seen)
    assert matter is not None
    assert not ruler._plausible(fit, seen, matter, STANDARD)
    assert ruler._plausible(replace(fit, explained=0.03), seen, matter, STANDARD)
