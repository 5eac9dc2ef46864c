"""One cell is one label: touching cells are parted, lobes are not, and what is no cell is not counted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edge.errors import FieldTooLarge
from edge.optics.normal import NormalField
from edge.optics.otsu import separability, threshold, two_thresholds
from edge.optics.planes import Field, Mask, Plane
from edge.segment.channel import nuclear_channel
from edge.segment.find import CUT, SegmentOptions, find_cells
from edge.segment.instances import InstanceLimits, label_cells, number_cells
from edge.segment.likelihood import Likelihood
from edge.segment.nucleus import OutlineOptions, nucleus_level, tidy
from edge.segment.spread import parts_of, spread
from edge.types import Outlines
from tests.drawn import as_likelihood, ellipse, field_of, px

SIZE = (240, 200)
NONE = np.zeros(SIZE[::-1], np.bool_)
OPTIONS = SegmentOptions()
TURNS = st.floats(0, 2 * math.pi)
Disc = tuple[float, float, float]


class Sure:
    """A finder that says what it was told."""

    def __init__(self, likelihood: Likelihood) -> None:
        self._likelihood = likelihood

    def likelihood(self, field: NormalField) -> Likelihood:
        return self._likelihood


def discs(each: Sequence[Disc]) -> Mask:
    """x, y and radius in working pixels."""
    return np.asarray(np.logical_or.reduce([NONE, *(ellipse(SIZE, (x, y), r) for x, y, r in each)]), np.bool_)


def dyed(nucleus: Mask) -> NormalField:
    """A field in which these nuclei are as dark as nuclei are."""
    return field_of(np.where(nucleus[..., None], (0.2, 0.1, 0.5), 1.0).astype(np.float32))


def found(cell: Mask, nucleus: Mask, seam: Mask | None = None, field: NormalField | None = None) -> Outlines:
    return find_cells(field or dyed(nucleus), Sure(as_likelihood(cell, nucleus, seam)), OPTIONS)


def count(outlines: Outlines) -> int:
    return int(outlines.cells.max())


def assert_sound(outlines: Outlines) -> None:
    """Ids 1…n without gaps and equal in both images, each nucleus inside its own cell."""
    ids = np.unique(outlines.cells)
    assert ids.tolist() == list(range(len(ids)))
    assert np.unique(outlines.nuclei).tolist() == ids.tolist()
    inside = outlines.nuclei > 0
    assert np.array_equal(outlines.nuclei[inside], outlines.cells[inside])
    assert outlines.cells.dtype == outlines.nuclei.dtype == np.uint16
    assert set(outlines.excluded) <= set(ids.tolist()) - {0}


def pair(first_um: float, second_um: float, closeness: float, turn: float) -> list[Disc]:
    """Two discs of these radii whose centres are `closeness` times the sum of the radii apart."""
    first, second = px(first_um), px(second_um)
    away = closeness * (first + second)
    return [(90, 95, first), (90 + away * math.cos(turn), 95 + away * math.sin(turn), second)]


@given(st.floats(4, 7), st.floats(4, 7), st.floats(0.985, 1.0), TURNS)
def test_touching_cells_are_parted_at_their_neck(first: float, second: float, closeness: float, turn: float) -> None:
    two = pair(first, second, closeness, turn)
    outlines = found(discs(two), discs([(x, y, 0.7 * r) for x, y, r in two]))
    assert_sound(outlines)
    assert count(outlines) == 2
    for x, y, radius in two:
        k = outlines.cells[round(y), round(x)]
        whole, mine = discs([(x, y, radius)]), outlines.cells == k
        assert np.count_nonzero(whole ^ mine) < 0.02 * np.count_nonzero(whole) + 6


@given(st.floats(0.6, 0.9), TURNS)
def test_overlapping_cells_are_parted_where_a_seam_is_seen(closeness: float, turn: float) -> None:
    two = pair(6, 6, closeness, turn)
    (x, y, _), (other_x, other_y, _) = two
    nearer = np.fromfunction(lambda r, c: np.hypot(c - x, r - y) - np.hypot(c - other_x, r - other_y), SIZE[::-1])
    outlines = found(discs(two), discs([(x, y, 0.5 * r) for x, y, r in two]), seam=np.abs(nearer) < 4)
    assert_sound(outlines)
    assert count(outlines) == 2
    assert np.count_nonzero(outlines.cells) == np.count_nonzero(discs(two))


@given(st.integers(2, 4), st.floats(6.5, 8), TURNS)
def test_a_lobed_nucleus_is_one_cell(lobes: int, radius_um: float, turn: float) -> None:
    angles = [turn + 2 * math.pi * k / lobes for k in range(lobes)]
    away, small = px(0.55 * radius_um), px(0.32 * radius_um)
    nuclei = discs([(100 + away * math.cos(a), 100 + away * math.sin(a), small) for a in angles])
    outlines = found(discs([(100, 100, px(radius_um))]), nuclei)
    assert_sound(outlines)
    assert count(outlines) == 1
    assert np.count_nonzero(outlines.nuclei) == pytest.approx(np.count_nonzero(nuclei), rel=0.03)


@pytest.mark.parametrize(("diameter_um", "cells"), [(1.0, 0), (2.0, 0), (3.0, 0), (3.6, 0), (3.9, 1), (6.0, 1)])
def test_platelets_and_debris_are_dropped(diameter_um: float, cells: int) -> None:
    disc = discs([(60, 60, px(diameter_um / 2))])
    assert count(found(disc, disc)) == cells


def test_a_cell_without_a_nucleus_is_a_red_cell() -> None:
    outlines = found(discs([(60, 60, 19), (150, 100, 19)]), discs([(150, 100, 12)]))
    assert_sound(outlines)
    assert outlines.cells[100, 150] == 1
    assert outlines.cells[60, 60] == 0


@pytest.mark.parametrize(
    ("light", "cells"),
    [((0.2, 0.1, 0.5), 2), ((0.5, 0.4, 0.8), 2), ((0.7, 0.5, 0.8), 1), ((0.9, 0.7, 0.7), 1), ((1, 1, 1), 1)],
)
def test_what_is_too_pale_for_this_field_is_no_nucleus(light: tuple[float, float, float], cells: int) -> None:
    dark, other = discs([(60, 70, 25)]), discs([(160, 120, 25)])
    field = dyed(dark)
    field.transmittance[other] = light
    outlines = found(dark | other, dark | other, field=field)
    assert_sound(outlines)
    assert count(outlines) == cells


def test_nuclei_without_any_dye_are_none() -> None:
    disc = discs([(60, 70, 25)])
    assert count(found(disc, disc, field=dyed(NONE))) == 0


def test_an_empty_field_has_no_cells() -> None:
    outlines = found(NONE, NONE)
    assert (count(outlines), int(outlines.nuclei.max()), outlines.excluded) == (0, 0, {})


FIELDS = st.lists(st.tuples(st.floats(-10, 250), st.floats(-10, 210), st.floats(3, 40)), max_size=25)


@given(FIELDS, st.integers(0, 99))
@settings(max_examples=60)
def test_whatever_a_finder_says_the_outlines_are_sound(field: list[Disc], seed: int) -> None:
    noise = np.random.default_rng(seed).uniform(size=(4, *NONE.shape))
    cell, nucleus = discs(field) ^ (noise[0] < 0.02), discs([(x, y, r / 2) for x, y, r in field]) ^ (noise[1] < 0.01)
    assert_sound(found(cell, nucleus, noise[2] < 0.02))


def test_ids_go_up_as_the_field_is_read() -> None:
    three = discs([(200, 40, 25), (40, 60, 25), (120, 150, 25)])
    outlines = found(three, three)
    assert [int(outlines.cells[y, x]) for x, y in ((200, 40), (40, 60), (120, 150))] == [1, 2, 3]


@pytest.mark.parametrize(
    ("disc", "is_cut"),
    [((28, 100, 25), False), ((26, 100, 25), True), ((2, 2, 25), True), ((239, 100, 25), True), ((100, 175, 25), True)],
)
def test_a_cell_at_the_border_is_cut(disc: Disc, is_cut: bool) -> None:
    outlines = found(discs([disc]), discs([disc]))
    assert [reason.code for reason in outlines.excluded.get(1, ())] == [CUT] * is_cut


def test_a_letter_box_cuts_cells_and_the_black_around_a_cut_out_does_not() -> None:
    both = discs([(60, 70, 25), (160, 120, 25)])
    field = dyed(both)
    field.picture[:60] = False
    outlines = found(both, both, field=field)
    assert list(outlines.excluded) == [1]
    assert not outlines.cells[:60].any()
    assert not found(both, both, field=replace(field, cut_out=True)).excluded


def test_more_pieces_than_ids_are_no_trouble_where_they_are_no_cells() -> None:
    size = (640, 480)
    dots = np.indices(size[::-1]).sum(axis=0) % 2 == 0
    disc = ellipse(size, (600, 440), 20)
    outlines = find_cells(dyed(disc), Sure(as_likelihood(dots | disc, disc)), OPTIONS)
    assert count(outlines) == 1


def test_more_cells_than_ids_are_refused() -> None:
    pieces = np.arange(70_000, dtype=np.int32).reshape(200, 350)
    with pytest.raises(FieldTooLarge, match="69999 cells"):
        number_cells(pieces, pieces, InstanceLimits(least_nucleus_um2=0.01))


def test_the_last_id_of_a_label_image_is_given() -> None:
    pieces = np.arange(65_536, dtype=np.int32).reshape(256, 256)
    cells, nuclei = number_cells(pieces, pieces, InstanceLimits(least_nucleus_um2=0.01))
    assert np.array_equal(cells, pieces)
    assert np.array_equal(nuclei, pieces)


def test_labels_that_are_not_cells_leave_no_gap() -> None:
    pieces = np.zeros((40, 120), np.int32)
    pieces[5:35, 5:35], pieces[5:35, 45:75], pieces[5:35, 85:115] = 9, 4, 7
    nuclei = np.where(pieces == 4, 0, pieces)
    cells, numbered = number_cells(pieces, nuclei, InstanceLimits())
    assert (cells[10, 10], cells[10, 50], cells[10, 90]) == (1, 0, 2)
    assert np.array_equal(cells, numbered)


def test_every_pixel_of_a_piece_is_labelled() -> None:
    likelihood = as_likelihood(discs([(80, 60, 30), (141, 60, 30), (80, 122, 31)]), NONE)
    labels = label_cells(likelihood, InstanceLimits())
    assert np.array_equal(labels > 0, likelihood.cell > 0.5)
    assert len(np.unique(labels)) == 4


def test_labels_spread_within_their_own_piece_only() -> None:
    within = np.zeros((9, 21), np.bool_)
    within[1:8, 1:10] = within[1:8, 11:20] = True
    labels = np.zeros((9, 21), np.int32)
    labels[4, 9], labels[2, 1], labels[6, 1] = 5, 6, 7
    grown = spread(labels, parts_of(within))
    assert np.unique(grown[:, 11:]).tolist() == [0]
    assert {int(grown[1, 1]), int(grown[7, 1]), int(grown[4, 8])} == {5, 6, 7}
    assert np.array_equal(grown[:, :10] > 0, within[:, :10])


PARTS = {
    "nucleus": (0.38, 0.28, 0.60),
    "eosinophil's granules": (0.75, 0.33, 0.36),
    "basophilic cytoplasm": (0.55, 0.55, 0.80),
    "pale cytoplasm": (0.86, 0.82, 0.90),
    "red cell": (0.88, 0.68, 0.66),
    "clear": (1.0, 1.0, 1.0),
}


def test_in_the_nuclear_channel_a_nucleus_stands_above_all_other_parts() -> None:
    values = {name: nuclear_channel(np.full((9, 9, 3), passed, np.float32))[4, 4] for name, passed in PARTS.items()}
    nucleus = values.pop("nucleus")
    assert all(nucleus > value + 0.2 for value in values.values()), (nucleus, values)


def stained(share: Plane) -> Field:
    """Light through what is so far nucleus (1) or pale cytoplasm (0)."""
    pale, dark = (np.asarray(PARTS[each], np.float32) for each in ("pale cytoplasm", "nucleus"))
    return np.asarray(np.clip(pale + share[..., None] * (dark - pale), 1 / 255, 1), np.float32)


def patch(contrast: float = 1.0, noise: float = 0.05) -> tuple[Field, Mask, Mask]:
    """The light through a cell, the cell, and a nucleus in it, which is by `contrast` more nucleus than the rest."""
    cell, nucleus = ellipse((70, 70), (35, 35), 30), ellipse((70, 70), (30, 37), 16)
    grain = np.random.default_rng(0).normal(0, noise, cell.shape)
    return stained((0.5 + contrast * (nucleus - 0.5) + grain).astype(np.float32)), cell, nucleus


@pytest.mark.parametrize("grown_px", [-3, -1, 0, 2, 4])
def test_the_outline_follows_the_cells_own_colours_where_the_network_is_off(grown_px: int) -> None:
    passed, cell, nucleus = patch()
    likelihood = np.where(ellipse((70, 70), (30, 37), 16 + grown_px), 0.95, 0.05).astype(np.float32)
    outline = cell & (nucleus_level(passed, cell, likelihood, OutlineOptions()) > 0)
    assert np.count_nonzero(outline ^ nucleus) < 0.02 * np.count_nonzero(nucleus)


@pytest.mark.parametrize(
    ("contrast", "likelihood"),
    [(-1.0, (0.95, 0.05)), (1.0, (0.6, 0.4)), (1.0, (0.95, 0.95)), (0.0, (0.6, 0.1))],
    ids=["inverted", "unsure", "no cytoplasm", "no contrast"],
)
def test_where_the_colours_say_nothing_the_networks_outline_stands(
    contrast: float, likelihood: tuple[float, float]
) -> None:
    passed, cell, nucleus = patch(contrast, 0.0 if contrast == 0 else 0.05)
    said = np.where(nucleus, *likelihood).astype(np.float32)
    level = nucleus_level(passed, cell, said, OutlineOptions())
    assert np.array_equal(level > 0, said > 0.5)


def test_a_nucleus_that_fills_its_cell_is_not_filled_up_to_its_box() -> None:
    cell, nucleus = ellipse(SIZE, (60, 60), 13), ellipse(SIZE, (62, 60), 10.5)
    outlines = found(cell, nucleus)
    assert np.count_nonzero((outlines.nuclei > 0) & ~nucleus) <= 4


def test_small_holes_are_filled_and_small_bits_dropped() -> None:
    disc = ellipse((70, 70), (35, 35), 25)
    rough = (disc & ~ellipse((70, 70), (30, 30), 3)) | ellipse((70, 70), (6, 6), 3)
    assert np.count_nonzero(tidy(rough, OutlineOptions()) ^ disc) <= 12
    window = disc & ~ellipse((70, 70), (30, 30), 8)
    assert np.count_nonzero(tidy(window, OutlineOptions()) ^ window) <= 12
    rim = ellipse((70, 70), (35, 35), 30) & ~ellipse((70, 70), (35, 35), 27.5)
    assert np.count_nonzero(tidy(disc | rim, OutlineOptions()) ^ disc) <= 12


@given(st.floats(-5, 5), st.floats(0.5, 3), st.integers(2, 60), st.integers(2, 60))
def test_otsu_cuts_midway_between_two_levels(low: float, gap: float, few: int, many: int) -> None:
    values = np.array([low] * few + [low + gap] * many, np.float32)
    assert threshold(values) == pytest.approx(low + gap / 2, abs=0.02 * gap)


def test_separability_tells_one_kind_of_pixel_from_two() -> None:
    random = np.random.default_rng(0)
    one, two = random.normal(size=20_000), np.concatenate([random.normal(0, 1, 9_000), random.normal(5, 1, 9_000)])
    uniform, nothing, exact = random.uniform(size=20_000), np.zeros(9), np.array([0.0, 1.0])
    kinds = {"one": one, "uniform": uniform, "two": two, "nothing": nothing, "exact": exact}
    eta = {name: separability(each.astype(np.float32), float(each.mean())) for name, each in kinds.items()}
    expected = {"one": 2 / np.pi, "uniform": 0.75, "two": 6.25 / 7.25, "nothing": 0.0, "exact": 1.0}
    assert eta == pytest.approx(expected, abs=0.01)


def test_chromatin_is_not_parted_from_chromatin() -> None:
    """A blast with a rim of cytoplasm: its nucleus has all the variance there is."""
    cell, nucleus = ellipse((70, 70), (35, 35), 26), ellipse((70, 70), (35, 35), 24.5)
    clumps = cv2.GaussianBlur(np.random.default_rng(0).normal(size=cell.shape), (0, 0), 2.5)
    passed = stained((0.6 * nucleus + clumps / clumps.std() * 0.21).astype(np.float32))
    said = np.where(nucleus, 0.97, 0.05).astype(np.float32)
    level = nucleus_level(passed, cell, said, OutlineOptions(least_px=5))
    assert np.array_equal(cell & (level > 0), nucleus)


def test_the_sharp_channel_places_outlines_and_does_not_part_chromatin() -> None:
    """Pale gaps of a pixel between clumps, deep inside the nucleus, stay in it; nowhere does a level move far."""
    cell, nucleus = ellipse((70, 70), (35, 35), 30), ellipse((70, 70), (30, 37), 16)
    gaps = nucleus & (np.indices(cell.shape).sum(axis=0) % 6 == 0)
    passed, said = stained((nucleus - 0.6 * gaps).astype(np.float32)), np.where(nucleus, 0.97, 0.03).astype(np.float32)
    levels = {sharp: nucleus_level(passed, cell, said, OutlineOptions(sharp=sharp)) for sharp in (0.0, 0.05, 2.0)}
    inside = ellipse((70, 70), (30, 37), 13)
    assert (levels[0.05][inside] > 0).all()
    assert (levels[2.0][inside & gaps] < 0).any()
    assert np.abs(levels[0.05] - levels[0.0]).max() <= 0.0501


@given(st.floats(-1, 0), st.floats(0.2, 1), st.floats(0.2, 1))
def test_two_thresholds_lie_between_three_levels(low: float, first: float, second: float) -> None:
    values = np.repeat(np.array([low, low + first, low + first + second], np.float32), (50, 20, 30))
    lower, upper = two_thresholds(values)
    assert low < lower < low + first < upper < low + first + second


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=50))
@example([0.5, 0.50000006])
def test_otsu_stays_within_the_values(values: list[float]) -> None:
    some = np.array(values, np.float32)
    for cut in (threshold(some), *two_thresholds(some)):
        assert some.min() <= cut <= some.max() + 1e-3
