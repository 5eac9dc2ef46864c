"""Laws of composed fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.optics.normal import density
from export.cells.camera import CameraOptions, photographed
from export.cells.compose import ComposeOptions, Composer, Sample, finished, without_lamp
from export.cells.parts import PartsOptions, varied
from export.cells.paste import PasteOptions, begun, pasted, seams, shifted
from export.cells.placement import Layer, cut, placed, random_turn
from export.cells.tile import (
    BACKGROUND,
    CELL_UNKNOWN,
    CYTOPLASM,
    KNOWN,
    NUCLEUS,
    UNKNOWN,
    Plane8,
    Tile,
    transmittance,
)
from export.cells.tint import (
    DENSEST,
    RED_HUES,
    WHITE_HUES,
    Hues,
    TintOptions,
    blend,
    random_hue,
    random_tint,
    recoloured,
)
from tests.tiles import TINY, disc, drawn_tile

SINGLES = [drawn_tile(k) for k in range(4)]
SEEDS = st.integers(0, 2**32 - 1)
UPRIGHT = np.eye(2)


def _composer(fields: Sequence[Tile] = (), cut_outs: Sequence[Tile] = ()) -> Composer:
    return Composer(SINGLES, fields or SINGLES, cut_outs, TINY)


def _sample(seed: int, composer: Composer | None = None) -> Sample:
    return (composer or _composer()).sample(np.random.default_rng(seed))


@given(seed=SEEDS)
@settings(max_examples=30)
def test_a_sample_is_decided_by_its_seed_and_in_range(seed: int) -> None:
    first, again = _sample(seed), _sample(seed)
    assert all(np.array_equal(getattr(first, name), getattr(again, name)) for name in ("image", "target", "weight"))
    assert first.image.shape == first.target.shape == first.weight.shape == (3, 32, 32)
    assert first.image.dtype == np.float32
    assert 0 < first.image.min() <= first.image.max() <= np.float32(1.15)
    assert {*np.unique(first.target), *np.unique(first.weight)} <= {0, 1}


@given(seed=SEEDS)
@settings(max_examples=30)
def test_nuclei_and_seams_lie_in_cells(seed: int) -> None:
    cell, nucleus, seam = _sample(seed, _composer(cut_outs=SINGLES[:1])).target
    assert (nucleus <= cell).all()
    assert (seam <= cell).all()


def test_other_seeds_make_other_samples() -> None:
    images = [_sample(seed).image.tobytes() for seed in range(8)]
    assert len(set(images)) == 8


@given(seed=SEEDS)
@settings(max_examples=30)
def test_what_is_unknown_weighs_nothing_but_where_a_known_cell_lies_on_it(seed: int) -> None:
    sample = _sample(seed, Composer(SINGLES, [drawn_tile(5, 80, UNKNOWN)], (), _fields_only()))
    (cell, _, _), weight = sample.target, sample.weight
    assert (weight <= cell).all()


def test_where_only_cytoplasm_is_doubted_nuclei_and_seams_still_count() -> None:
    layer = Layer(np.zeros((4, 4, 3), np.float32), np.zeros((4, 4), np.uint8), np.full((4, 4), CELL_UNKNOWN, np.uint8))
    sample = finished(begun(layer.density, layer), np.full((4, 4, 3), 200, np.uint8))
    assert [int(plane.sum()) for plane in sample.weight] == [0, 16, 16]


def _fields_only() -> ComposeOptions:
    return replace(TINY, single=0.0, pasted=(0.5, 0.5))


@given(seed=SEEDS)
@settings(max_examples=30)
def test_a_pasted_cell_hides_none_and_its_seam_lies_between_two(seed: int) -> None:
    random = np.random.default_rng(seed)
    layers = [cut(tile, random_turn(random, 0.2, 0.1), 64) for tile in SINGLES[:3]]
    scene = begun(layers[0].density, layers[0])
    for layer in layers[1:]:
        before, scene = scene, pasted(random, scene, layer, PasteOptions())
        assert (scene.instances[before.occupied] == before.instances[before.occupied]).all()
        assert ((scene.labels > 0) == scene.occupied).all()
    found = seams(scene.instances)
    assert np.array_equal(found, _seams_by_hand(scene.instances))


def _seams_by_hand(instances: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Cell pixels that have a pixel of another cell among their neighbours, one by one."""
    padded = np.pad(instances, 1)
    found = np.zeros(instances.shape, bool)
    for row, column in np.argwhere(instances > 0):
        around = padded[row : row + 3, column : column + 3]
        found[row, column] = bool(((around > 0) & (around != instances[row, column])).any())
    return found


