"""Photographs through the eyepiece: the disc is found wherever it is, and what is in it is examined as any field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from edge.decide.case import decide_documents
from edge.decide.field import decide_field
from edge.document import document
from edge.errors import ScaleUnknown
from edge.optics.normal import normalise
from edge.quality import gate, photograph
from edge.quality.eyepiece import Disc, eyepiece_disc
from edge.quality.photograph import SMALL_PX
from edge.station import Station, open_station
from edge.types import Examination, Frame, Pixels
from edge.words import say
from firmware_bridge.imagefile import decode_image, read_image
from tests.stations import simulated_field
from tests.tiny import judging_bundle, trusting

DATA = Path(__file__).parents[3] / "shared" / "data" / "other" / "phone_fields"
SIM_UM_PER_PX = 0.11
FRINGE = (1.02, 1.0, 0.97)
"""Radii of the three channels' discs: red ends first, which leaves a blue fringe the other way round."""


@cache
def field() -> Pixels:
    return simulated_field((1200, 1200), cells=20, seed=4)


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    folder = tmp_path_factory.mktemp("eyepiece")
    bundle = judging_bundle(folder / "bundle", "density")
    with closing(open_station(str(bundle.path), trusting(folder / "data"))) as opened:
        yield opened


def through(pixels: Pixels, disc: Disc, size: tuple[int, int], vignette: float = 0.3, dark: float = 6.0) -> Pixels:
    """`pixels` with their middle in the disc's, seen through an eyepiece by a phone of `size` (width, height)."""
    width, height = size
    y, x = np.mgrid[:height, :width].astype(np.float32)
    radius = np.hypot(x - disc.x_px, y - disc.y_px) / disc.radius_px
    half_height, half_width = pixels.shape[0] / 2, pixels.shape[1] / 2
    move = np.array([[1, 0, disc.x_px - half_width], [0, 1, disc.y_px - half_height]], np.float32)
    laid = cv2.warpAffine(pixels, move, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    rim = [1 / (1 + np.exp(np.clip((radius / reach - 1) * 120, -50, 50))) for reach in FRINGE]
    light = np.stack(rim, axis=2) * (1 - vignette * np.minimum(radius, 1.2) ** 4)[..., None]
    noise = np.random.default_rng(5).normal(0, 1.5, (height, width, 1))
    return np.asarray(np.clip(laid * light + dark * (1 - light) + noise, 0, 255), np.uint8)


def places(examination: Examination) -> dict[tuple[int, int], str]:
    return {(round(r.cell.centre_px[0]), round(r.cell.centre_px[1])): r.label for r in examination.cells}


def frame(pixels: Pixels, um_per_px: float | None = SIM_UM_PER_PX) -> Frame:
    return Frame(pixels, um_per_px=um_per_px, name="photo.jpg")


@settings(max_examples=15, deadline=None)
@given(
    x=st.floats(0.3, 0.7),
    y=st.floats(0.3, 0.7),
    radius=st.floats(0.15, 0.55),
    vignette=st.floats(0, 0.5),
    dark=st.floats(0, 30),
)
def test_the_disc_is_found_wherever_it_is(x: float, y: float, radius: float, vignette: float, dark: float) -> None:
    disc = Disc(x * 1280, y * 960, radius * 960)
    found = eyepiece_disc(through(field(), disc, (1280, 960), vignette, dark))
    assert found is not None
    assert abs(found.radius_px - disc.radius_px) < 0.05 * disc.radius_px
    assert np.hypot(found.x_px - disc.x_px, found.y_px - disc.y_px) < 0.05 * disc.radius_px


@settings(max_examples=6, deadline=None)
@given(
    x=st.floats(0.42, 0.58),
    y=st.floats(0.42, 0.58),
    radius=st.floats(0.3, 0.43),
    vignette=st.floats(0, 0.45),
    size=st.sampled_from([(1600, 1200), (1200, 1600), (1300, 1300)]),
)
def test_a_field_in_a_disc_has_the_cells_that_it_has_alone(
    station: Station, x: float, y: float, radius: float, vignette: float, size: tuple[int, int]
) -> None:
    disc = Disc(round(x * size[0]), round(y * size[1]), radius * min(size))
    alone = places(station.examine(frame(field())))
    seen = station.examine(frame(through(field(), disc, size, vignette)))
    assert seen.verdict.ok
    shift = disc.x_px - 600, disc.y_px - 600
    safe = 0.8 * disc.radius_px
    inside = {
        (x + shift[0], y + shift[1]): label
        for (x, y), label in alone.items()
        if np.hypot(x - 600, y - 600) < safe and min(x, y) > 80 and max(x, y) < 1120
    }
    found = places(seen)
    for at, label in inside.items():
        nearest = min(found, key=lambda each: np.hypot(each[0] - at[0], each[1] - at[1]))
        assert np.hypot(nearest[0] - at[0], nearest[1] - at[1]) < 6
        assert found[nearest] == label
    again = [at for at in found if np.hypot(at[0] - disc.x_px, at[1] - disc.y_px) < safe - 10]
    assert len(again) <= len(inside)


def test_coordinates_boxes_and_masks_are_those_of_the_photograph(station: Station) -> None:
    disc = Disc(900, 640, 500)
    seen = station.examine(frame(through(field(), disc, (1600, 1200))))
    assert seen.size_px == (1600, 1200)
    assert seen.cell_labels.shape == seen.nucleus_labels.shape == (1200, 1600)
    assert seen.cells
    for result in seen.cells:
        x, y = result.cell.centre_px
        rows, columns = np.nonzero(seen.nucleus_labels == result.cell.id)
        assert abs(rows.mean() - y) < 1.5
        assert abs(columns.mean() - x) < 1.5
        _, columns = np.nonzero(seen.cell_labels == result.cell.id)
        assert (
            result.cell.box.x_px - 2
            <= columns.min()
            <= columns.max()
            <= result.cell.box.x_px + result.cell.box.width_px + 2
        )
    below, across = np.nonzero(seen.cell_labels)
    assert np.hypot(across - disc.x_px, below - disc.y_px).max() < disc.radius_px


def test_a_scale_is_that_of_the_photographs_own_pixels_however_many_it_has(station: Station) -> None:
    large = cv2.resize(through(field(), Disc(800, 600, 520), (1600, 1200)), None, fx=2.5, fy=2.5)
    seen = station.examine(frame(np.asarray(large, np.uint8), SIM_UM_PER_PX / 2.5))
    assert seen.scale is not None
    assert seen.scale.um_per_px == pytest.approx(SIM_UM_PER_PX / 2.5)
    assert seen.verdict.ok
    measured = station.examine(frame(np.asarray(large, np.uint8), None)).scale
    assert measured is not None
    assert measured.source == "red cells"
    assert measured.um_per_px == pytest.approx(SIM_UM_PER_PX / 2.5, rel=0.08)


def test_the_stations_own_scale_is_not_a_phones(station: Station) -> None:
    clear = through(np.full((1200, 1200, 3), 222, np.uint8), Disc(800, 600, 520), (1600, 1200))
    assert station.assumed_um_per_px is not None
    forced = replace(station, options=replace(station.options, ignore_quality=True))
    with pytest.raises(ScaleUnknown):
        forced.examine(frame(clear, None))


def test_it_is_told_that_it_came_through_an_eyepiece_and_nothing_is_referred_for_it(station: Station) -> None:
    seen = station.examine(frame(through(field(), Disc(800, 600, 560), (1600, 1200))))
    assert [reason.code for reason in seen.decision.reasons].count("eyepiece.seen") == 1
    assert seen.decision.label == decide_field(seen.cells, station.jury.roles).label
    case = decide_documents([document(seen), document(seen)], station.jury.roles)
    assert [reason.code for reason in case.reasons].count("eyepiece.seen") == 1
    assert case.label == "insufficient"


def _soft(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), 1.2 / SIM_UM_PER_PX), np.uint8)


