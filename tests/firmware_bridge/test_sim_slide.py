"""The endless slide: a place is the same however it is reached, cells are whole, truth is where the pixels say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.options import SimOptions
from firmware_bridge.picture import Picture
from firmware_bridge.sim.body import Body, Pose
from firmware_bridge.sim.kinds import KINDS
from firmware_bridge.sim.plan import Place
from firmware_bridge.sim.slide import EDGE_UM, Slide, Terrain
from firmware_bridge.sim.slide.places import AROUND, Places, TileLayout
from firmware_bridge.sim.slide.terrain import CLEAR_UM, waves
from firmware_bridge.sim.slide.tiles import Tiles
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.uri import parse_uri

OPTIONS = SimOptions(width=160, height=120, um_per_px=0.4, cells=9, seed=5)
ADDRESS = parse_uri("sim:?width=320&height=240&um_per_px=0.22&cells=12&seed=3")
TILES = st.tuples(st.integers(-30, 30), st.integers(-30, 30))


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s

    def wait(self, seconds: float) -> None:
        self.now_s += seconds


def under(pose: Pose, address: str | None = None) -> tuple[SimSource, Body, Clock]:
    clock = Clock()
    body = Body(pose, clock)
    source = SimSource(ADDRESS if address is None else parse_uri(address), body, clock, clock.wait)
    return source, body, clock


def read(source: SimSource) -> Picture:
    picture = source.read()
    assert picture is not None
    return picture


def in_focus(x_um: float, y_um: float) -> Pose:
    return Pose(x_um, y_um, Terrain(3).height_um(x_um, y_um))


@given(st.integers(0, 2**32), st.floats(-4000, 4000), st.floats(-4000, 4000))
def test_stain_is_uneven_over_the_slide_and_even_over_a_cell(seed: int, x_um: float, y_um: float) -> None:
    terrain = Terrain(seed)
    far = np.arange(200.0) * 40.0
    whole = terrain.thickness(x_um + far, y_um + far)
    assert 0.6 <= whole.min() < 0.93
    assert 1.07 < whole.max() <= 1.4
    assert whole.mean() == pytest.approx(1.0, abs=0.05)
    near = np.arange(20.0) * 0.5
    assert np.ptp(terrain.thickness(x_um + near, y_um + near)) < 0.05


def test_stain_takes_light_by_its_thickness(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beer and Lambert: twice the film, twice the optical density, and so the square of what passes."""
    flat = np.ones((1, 1), np.float32)
    monkeypatch.setattr(Terrain, "thickness", lambda self, x_um, y_um: flat)
    thin = Slide(OPTIONS).transmitted(Slide(OPTIONS).window(600.0, 0.0))
    monkeypatch.setattr(Terrain, "thickness", lambda self, x_um, y_um: 2 * flat)
    thick = Slide(OPTIONS).transmitted(Slide(OPTIONS).window(600.0, 0.0))
    assert thin.min() < 0.5
    assert np.abs(thick - thin**2).max() < 0.03


@settings(max_examples=3)
@given(st.integers(-40, 1500), st.integers(-500, 500), st.integers(-30, 30), st.integers(-30, 30))
def test_two_views_of_one_place_agree_wherever_one_came_from(x: int, y: int, dx: int, dy: int) -> None:
    one, other = Slide(OPTIONS), Slide(OPTIONS)
    other.transmitted(other.window(0.4 * (x + 500), 0.4 * y))
    here, there = (one.window(0.4 * x, 0.4 * y), other.window(0.4 * (x + dx), 0.4 * (y + dy)))
    a, b = one.transmitted(here), other.transmitted(there)
    rows = [slice(max(0, d), 120 + min(0, d)) for d in (dy, -dy)]
    columns = [slice(max(0, d), 160 + min(0, d)) for d in (dx, -dx)]
    assert np.array_equal(a[rows[0], columns[0]], b[rows[1], columns[1]])


