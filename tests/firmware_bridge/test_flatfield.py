"""Flat fields: an empty field makes pictures even; what is no empty field, or no stored one, is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.errors import BadSourceUri, FlatFieldDamaged, FlatFieldRefused
from firmware_bridge.flatfield import Corrected, FlatField, load_flat_field, measure, save_flat_field
from firmware_bridge.flatfield.field import GRID_PX, MOST_GAIN
from firmware_bridge.newest import Newest
from firmware_bridge.picture import Picture, Pixels
from firmware_bridge.sources import open_source
from firmware_bridge.supervision import supervise
from tests.feeds import delivered

CLEAR = "sim:?slide=1&x_um=-900&width=320&height=240&um_per_px=0.22&fps=120"
CELLS = "sim:?slide=1&x_um=100&width=320&height=240&um_per_px=0.22&fps=120"


def pictures(address: str, count: int = 8) -> list[Pixels]:
    source = open_source(address)
    taken = [picture.pixels for picture in (source.read() for _ in range(count)) if picture is not None]
    source.close()
    return taken


def spread(pixels: Pixels) -> float:
    """Brightest over dimmest ninth of a picture."""
    height, width = pixels.shape[0] // 3, pixels.shape[1] // 3
    means = [pixels[r * height :, c * width :][:height, :width, 1].mean() for r in range(3) for c in range(3)]
    return float(max(means) / min(means))


def test_pictures_become_even() -> None:
    empty = pictures(CLEAR)
    field = measure(empty)
    assert spread(empty[0]) > 1.03
    assert spread(field.apply(empty[0])) < 1.01
    assert max(field.light.shape) == GRID_PX


def test_cells_keep_their_colours_against_the_background() -> None:
    """What the lamp gives a place is a factor there, so the ratio of cell to background stays."""
    field = measure(pictures(CLEAR))
    (before,) = pictures(CELLS, 1)
    after = field.apply(before)
    dark = before[..., 1] < 120
    assert dark.mean() > 0.02
    gain = after[dark].astype(float) / np.maximum(before[dark], 1)
    assert 0.97 < np.median(gain) < 1.12


@settings(max_examples=10)
@given(st.integers(0, 1000))
def test_an_even_lamp_needs_no_correction(seed: int) -> None:
    rng = np.random.default_rng(seed)
    even = [np.clip(rng.normal(200, 1.5, (90, 120, 3)), 0, 255).astype(np.uint8) for _ in range(8)]
    corrected = measure(even).apply(even[0]).astype(int)
    assert np.abs(corrected - even[0]).max() <= 4


def shaded(level: float, depth: float = 0.1) -> list[Pixels]:
    y, x = np.mgrid[-1:1:120j, -1:1:160j]
    light = level * (1.0 - depth * (x**2 + y**2))
    noise = np.random.default_rng(0).normal(0, 1.0, (8, 120, 160, 3))
    return list(np.clip(light[..., None] + noise, 0, 255).astype(np.uint8))


REFUSED: dict[str, Callable[[], list[Pixels]]] = {
    "not empty": lambda: pictures(CELLS),
    "too bright": lambda: shaded(262.0),
    "too dark": lambda: shaded(40.0),
    "light changed": lambda: [*shaded(200.0), *shaded(180.0)],
    "darkest corner": lambda: shaded(230.0, 0.45),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_is_no_empty_field_is_refused_with_a_remedy(words: str) -> None:
    with pytest.raises(FlatFieldRefused, match=words) as caught:
        measure(REFUSED[words]())
    assert caught.value.remedy


def test_a_speck_of_dust_is_no_reason_to_refuse() -> None:
    dusty = shaded(200.0)
    for each in dusty:
        each[50:54, 60:64] //= 2
    assert measure(dusty).light.min() > 0.7


def test_another_shape_of_picture_is_refused() -> None:
    with pytest.raises(FlatFieldRefused, match="another shape"):
        measure(shaded(200.0)).apply(np.zeros((100, 100, 3), np.uint8))


def test_another_size_of_the_same_shape_is_corrected() -> None:
    assert measure(shaded(200.0)).apply(np.full((240, 320, 3), 100, np.uint8)).shape == (240, 320, 3)


GRIDS = st.tuples(st.integers(2, 9), st.integers(2, 9), st.integers(0, 99))


@given(GRIDS)
def test_what_is_stored_comes_back(tmp_path_factory: pytest.TempPathFactory, grid: tuple[int, int, int]) -> None:
    data = tmp_path_factory.mktemp("data")
    light = np.random.default_rng(grid[2]).uniform(1 / MOST_GAIN + 1e-3, 1, (*grid[:2], 3)).astype(np.float32)
    save_flat_field(data, "100x", FlatField(light))
    assert np.array_equal(load_flat_field(data, "100x").light, light)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    return save_flat_field(tmp_path, "100x", measure(shaded(200.0)))


@given(place=st.floats(0, 0.999), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_found(tmp_path_factory: pytest.TempPathFactory, place: float, bit: int) -> None:
    data = tmp_path_factory.mktemp("data")
    light = np.linspace(0.5, 1, 48, dtype=np.float32).reshape(4, 4, 3)
    path = save_flat_field(data, "40x", FlatField(light))
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    path.write_bytes(bytes(content))
    try:
        kept = load_flat_field(data, "40x")
    except FlatFieldDamaged:
        return
    assert np.array_equal(kept.light, light)  # the bit was one of white space, or of a key that nobody reads


@pytest.mark.parametrize("content", [b"", b"{}", b"[]\n", b"\xff\n", b'{"version": 1}\n'])
def test_a_damaged_file_is_told_with_its_remedy(stored: Path, content: bytes) -> None:
    stored.write_bytes(content)
    with pytest.raises(FlatFieldDamaged) as caught:
        load_flat_field(stored.parents[1], "100x")
    assert "--objective 100x" in caught.value.remedy


def test_another_objectives_file_is_not_taken(stored: Path) -> None:
    stored.rename(stored.with_name("40x.flat"))
    with pytest.raises(FlatFieldDamaged):
        load_flat_field(stored.parents[1], "40x")


@pytest.mark.parametrize("name", ["", "../x", "a/b", "ö", "x" * 40])
def test_a_name_that_could_lead_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadSourceUri):
        load_flat_field(tmp_path, name)


def test_figures_that_make_no_sense_are_refused(stored: Path) -> None:
    head = json.loads(stored.read_bytes().split(b"\n")[0])
    field = FlatField(np.full(head["shape"], 1.5, np.float32))
    save_flat_field(stored.parents[1], "100x", field)
    with pytest.raises(FlatFieldDamaged, match="make no sense"):
        load_flat_field(stored.parents[1], "100x")


def test_a_corrected_feed_says_so_in_each_picture() -> None:
    feed = Corrected(supervise(CLEAR), measure(pictures(CLEAR)), "100x")
    (picture,) = delivered(feed, 1)
    feed.close()
    assert isinstance(picture, Picture)
    assert picture.settings["flat_field"] == "100x"
    assert spread(picture.pixels) < 1.01
    assert delivered(feed, 1) == []


def test_unreadable_pictures_pass_through_a_correction_and_its_link_is_the_feed_s() -> None:
    feed = Corrected(supervise(CLEAR + "&faults=torn@1"), measure(pictures(CLEAR)), "100x")
    came = delivered(feed, 3)
    assert [isinstance(each, Picture) for each in came] == [True, False, True]
    assert (feed.uri, feed.link.phase) == ("sim:?" + feed.uri.partition("?")[2], "live")
    feed.close()


def test_a_picture_of_other_proportions_ends_it_and_is_told() -> None:
    wide = "sim:?slide=1&x_um=-900&width=320&height=120&um_per_px=0.22&fps=120"
    with Newest(Corrected(supervise(wide), measure(pictures(CLEAR)), "100x")) as live:
        assert live.wait_newer(-1, 5.0) is None
        assert live.state.phase == "lost"
        assert isinstance(live.state.fault, FlatFieldRefused)