def _smeared(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.blur(pixels, (31, 1)), np.uint8)


REFUSED: dict[str, tuple[Callable[[], Pixels], str, str]] = {
    "small": (lambda: through(field(), Disc(640, 480, 0.47 * SMALL_PX), (1280, 960)), "eyepiece.small", "nearer"),
    "cut": (lambda: through(field(), Disc(-60, 480, 420), (1600, 1200)), "eyepiece.cut", "straight"),
    "out of focus": (lambda: through(_soft(field()), Disc(800, 600, 560), (1600, 1200)), "eyepiece.soft", "tap"),
    "smeared": (lambda: through(_smeared(field()), Disc(800, 600, 560), (1600, 1200)), "eyepiece.soft", "still"),
}


@pytest.mark.parametrize("way", REFUSED)
def test_what_cannot_be_used_says_what_to_do(station: Station, way: str) -> None:
    made, code, word = REFUSED[way]
    seen = station.examine(frame(made()))
    assert not seen.verdict.ok
    assert not seen.cells
    assert [reason.code for reason in seen.verdict.reasons] == [code]
    assert word in say(seen.verdict.reasons[0]).remedy
    assert station.gate(frame(made())).reasons[0].code == code


def test_what_is_beyond_the_disc_changes_nothing(station: Station) -> None:
    clean = through(field(), Disc(800, 600, 480), (1600, 1200))
    y, x = np.mgrid[:1200, :1600]
    beyond = np.hypot(x - 800, y - 600) > 520
    littered = clean.copy()
    littered[beyond] = np.random.default_rng(2).integers(0, 45, (np.count_nonzero(beyond), 3))
    first, second = station.examine(frame(clean)), station.examine(frame(littered))
    assert places(first) == places(second)
    assert first.verdict.measures["exposure"] == pytest.approx(second.verdict.measures["exposure"], abs=1)