def test_another_seed_is_another_slide() -> None:
    first, second = (Slide(replace(OPTIONS, seed=seed)) for seed in (1, 2))
    assert not np.allclose(first.transmitted(first.window(0, 0)), second.transmitted(second.window(0, 0)))


def test_no_seam_is_seen_where_tiles_meet() -> None:
    """Between the last column of a tile and the first of the next, the picture changes no more than elsewhere."""
    slide = Slide(replace(OPTIONS, cells=0, width=600, height=400))
    light = slide.transmitted(slide.window(0.0, 0.0)).astype(np.float64)
    steps = np.abs(np.diff(light, axis=1)).mean(axis=(0, 2))
    size, left = Tiles(OPTIONS, Terrain(OPTIONS.seed)).size_px, slide.window(0.0, 0.0).left_px
    seams = [k for k in range(steps.size) if (left + k + 1) % size == 0]
    assert len(seams) >= 3
    assert steps[seams].max() < np.quantile(steps, 0.999)
    assert steps[seams].mean() < 1.3 * np.median(steps)


@settings(max_examples=4)
@given(TILES)
def test_nucleated_cells_keep_apart_across_borders(tile: tuple[int, int]) -> None:
    places = Places(OPTIONS, Terrain(OPTIONS.seed), 51.2)
    near = [place for dx, dy in AROUND for place in places.of((tile[0] + dx, tile[1] + dy))]
    cells = [place for place in near if place.kind not in ("red cell", "platelet", "speck", "smudge")]
    for number, one in enumerate(cells):
        for other in cells[:number]:
            away = np.hypot(*np.subtract(one.centre_um, other.centre_um))
            assert away >= (one.diameter_um + other.diameter_um) / 2


@settings(max_examples=4)
@given(TILES)
def test_a_tile_is_planned_the_same_in_any_order(tile: tuple[int, int]) -> None:
    at_once, after_all = (Places(OPTIONS, Terrain(OPTIONS.seed), 51.2) for _ in range(2))
    for dx, dy in reversed(AROUND):
        after_all.of((tile[0] + dx, tile[1] + dy))
    assert at_once.of(tile) == after_all.of(tile)


@pytest.mark.parametrize(("x_um", "y_um"), [(0.0, 0.0), (333.3, -77.7), (-300.0, 5000.0)])
def test_the_truth_is_in_the_pixels(x_um: float, y_um: float) -> None:
    source, _, _ = under(in_focus(x_um, y_um))
    green = read(source).pixels[..., 1].astype(float)
    cells, nuclei = source.labels()
    known = [cell for cell in source.truth() if cell.nucleated and not cell.cut]
    assert known
    for cell in known:
        rows, columns = np.nonzero(nuclei == cell.id)
        assert np.hypot(columns.mean() + 0.5 - cell.centre_px[0], rows.mean() + 0.5 - cell.centre_px[1]) < 1.0
        assert 2 * np.sqrt((cells == cell.id).sum() / np.pi) * 0.22 == pytest.approx(cell.diameter_um, rel=0.05)
        assert np.median(green[nuclei == cell.id]) < 0.6 * np.median(green[cells == 0])


def test_a_cell_keeps_its_place_on_the_slide_when_the_stage_moves() -> None:
    source, body, clock = under(in_focus(100.0, 100.0))
    read(source)
    before = {cell.slide_um: cell for cell in source.truth()}
    body.go(replace(body.pose, x_um=111.0), speed_um_s=100.0)
    clock.wait(1.0)
    read(source)
    both = [(before[cell.slide_um], cell) for cell in source.truth() if cell.slide_um in before]
    assert len(both) >= 3
    for old, new in both:
        assert old.centre_px[0] - new.centre_px[0] == pytest.approx(50.0)
        assert (old.kind, old.diameter_um) == (new.kind, new.diameter_um)


def test_left_of_the_edge_is_clear_glass() -> None:
    source, _, _ = under(Pose(CLEAR_UM, 0.0, 0.0))
    picture = read(source)
    assert source.truth() == ()
    assert picture.pixels.std(axis=(0, 1)).max() < 12
    assert not source.labels()[0].any()
    assert EDGE_UM > CLEAR_UM


