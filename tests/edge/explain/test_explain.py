"""Why a cell got its class: what is told adds up to what was said, and is the same each time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings

from edge.bundle.tensors import LOGITS
from edge.decide.network import NetworkOpinion
from edge.decide.views import VIEWS, channels
from edge.document import document
from edge.errors import NotRecorded, OtherBundle
from edge.explain import Explained, RecordedField, explain_recorded, heat_png
from edge.explain.centres import centres_why
from edge.explain.looked import FINE_SIZE_PX, looked
from edge.explain.memberships import fuzzy_why
from edge.explain.shown import ShownCell
from edge.runtime.session import Tensors
from edge.station import Station, open_station
from edge.types import Frame, Pixels
from tests.stations import simulated_field
from tests.strategies import features
from tests.tiny import judging_bundle, trusting

UM_PER_PX = 0.11


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    folder = tmp_path_factory.mktemp("explain")
    bundle = judging_bundle(folder / "b", "density")
    with closing(open_station(str(bundle.path), trusting(folder / "data"))) as opened:
        yield opened


@pytest.fixture(scope="module")
def field(station: Station) -> RecordedField:
    pixels = simulated_field((960, 720), cells=14, seed=6)
    examination = station.examine(Frame(pixels, um_per_px=UM_PER_PX))
    kept = json.loads(json.dumps(document(examination)))
    return RecordedField(Frame(pixels, name="kept.jpg"), kept, examination.cell_labels, examination.nucleus_labels)


@pytest.fixture(scope="module")
def found(station: Station, field: RecordedField) -> dict[int, Explained]:
    return {cell["id"]: explain_recorded(station, field, cell["id"]) for cell in field.document["cells"]}


def test_every_cell_of_a_recorded_field_is_explained(found: dict[int, Explained], field: RecordedField) -> None:
    assert len(found) > 5
    for cell in field.document["cells"]:
        why = found[cell["id"]].explanation
        assert found[cell["id"]].difference < 0.05
        assert why.fuzzy.score == pytest.approx(cell["fuzzy"]["score"], abs=1e-3)
        assert [fired.sentence for fired in why.fuzzy.fired] == [rule["rule"] for rule in cell["fuzzy"]["rules"]]
        assert why.centres.blast == pytest.approx(cell["rbf"]["blast"], abs=1e-4)
        assert why.fusing.blast == pytest.approx(cell["p"]["blast"], abs=0.06)


def test_the_same_cell_is_explained_alike_each_time(station: Station, field: RecordedField) -> None:
    first, second = (explain_recorded(station, field, 1) for _ in range(2))
    assert np.array_equal(first.explanation.looked.influence, second.explanation.looked.influence)
    assert heat_png(first.explanation.looked, first.shown) == heat_png(second.explanation.looked, second.shown)


@settings(max_examples=60, deadline=None)
@given(cell=features())
def test_rules_are_as_strong_as_their_weakest_condition(station: Station, cell: Any) -> None:
    why = fuzzy_why(station.jury.fuzzy_rbf.fuzzy, cell)
    for fired in why.fired:
        assert fired.strength == pytest.approx(min(each.membership for each in fired.conditions))
    for curves in why.inputs:
        assert curves.value == getattr(cell, curves.name)
        for term in curves.terms:
            assert len(term.membership) == len(curves.universe)
            assert term.cell == pytest.approx(np.interp(curves.value, curves.universe, term.membership))
    for term in why.output.terms:
        assert term.cell == max((fired.strength for fired in why.fired if fired.then == term.term), default=0.0)
    assert sorted((fired.strength for fired in why.fired), reverse=True) == [fired.strength for fired in why.fired]


@settings(max_examples=60, deadline=None)
@given(cell=features())
def test_what_the_centres_say_adds_up_to_the_log_odds(station: Station, cell: Any) -> None:
    why = centres_why(station.jury.fuzzy_rbf, cell, station.jury.roles.blast, count=2)
    total = why.base + why.others + sum(each.says for each in why.nearest)
    assert 1 / (1 + np.exp(-total)) == pytest.approx(why.blast, abs=1e-9)
    assert [each.distance for each in why.nearest] == sorted(each.distance for each in why.nearest)
    for each in why.nearest:
        assert each.response == pytest.approx(np.exp(-0.5 * each.distance**2))
        assert each.says == pytest.approx(each.weight * each.response)


class Watching:
    """A network whose answer is how much of one corner of its picture is full: where it looks is known."""

    engine = "watching"

    def __init__(self, rows: slice, columns: slice, weight: float = 20.0, of_measures: float = 0.0) -> None:
        self._rows, self._columns, self._weight, self._of_measures = rows, columns, weight, of_measures
        self.asked = 0

    def run(self, inputs: Tensors) -> dict[str, Any]:
        self.asked += len(inputs["image"])
        seen = inputs["image"][:, 0, self._rows, self._columns].mean(axis=(1, 2)) * self._weight
        if "measures" in inputs:
            seen = seen + self._of_measures * inputs["measures"][:, 0]
        return {LOGITS: np.stack([seen, np.zeros_like(seen)], axis=1).astype(np.float32)}

    def close(self) -> None:
        """Nothing to free."""


def watched(station: Station, session: Watching, view: str = "nucleus") -> tuple[NetworkOpinion, np.ndarray]:
    inputs = station.network.inputs.model_copy(update={"symmetric": False, "view": view, "measures": ()})
    calibration = station.network.calibration.model_copy(update={"temperature": 1.0, "bias": (0.0, 0.0)})
    return NetworkOpinion(session, inputs, calibration), np.array([True, False])


@pytest.mark.parametrize(("row", "column"), [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_the_map_shows_where_a_network_looks(station: Station, row: int, column: int) -> None:
    side = 64
    y, x = np.mgrid[:side, :side]
    disc = (np.hypot(x - 31.5, y - 31.5) < 20).astype(np.float32)
    quarter = slice(32 * row, 32 * row + 32), slice(32 * column, 32 * column + 32)
    shown = shown_of(disc[None])
    network, is_blast = watched(station, Watching(*quarter))
    seen = looked(network, shown, is_blast)
    inside = np.zeros((side, side), bool)
    inside[quarter] = True
    assert np.abs(seen.influence[inside]).max() > 10 * np.abs(seen.influence[~inside]).mean()
    assert seen.influence[inside & (disc > 0)].mean() > 0 > seen.influence[inside & (disc == 0)].min()


def test_a_measure_that_alone_decides_is_told(station: Station) -> None:
    shown = shown_of(np.ones((1, 64, 64), np.float32), np.array([[2.0, -1.0]], np.float32))
    inputs = station.network.inputs.model_copy(
        update={
            "symmetric": False,
            "measures": ("diameter_um", "nc_ratio"),
            "measures_mean": (0.0, 0.0),
            "measures_std": (1.0, 1.0),
        }
    )
    calibration = station.network.calibration.model_copy(update={"temperature": 2.0, "bias": (0.0, 0.0)})
    session = Watching(slice(None), slice(None), weight=0.0, of_measures=3.0)
    seen = looked(NetworkOpinion(session, inputs, calibration), shown, np.array([True, False]))
    assert seen.measures == {"diameter_um": pytest.approx(3.0), "nc_ratio": pytest.approx(0.0)}
    assert seen.regions == 0
    assert not seen.influence.any()


def test_large_networks_are_asked_about_the_parts_of_a_cell(station: Station) -> None:
    side = 2 * FINE_SIZE_PX
    random = np.random.default_rng(0)
    shown = shown_of(random.random((3, side, side), np.float32))
    session = Watching(slice(0, side), slice(0, side))
    network, is_blast = watched(station, session, "rgb")
    seen = looked(network, shown, is_blast)
    assert seen.regions == 9
    assert session.asked == 10
    assert seen.influence.shape == (side, side)


def through_eyepiece(pixels: Pixels, centre_px: tuple[int, int], radius_px: int) -> Pixels:
    """As a phone of 1600 × 1200 sees it."""
    seen = np.full((1200, 1600, 3), 5, np.uint8)
    left, top = centre_px[0] - radius_px, centre_px[1] - radius_px
    seen[top : top + 2 * radius_px, left : left + 2 * radius_px] = pixels[
        100 : 100 + 2 * radius_px, 100 : 100 + 2 * radius_px
    ]
    mask = np.zeros((1200, 1600), np.uint8)
    cv2.circle(mask, centre_px, radius_px, 1, -1)
    seen[mask == 0] = 5
    return seen


def shown_of(image: np.ndarray, measures: np.ndarray | None = None) -> ShownCell:
    side = image.shape[-1]
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    away = np.hypot(x, y) / side
    given = {"image": image[None]} | ({} if measures is None else {"measures": measures})
    nothing: Any = None
    return ShownCell(given, np.full((side, side, 3), 0.8, np.float32), away < 0.35, away < 0.25, nothing)


def decoded(png: bytes) -> Pixels:
    return np.asarray(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def test_the_picture_of_the_map_is_orange_for_and_violet_against(found: dict[int, Explained]) -> None:
    one = found[1]
    flat = replace(one.shown, picture=np.ones_like(one.shown.picture))
    influence = np.zeros_like(one.explanation.looked.influence)
    influence[:, : influence.shape[1] // 4] = 0.6
    influence[:, -influence.shape[1] // 4 :] = -0.6
    drawn = decoded(heat_png(replace(one.explanation.looked, influence=influence), flat))
    assert drawn.shape == (320, 320, 3)
    left, right, middle = drawn[5, 10].astype(int), drawn[5, -10].astype(int), drawn[5, 160].astype(int)
    assert left[2] > left[0] + 80
    assert right[0] > right[1] + 40
    assert np.ptp(middle) == 0


def test_a_map_of_next_to_nothing_looks_like_it(found: dict[int, Explained]) -> None:
    one = found[1]
    flat = replace(one.shown, picture=np.ones_like(one.shown.picture), cell=np.zeros_like(one.shown.cell))
    faint = replace(one.explanation.looked, influence=np.full_like(one.explanation.looked.influence, 0.001))
    drawn = decoded(heat_png(faint, flat))
    assert np.ptp(drawn[2, 2].astype(int)) < 8


def test_what_cannot_be_explained_is_told(station: Station, field: RecordedField) -> None:
    with pytest.raises(NotRecorded):
        explain_recorded(station, field, 999)
    other = {**field.document, "bundle": {**field.document["bundle"], "digest": "f" * 64}}
    with pytest.raises(OtherBundle):
        explain_recorded(station, replace(field, document=other), 1)
    with pytest.raises(NotRecorded):
        explain_recorded(station, replace(field, cells=np.zeros_like(field.cells)), 1)


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_every_view_is_explained(station: Station, field: RecordedField, view: str) -> None:
    planes = channels(VIEWS[view])
    inputs = station.network.inputs.model_copy(
        update={"view": view, "mean": (0.5,) * planes, "std": (0.3,) * planes, "symmetric": False}
        | {"size_px": 64, "um_per_px": 0.3}
    )
    calibration = station.network.calibration
    session = Watching(slice(None), slice(None))
    seeing = replace(station, network=NetworkOpinion(session, inputs, calibration))
    one = explain_recorded(seeing, field, field.document["cells"][0]["id"])
    assert one.shown.given["image"].shape[1] == planes
    assert np.isfinite(one.explanation.looked.influence).all()
    assert one.explanation.looked.regions > 4


def test_a_photographs_cells_are_explained_where_they_are(station: Station) -> None:
    pixels = through_eyepiece(simulated_field((1200, 1200), cells=20, seed=4), (900, 640), 500)
    examination = station.examine(Frame(pixels, um_per_px=UM_PER_PX))
    kept = json.loads(json.dumps(document(examination)))
    whole = RecordedField(Frame(pixels), kept, examination.cell_labels, examination.nucleus_labels)
    for cell in kept["cells"][:4]:
        one = explain_recorded(station, whole, cell["id"])
        assert one.difference < 0.05
        assert one.shown.picture[one.shown.nucleus].mean() < 0.9


def test_labels_of_the_real_bundle_are_explained_within_its_own_rules(tmp_path: Path) -> None:
    pixels = simulated_field((640, 480), cells=6, seed=6)
    with closing(open_station(None, tmp_path)) as real:
        examination = real.examine(Frame(pixels, um_per_px=UM_PER_PX))
        kept = json.loads(json.dumps(document(examination)))
        whole = RecordedField(Frame(pixels), kept, examination.cell_labels, examination.nucleus_labels)
        one = explain_recorded(real, whole, kept["cells"][0]["id"])
    assert set(one.explanation.looked.measures) == set(real.network.inputs.measures)
    assert one.difference < 0.05
    assert one.explanation.looked.regions > 30
    assert len(one.explanation.centres.nearest) == 5