def test_ordinary_fields_and_cells_cut_out_on_black_are_no_photographs() -> None:
    assert photograph(field()) is None
    cell = np.zeros((400, 400, 3), np.uint8)
    cv2.circle(cell, (200, 200), 120, (150, 105, 190), -1)
    cv2.circle(cell, (205, 200), 95, (90, 40, 130), -1)
    assert photograph(cell) is None


def test_light_and_vignette_are_flat_within_the_disc() -> None:
    glass = np.full((1200, 1200, 3), (226, 222, 224), np.uint8)
    photo = photograph(through(glass, Disc(640, 480, 430), (1280, 960), vignette=0.45))
    assert photo is not None
    assert np.percentile(photo.pixels[photo.lit], [1, 99], axis=0) == pytest.approx(np.array([[223] * 3] * 2), abs=14)
    assert not photo.pixels[cv2.erode((~photo.lit).view(np.uint8), np.ones((3, 3), np.uint8)) > 0].any()


def test_a_known_mask_is_no_cut_out_and_holds_no_mixed_pixels() -> None:
    photo = photograph(through(field(), Disc(640, 480, 400), (1280, 960)))
    assert photo is not None
    small = cv2.resize(photo.pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    lit = cv2.resize(photo.lit.view(np.uint8), small.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
    for pixels, mask, um_per_px in ((photo.pixels, photo.lit, 0.11), (np.asarray(small, np.uint8), lit, 0.9)):
        normal = normalise(pixels, um_per_px, lit=mask)
        assert not normal.cut_out
        rim = normal.picture & (cv2.erode(normal.picture.view(np.uint8), np.ones((3, 3), np.uint8)) == 0)
        assert np.percentile(normal.transmittance[rim].max(axis=1), 2) > 0.25


def test_the_gate_alone_still_refuses_a_disc_that_nobody_masked() -> None:
    seen = through(field(), Disc(800, 600, 480), (1600, 1200))
    assert [reason.code for reason in gate(seen).reasons] == ["eyepiece.disc"]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_phones_say_in_exif_how_they_were_held(orientation: int) -> None:
    upright = through(field(), Disc(700, 420, 400), (1280, 960))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    turned = Image.fromarray(upright)
    if orientation > 1:
        turned = turned.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[274] = orientation
    kept = BytesIO()
    turned.save(kept, "JPEG", quality=95, exif=exif)
    found = eyepiece_disc(decode_image(kept.getvalue(), "phone.jpg"))
    assert found is not None
    assert (found.x_px, found.y_px) == pytest.approx((700, 420), abs=10)


@pytest.mark.data
@pytest.mark.parametrize(("name", "nuclei"), [("phone_1", [(1544, 322), (1884, 508)]), ("phone_3", [(846, 1437)])])
def test_real_photographs_are_examined(name: str, nuclei: list[tuple[int, int]], tmp_path: Path) -> None:
    path = DATA / f"{name}.jpg"
    if not path.exists():
        pytest.skip(f"no real image at {path}")
    with closing(open_station(None, tmp_path)) as station:
        found = places(station.examine(Frame(read_image(path))))
    assert len(found) == len(nuclei)
    for at, seen in zip(sorted(nuclei), sorted(found), strict=True):
        assert np.hypot(at[0] - seen[0], at[1] - seen[1]) < 30
