"""The simulated microscope: the same pictures from the same seed, and a truth that the pixels bear out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.picture import Picture
from firmware_bridge.sim.camera import EXTINCTION, blur_px, light
from firmware_bridge.sim.kinds import KINDS
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.uri import parse_uri

SMALL = "width=320&height=240&um_per_px=0.22"


def sim(options: str = "") -> SimSource:
    return SimSource(parse_uri(f"sim:?{SMALL}&{options}".rstrip("&")))


def read(source: SimSource) -> Picture:
    picture = source.read()
    assert picture is not None
    return picture


def test_the_same_seed_gives_the_same_pictures_and_another_gives_others() -> None:
    once, again, other = sim("seed=3&dwell=2"), sim("seed=3&dwell=2"), sim("seed=4&dwell=2")
    for _ in range(5):
        first, second, third = read(once), read(again), read(other)
        assert np.array_equal(first.pixels, second.pixels)
        assert not np.array_equal(first.pixels, third.pixels)
        assert once.truth() == again.truth()


def test_pictures_are_what_was_asked_for() -> None:
    picture = read(SimSource(parse_uri("sim:?width=200&height=100&fps=4&um_per_px=0.3")))
    assert picture.pixels.shape == (100, 200, 3)
    assert picture.pixels.dtype == np.uint8
    assert (picture.sequence, picture.taken_ms, picture.um_per_px) == (0, 0.0, 0.3)


def test_time_and_number_go_on_and_no_picture_repeats() -> None:
    source = sim("fps=5")
    pictures = [read(source) for _ in range(4)]
    assert [picture.taken_ms for picture in pictures] == [0, 200, 400, 600]
    assert len({picture.pixels.tobytes() for picture in pictures}) == 4


def test_the_stage_moves_on_after_its_dwell() -> None:
    source = sim("dwell=3")
    truths = []
    for _ in range(4):
        read(source)
        truths.append({(cell.id, cell.kind, cell.diameter_um) for cell in source.truth() if cell.nucleated})
    stayed = truths[0] & truths[1] & truths[2]
    assert len(stayed) >= 3
    assert not stayed & truths[3]


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_the_truth_is_in_the_pixels(seed: int) -> None:
    source = sim(f"seed={seed}&cells=5")
    green = read(source).pixels[..., 1].astype(float)
    cells, nuclei = source.labels()
    assert cells.shape == nuclei.shape == green.shape
    assert ((nuclei == 0) | (nuclei == cells)).mean() > 0.999
    for cell in source.truth():
        if not cell.nucleated or cell.cut:
            continue
        own, nucleus = cells == cell.id, nuclei == cell.id
        rows, columns = np.nonzero(nucleus)
        assert np.hypot(columns.mean() + 0.5 - cell.centre_px[0], rows.mean() + 0.5 - cell.centre_px[1]) < 1.0
        assert 2 * np.sqrt(own.sum() / np.pi) * 0.22 == pytest.approx(cell.diameter_um, rel=0.03)
        assert 2 * np.sqrt(nucleus.sum() / np.pi) * 0.22 == pytest.approx(cell.nucleus_diameter_um, rel=0.03)
        assert np.median(green[nucleus]) < 0.55 * np.median(green[cells == 0])


def test_sizes_are_those_of_the_kind() -> None:
    source = sim("cells=20&dwell=1&blast_fraction=0.5")
    seen = set()
    for _ in range(6):
        read(source)
        for cell in source.truth():
            if cell.nucleated and not cell.cut:
                low, high = KINDS[cell.kind].diameter_um
                assert 0.9 * low < cell.diameter_um < 1.1 * high
                seen.add(cell.kind)
    assert len(seen) >= 5


@pytest.mark.parametrize(("fraction", "expected"), [(0.0, {False}), (1.0, {True})])
def test_the_share_of_blasts(fraction: float, expected: set[bool]) -> None:
    source = sim(f"blast_fraction={fraction}&cells=12")
    read(source)
    assert {cell.blast for cell in source.truth() if cell.nucleated} == expected


def test_an_empty_field_has_no_nucleated_cell() -> None:
    source = sim("cells=0")
    read(source)
    assert not any(cell.nucleated for cell in source.truth())
    assert not source.labels()[0].any()


def sharpness(options: str) -> float:
    grey = read(sim(options)).pixels[..., 1].astype(float)
    return float(np.square(np.diff(grey, axis=1)).mean())


def test_defocus_blurs_to_both_sides_and_more_when_further() -> None:
    levels = [sharpness(f"defocus_um={away}") for away in (0, 1.5, 4, 20)]
    assert levels == sorted(levels, reverse=True)
    assert sharpness("defocus_um=-4") == pytest.approx(sharpness("defocus_um=4"), rel=0.2)
    assert blur_px(0.0, 0.1) < blur_px(1.0, 0.1) == blur_px(-1.0, 0.1)


def test_exposure_brightens_and_saturates() -> None:
    means = [read(sim(f"exposure={exposure}")).pixels.mean() for exposure in (0.1, 0.5, 1, 5)]
    assert means == sorted(means)
    assert (read(sim("exposure=5&cells=0")).pixels == 255).mean() > 0.5


def test_beer_and_lambert_twice_the_dye_is_light_squared() -> None:
    dyes = np.random.default_rng(0).uniform(0, 0.5, (3, 8, 8)).astype(np.float32)
    assert np.allclose(light(2 * dyes, 1), np.square(light(dyes, 1)), rtol=1e-4)
    assert np.allclose(light(0 * dyes, 1), 1.0)
    assert (EXTINCTION > 0).all()


def test_before_the_first_picture_and_after_the_last() -> None:
    source = sim()
    source.close()
    source.close()
    assert source.read() is None
    assert source.uri.startswith("sim:")