def test_touching_discs_have_a_seam_two_pixels_wide() -> None:
    instances = np.zeros((6, 8), np.int32)
    instances[:, :4], instances[:, 4:] = 1, 2
    assert np.flatnonzero(seams(instances)[0]).tolist() == [3, 4]
    assert not seams((instances > 0).astype(np.int32)).any()


def test_a_cell_for_which_there_is_no_room_is_not_pasted() -> None:
    layer = cut(SINGLES[0], UPRIGHT, 32)
    full = Layer(layer.density, np.full_like(layer.labels, CYTOPLASM), layer.doubt)
    scene = begun(full.density, full)
    assert pasted(np.random.default_rng(0), scene, layer, PasteOptions()) is scene


def test_a_tile_placed_upright_is_itself() -> None:
    tile = drawn_tile(1, 40)
    layer = placed(tile, (20.0, 20.0), UPRIGHT, 40)
    assert np.array_equal(layer.labels, tile.labels)
    assert np.allclose(layer.density, density(transmittance(tile.light)), atol=1e-6)


@given(seed=SEEDS)
def test_turning_keeps_sizes(seed: int) -> None:
    turn = random_turn(np.random.default_rng(seed), 0.1, 0.0)
    assert np.allclose(turn @ turn.T, 0.25 * np.eye(2), atol=1e-12)


def test_a_cell_that_is_cut_lies_in_the_middle_and_nowhere_else() -> None:
    layer = cut(drawn_tile(2, 40), UPRIGHT, 80)
    rows, columns = np.nonzero(layer.labels)
    assert abs(rows.mean() - 40) < 1
    assert abs(columns.mean() - 40) < 1
    assert np.count_nonzero(layer.labels) == np.count_nonzero(drawn_tile(2, 40).labels)


@given(across=st.integers(-9, 9), down=st.integers(-9, 9))
def test_shifting_moves_what_stays_inside(across: int, down: int) -> None:
    image = np.arange(1, 36, dtype=np.uint8).reshape(5, 7)
    expected = np.roll(np.pad(image, 10), (down, across), (0, 1))[10:15, 10:17]
    assert np.array_equal(shifted(image, (float(across), float(down))), expected)


@given(seed=SEEDS)
def test_stains_keep_clear_ground_clear_and_density_bounded(seed: int) -> None:
    random = np.random.default_rng(seed)
    tint = random_tint(random, TintOptions())
    assert not tint(np.zeros((2, 2, 3), np.float32)).any()
    dense = tint(random.uniform(0.0, 3.0, (4, 4, 3)).astype(np.float32))
    assert 0 <= dense.min() <= dense.max() <= np.float32(DENSEST)


@given(seed=SEEDS, hues=st.sampled_from([RED_HUES, WHITE_HUES]))
def test_a_new_hue_is_the_hue_and_keeps_how_dense_it_is(seed: int, hues: Hues) -> None:
    random = np.random.default_rng(seed)
    dense = np.asarray(random.uniform(0.1, 0.5, (9, 9, 1)) * random.uniform(0.4, 1.0, 3), np.float32)
    hue = random_hue(random, hues, 0.1)
    changed = recoloured(dense, hue)
    means = changed.mean(axis=(0, 1))
    assert means / means.mean() == pytest.approx(hue / hue.mean(), rel=1e-3)
    assert np.allclose(changed / dense, changed[0, 0] / dense[0, 0], rtol=1e-3)
    assert not recoloured(np.zeros((4, 4, 3), np.float32), hue).any()