def test_it_is_sharp_at_the_height_of_the_land_and_less_to_both_sides() -> None:
    best = in_focus(2000.0, 900.0)
    assert abs(best.z_um) > 0.3
    source, body, clock = under(best)

    def sharpness(away_um: float) -> float:
        body.go(replace(best, z_um=best.z_um + away_um), speed_um_s=1000.0)
        clock.wait(1.0)
        green = read(source).pixels[..., 1].astype(float)
        return float(np.square(np.diff(green, axis=1)).mean())

    levels = [sharpness(away) for away in (0.0, 1.5, 4.0, 12.0)]
    assert levels == sorted(levels, reverse=True)
    assert sharpness(-4.0) == pytest.approx(levels[2], rel=0.15)


@given(st.floats(-5000, 5000), st.floats(-5000, 5000))
def test_the_land_is_nearly_flat_across_a_picture(x_um: float, y_um: float) -> None:
    land = Terrain(1)
    assert abs(land.height_um(x_um + 70.0, y_um + 50.0) - land.height_um(x_um - 70.0, y_um - 50.0)) < 1.6
    assert land.height_um(0.0, 0.0) == 0.0


def test_the_lamp_of_the_body_and_its_drift_are_seen() -> None:
    source, body, clock = under(in_focus(0, 0), f"{ADDRESS}&lamp_drift=-0.5&focus_drift_um=3")
    first = read(source)
    body.go(replace(body.pose, lamp=0.3), 1000.0)
    assert read(source).pixels.mean() < 0.8 * first.pixels.mean()
    body.go(replace(body.pose, lamp=1.0), 1000.0)
    clock.wait(60.0)
    later = read(source)
    assert later.pixels.mean() < 0.9 * first.pixels.mean()
    assert float(later.settings["defocus_um"]) == pytest.approx(3.0, abs=0.1)


def test_pictures_come_at_their_rate_and_say_where_the_stage_was() -> None:
    source, body, _ = under(in_focus(5.0, 6.0), f"{ADDRESS}&fps=4")
    pictures = [read(source) for _ in range(5)]
    assert np.diff([picture.taken_ms for picture in pictures]) == pytest.approx([250.0] * 4)
    assert pictures[0].stage == {"x_um": 5.0, "y_um": 6.0, "z_um": body.pose.z_um, "lamp": 1.0}
    assert len({picture.pixels.tobytes() for picture in pictures}) == 5


def test_without_a_body_the_slide_wanders_by_itself_in_focus() -> None:
    clock = Clock()
    address = parse_uri(f"{ADDRESS}&slide=1&scan_um_s=200&x_um=50&fps=5")
    source = SimSource(address, clock=clock, wait=clock.wait)
    pictures = [read(source) for _ in range(12)]
    xs = [picture.stage["x_um"] for picture in pictures if picture.stage]
    assert xs[0] == 50.0
    assert (np.diff(xs) > 10.0).all()
    assert xs[-1] > 50.0 + 4 * 70.4
    assert max(abs(float(picture.settings["defocus_um"])) for picture in pictures) < 0.5


def test_the_demonstration_has_no_stage() -> None:
    assert read(SimSource(ADDRESS)).stage is None


@settings(max_examples=4)
@given(st.integers(0, 10_000), st.integers(-2000, 2000))
def test_whole_cells_have_the_size_of_their_kind_and_labels_of_their_own(seed: int, x_um: int) -> None:
    slide = Slide(SimOptions(width=400, height=300, um_per_px=0.3, cells=14, seed=seed))
    window = slide.window(abs(x_um), 50.0)
    cells, nuclei = slide.labels(window)
    whole = [cell for cell in slide.truth(window) if cell.nucleated and not cell.cut]
    assert len({cell.id for cell in whole}) == len(whole)
    for cell in whole:
        low, high = KINDS[cell.kind].diameter_um
        assert 0.85 * low < cell.diameter_um < 1.15 * high
        assert ((nuclei == cell.id) & (cells != cell.id)).sum() <= 0.02 * (nuclei == cell.id).sum()
        assert 0 < cell.nucleus_diameter_um <= cell.diameter_um


