"""The methods that say where cells are: the network in bands, thresholds, and the paper's Sobel route."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.bundle.tensors import IMAGE, LOGITS, sigmoid
from edge.errors import EngineFault
from edge.optics.normal import NormalField, normalise
from edge.runtime.fake import FakeSession
from edge.runtime.session import Tensors
from edge.segment.density import DensityFinder
from edge.segment.find import SegmentOptions, find_cells
from edge.segment.likelihood import CLASSICAL, Finder
from edge.segment.network import PASS_PX, NetworkFinder
from edge.segment.sobel import SobelFinder
from edge.types import Outlines
from firmware_bridge.sim.field import TruthCell
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.uri import parse_uri
from tests.drawn import clear_field, field_of

Floats = NDArray[np.float32]


def local_network(inputs: Tensors) -> dict[str, Floats]:
    """Logits as of a network that pools 16 × 16 pixels and looks 20 pixels up and down."""
    image = inputs[IMAGE]
    _, channels, height, width = image.shape
    pooled = image.reshape(1, channels, height // 16, 16, width // 16, 16).mean(axis=(3, 5))
    spread = np.kron(pooled[0], np.ones((1, 16, 16), np.float32))
    far = np.stack([cv2.blur(plane, (9, 41), borderType=cv2.BORDER_CONSTANT) for plane in image[0]])
    return {LOGITS: np.asarray(4 * (spread + far - 1), np.float32)[None]}


def noise_field(size: tuple[int, int], seed: int = 0) -> NormalField:
    random = np.random.default_rng(seed)
    return field_of(random.uniform(0, 1.15, (size[1], size[0], 3)).astype(np.float32))


@pytest.mark.parametrize("multiple_px", [1, 16, 32, 48, 96])
@pytest.mark.parametrize("size", [(48, 900), (50, 257), (33, 304), (96, 100)])
def test_bands_see_what_one_pass_sees(size: tuple[int, int], multiple_px: int) -> None:
    field = noise_field(size)
    per_pixel = multiple_px % 16 != 0
    network: Callable[[Tensors], dict[str, Floats]] = (lambda i: {LOGITS: i[IMAGE]}) if per_pixel else local_network
    session = FakeSession(network)
    found = NetworkFinder(session, multiple_px).likelihood(field)
    height, width = field.picture.shape
    grow = ((0, 0), *((-side % multiple_px // 2, (-side % multiple_px + 1) // 2) for side in (height, width)))
    whole = np.pad(field.transmittance.transpose(2, 0, 1), grow, mode="reflect")
    for plane, due in zip(
        (found.cell, found.nucleus, found.seam), network({IMAGE: whole[None]})[LOGITS][0], strict=True
    ):
        inner = due[grow[1][0] : grow[1][0] + height, grow[2][0] : grow[2][0] + width]
        np.testing.assert_allclose(plane, sigmoid(inner), atol=1e-5)
    rows, columns = zip(*(asked[IMAGE].shape[2:] for asked in session.asked), strict=True)
    assert all(side % multiple_px == 0 for side in (*rows, *columns))
    assert max(rows) <= max(PASS_PX, 3 * multiple_px)


@pytest.mark.parametrize(("height", "passes"), [(480, 1), (496, 2), (816, 2), (864, 2), (880, 3), (4096, 11)])
def test_a_field_takes_as_few_passes_as_memory_allows(height: int, passes: int) -> None:
    session = FakeSession(lambda inputs: {LOGITS: inputs[IMAGE]})
    NetworkFinder(session, 16).likelihood(noise_field((32, height)))
    assert len(session.asked) == passes


def test_sure_networks_overflow_nothing() -> None:
    sure = FakeSession(lambda inputs: {LOGITS: np.sign(inputs[IMAGE] - 0.5) * np.float32(1e4)})
    found = NetworkFinder(sure, 16).likelihood(noise_field((40, 40)))
    assert set(np.unique(found.cell)) <= {0.0, 1.0}


def test_a_network_that_fails_is_told() -> None:
    def broken(_inputs: Tensors) -> dict[str, Floats]:
        raise EngineFault("The engine has gone.", "Start again.")

    with pytest.raises(EngineFault, match="gone"):
        NetworkFinder(FakeSession(broken), 16).likelihood(noise_field((40, 40)))


def finders() -> list[Finder]:
    network = NetworkFinder(FakeSession(lambda inputs: {LOGITS: 4 - 8 * inputs[IMAGE]}), 16)
    return [DensityFinder(), SobelFinder(), network]


@pytest.mark.parametrize("finder", finders(), ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("size", [(1, 1), (1, 7), (2, 3), (15, 16), (16, 15), (17, 1)])
@pytest.mark.parametrize("level", [0, 128, 255, None])
def test_the_smallest_pictures_are_no_trouble(finder: Finder, size: tuple[int, int], level: int | None) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)
    pixels = noise if level is None else np.full_like(noise, level)
    normal = normalise(pixels, 0.2)
    outlines = find_cells(normal, finder, SegmentOptions())
    assert outlines.cells.shape == outlines.nuclei.shape == normal.picture.shape


@pytest.mark.parametrize("name", CLASSICAL)
def test_the_methods_are_where_the_registry_says(name: str) -> None:
    module, kind = CLASSICAL[name].split(":")
    likelihood = getattr(import_module(module), kind)().likelihood(noise_field((30, 20)))
    for plane in (likelihood.cell, likelihood.nucleus, likelihood.seam):
        assert (plane.shape, plane.dtype) == ((20, 30), np.float32)
        assert 0 <= plane.min() <= plane.max() <= 1
    assert (likelihood.cell >= likelihood.nucleus - 1e-6).all()


def test_an_empty_field_has_no_cells_by_density() -> None:
    assert not find_cells(clear_field((200, 150)), DensityFinder(), SegmentOptions()).cells.any()


@dataclass(frozen=True)
class Score:
    """Truth against what was found: a cell is found if its own outline lies under the middle of its nucleus."""

    hits: int = 0
    truth: int = 0
    found: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.hits + other.hits, self.truth + other.truth, self.found + other.found)


def score(outlines: Outlines, truth: tuple[TruthCell, ...], ratio: float) -> Score:
    """Platelets and smudges count for nothing; cells that the border cuts may be found or not."""
    due = [cell for cell in truth if cell.nucleated and not cell.cut]
    spared = [cell for cell in truth if cell.kind == "smudge" or (cell.nucleated and cell.cut)]
    hit = {int(outlines.cells[int(y * ratio), int(x * ratio)]) for x, y in (cell.centre_px for cell in due)} - {0}
    passed = {int(outlines.cells[int(y * ratio), int(x * ratio)]) for x, y in (cell.centre_px for cell in spared)}
    rest = set(range(1, int(outlines.cells.max()) + 1)) - passed - set(outlines.excluded)
    return Score(len(hit), len(due), len(hit | rest))


def scored(finder: Finder, fields: int = 6) -> Score:
    source = SimSource(parse_uri("sim:?width=1100&height=860&um_per_px=0.12&cells=24&dwell=1&seed=11"))
    total = Score()
    for _ in range(fields):
        picture = source.read()
        assert picture is not None
        normal = normalise(picture.pixels, 0.12)
        total += score(find_cells(normal, finder, SegmentOptions()), source.truth(), normal.ratio)
    return total


@pytest.mark.parametrize(("finder", "recall", "precision"), [(DensityFinder(), 0.9, 0.9), (SobelFinder(), 0.75, 0.65)])
def test_cells_of_the_simulated_smear_are_found(finder: Finder, recall: float, precision: float) -> None:
    found = scored(finder)
    assert found.truth > 60
    assert found.hits >= recall * found.truth, found
    assert found.hits >= precision * found.found, found