NOTHING = PartsOptions(fade=0, granules=0, thin=0, rim=0)
PARTS = {
    "fade": (replace(NOTHING, fade=1), {CYTOPLASM}),
    "granules": (replace(NOTHING, granules=1), {CYTOPLASM}),
    "thin": (replace(NOTHING, thin=1), {NUCLEUS}),
    "nothing": (NOTHING, set()),
}


@pytest.mark.parametrize(("options", "touched"), PARTS.values(), ids=PARTS)
def test_each_part_varies_by_itself(options: PartsOptions, touched: set[int]) -> None:
    labels = _rings()
    dense = np.asarray(0.2 + 0.2 * labels[..., None], np.float32) * np.ones(3, np.float32)
    changed = (varied(np.random.default_rng(0), dense, labels, options) != dense).all(axis=2)
    middle = {BACKGROUND: (0, 0), CYTOPLASM: (20, 9), NUCLEUS: (20, 20)}
    assert {part for part, place in middle.items() if changed[place]} == touched


def test_granules_are_about_as_dense_as_the_nucleus() -> None:
    labels, random = _rings(), np.random.default_rng(3)
    dense = np.asarray(np.choose(labels, [0.0, 0.2, 0.6])[..., None] * np.ones(3), np.float32)
    granules = varied(random, dense, labels, replace(NOTHING, granules=1))[labels == CYTOPLASM].mean(axis=0)
    assert 0.15 < granules[0] < 0.5
    assert 0.4 < granules[1] < 0.75


def test_a_rim_is_darker_than_the_cell_that_it_goes_around() -> None:
    labels = _rings()
    dense = np.full((40, 40, 3), 0.3, np.float32)
    rimmed = varied(np.random.default_rng(0), dense, labels, replace(NOTHING, rim=1))
    assert rimmed[20, 7, 0] > rimmed[20, 12, 0] == pytest.approx(0.3, abs=1e-3)


def _rings() -> Plane8:
    """A nucleus in a cell."""
    cell = disc((40, 40), (20, 20), 14) * CYTOPLASM
    return np.asarray(np.where(disc((40, 40), (20, 20), 6), NUCLEUS, cell), np.uint8)


def test_blending_ends_in_either_layer() -> None:
    under, over = np.zeros((30, 30, 3), np.float32), np.ones((30, 30, 3), np.float32)
    mixed = blend(under, over, disc((30, 30), (15, 15), 8), 0.7)
    assert mixed[15, 15, 0] == pytest.approx(1.0)
    assert mixed[0, 0, 0] == 0.0


@given(seed=SEEDS)
@settings(max_examples=40)
def test_the_lamp_is_found_in_what_any_camera_makes_of_it(seed: int) -> None:
    tile = drawn_tile(3, 96)
    picture = photographed(np.random.default_rng(seed), density(transmittance(tile.light)), CameraOptions())
    clear = np.median(without_lamp(picture)[tile.labels == 0])
    assert picture.shape == (96, 96, 3)
    assert clear == pytest.approx(1.0, abs=0.06)


def test_a_camera_that_does_nothing_keeps_densities() -> None:
    still = CameraOptions((250, 250), 0, 0, slope=0, mix=0, gamma=0, coarse=0, soft=0, sharp=0, noise=0, jpeg=0)
    dense = density(transmittance(drawn_tile(3, 96).light))
    picture = photographed(np.random.default_rng(0), dense, still)
    assert np.abs(picture - 250 * 10.0**-dense).max() <= 1
    assert without_lamp(picture)[drawn_tile(3, 96).labels == KNOWN].mean() == pytest.approx(1.0, abs=0.03)