def test_the_density_of_cells_is_that_of_the_fields() -> None:
    options = SimOptions(width=600, height=450, um_per_px=0.3, cells=12, seed=8)
    slide = Slide(options)
    counts = [
        sum(cell.nucleated for cell in slide.truth(slide.window(200.0 + 180 * k, 135.0 * m)))
        for k in range(4)
        for m in range(3)
    ]
    assert 8 < np.mean(counts) < 15


@pytest.mark.parametrize("size_px", [(64, 64), (128, 96)])
def test_a_picture_too_small_for_its_cells_is_planned_with_no_more_tries_than_a_full_one(
    monkeypatch: pytest.MonkeyPatch, size_px: tuple[int, int]
) -> None:
    tries: list[float] = []
    candidate = TileLayout.candidate

    def counted(layout: TileLayout, diameter_um: float, beside: Place | None) -> tuple[float, float]:
        tries.append(diameter_um)
        return candidate(layout, diameter_um, beside)

    monkeypatch.setattr(TileLayout, "candidate", counted)
    options = SimOptions(width=size_px[0], height=size_px[1], cells=200)
    Places(options, Terrain(6), 56.3).of((0, 0))
    assert 200 < len(tries) < 5000


def test_cells_cut_by_the_picture_are_whole_on_the_slide() -> None:
    """A cell at the border of one picture is the same, and not cut, in the picture beside it."""
    slide = Slide(replace(OPTIONS, width=300, height=220, cells=60))
    pairs = [(slide.window(500.0, 88.0 * k), slide.window(530.0, 88.0 * k)) for k in range(4)]
    cut = {cell.slide_um: cell for left, _ in pairs for cell in slide.truth(left) if cell.cut and cell.nucleated}
    whole = {cell.slide_um: cell for _, right in pairs for cell in slide.truth(right) if not cell.cut}
    both = cut.keys() & whole.keys()
    assert both
    assert all(cut[each].diameter_um == whole[each].diameter_um for each in both)


@given(st.integers(0, 2**32), st.floats(-3000, 3000), st.floats(-3000, 3000))
def test_a_wave_at_a_point_is_the_same_as_on_a_grid(seed: int, x_um: float, y_um: float) -> None:
    wave = waves(np.random.default_rng(seed), (100.0, 300.0), 2.0)
    grid = wave.over(np.array([x_um, x_um + 1.0]), np.array([y_um]))
    assert grid.shape == (1, 2)
    assert float(grid[0, 0]) == pytest.approx(wave.at(x_um, y_um), abs=1e-3)


@given(st.floats(-5000, 5000), st.floats(-5000, 5000))
def test_no_cell_lies_on_clear_glass(x_um: float, y_um: float) -> None:
    land = Terrain(2)
    if land.holds_cells(x_um, y_um, 7.4):
        assert float(land.cover(np.array([x_um]), np.array([y_um]))[0, 0]) > 0.0
        assert x_um > CLEAR_UM


def test_the_cover_of_a_tile_far_from_the_edge_is_whole() -> None:
    across = np.linspace(0.0, 60.0, 16)
    near, far = Terrain(2).cover(np.linspace(-560.0, -500.0, 16), across), Terrain(2).cover(across, across)
    assert near.min() < 1.0
    assert (far == 1.0).all()


def test_opened_again_it_is_the_same_microscope() -> None:
    source, body, clock = under(in_focus(100.0, 100.0))
    first = read(source)
    body.go(replace(body.pose, y_um=150.0), 1000.0)
    clock.wait(1.0)
    again = source.again()
    second = read(again)
    assert second.sequence == first.sequence + 1
    assert second.stage is not None
    assert second.stage["y_um"] == 150.0
