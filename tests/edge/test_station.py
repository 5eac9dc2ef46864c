"""The whole sentence: frame, scale, gate, cells, features, opinions, decision; and every way in which it ends early."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.document import document
from edge.errors import BadSetting, EngineFault, FieldTooLarge, ScaleUnknown
from edge.optics.labels import label_windows
from edge.record import NewCase, Record
from edge.runtime.fake import FakeSession
from edge.runtime.session import Tensors
from edge.segment.network import NetworkFinder
from edge.station import Station, StationOptions, open_station
from edge.types import Examination, Frame
from firmware_bridge.sim.field import TruthCell
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.uri import parse_uri
from tests.drawn import DrawnCell, drawn_smear
from tests.tiny import judging_bundle, trusting

UM_PER_PX = 0.15
SIZE = (800, 600)


def simulated(more: str = "cells=24", um_per_px: float | None = UM_PER_PX) -> tuple[Frame, tuple[TruthCell, ...]]:
    """A simulated field, and what is in it."""
    width, height = SIZE
    source = SimSource(parse_uri(f"sim:?width={width}&height={height}&um_per_px={UM_PER_PX}&seed=4&{more}".strip("&")))
    picture = source.read()
    assert picture is not None
    return Frame(picture.pixels, name="sim", um_per_px=um_per_px), source.truth()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    folder = tmp_path_factory.mktemp("station")
    bundle = judging_bundle(folder / "b", "density")
    station = open_station(str(bundle.path), trusting(folder / "data"))
    yield station
    station.close()


@pytest.fixture(scope="module")
def examination(opened: Station) -> Examination:
    return opened.examine(simulated()[0])


def without_timing(examined: Examination) -> dict[str, Any]:
    return {key: value for key, value in document(examined).items() if key != "timing_ms"}


def test_the_document_is_whole(examination: Examination) -> None:
    whole = json.loads(json.dumps(document(examination), allow_nan=False))
    assert whole["quality"]["ok"]
    assert (whole["size"], whole["um_per_px"], whole["scale_source"]) == ([*SIZE], UM_PER_PX, "given")
    assert len(whole["cells"]) == whole["counts"]["nucleated"] > 6
    for cell in whole["cells"]:
        for opinion in ("p", "rbf", "network"):
            assert sum(cell[opinion].values()) == pytest.approx(1.0, abs=1e-4)
        assert cell["class"] in ("blast", "other")
        assert 0 <= cell["fuzzy"]["score"] <= 100
        assert None not in cell["features"].values()
    steps = {
        "eyepiece",
        "scale",
        "quality",
        "normalise",
        "segment",
        "features",
        "network",
        "decide",
        "label images",
    }
    assert set(whole["timing_ms"]) == steps | {"total"}
    assert whole["timing_ms"]["total"] >= max(whole["timing_ms"][step] for step in steps)


def test_cells_are_where_the_label_images_have_them(examination: Examination) -> None:
    labels, nuclei = examination.cell_labels, examination.nucleus_labels
    assert labels.shape == nuclei.shape == SIZE[::-1]
    windows = dict(label_windows(labels))
    assert [result.cell.id for result in examination.cells] == list(windows) == list(range(1, len(windows) + 1))
    assert np.array_equal(np.unique(nuclei), np.unique(labels))
    assert np.array_equal(nuclei[nuclei > 0], labels[nuclei > 0])
    for result in examination.cells:
        cell, window = result.cell, windows[result.cell.id]
        ys, xs = np.nonzero(nuclei == cell.id)
        assert cell.centre_px == pytest.approx((xs.mean(), ys.mean()), abs=0.3)
        box = (cell.box.x_px, cell.box.y_px, cell.box.x_px + cell.box.width_px, cell.box.y_px + cell.box.height_px)
        assert box == pytest.approx((window.left, window.top, window.right, window.bottom), abs=1.0)
        area_um2 = np.count_nonzero(labels == cell.id) * UM_PER_PX**2
        assert cell.features.area_um2 == pytest.approx(area_um2, rel=0.02)


def test_the_cells_are_those_that_are_there(opened: Station) -> None:
    frame, truth = simulated()
    labels = opened.examine(frame).cell_labels
    whole = [cell for cell in truth if cell.nucleated and not cell.cut]
    found = {int(labels[int(y), int(x)]) for x, y in (cell.centre_px for cell in whole)} - {0}
    assert len(found) >= 0.9 * len(whole)


def test_the_same_frame_gives_the_same_document(opened: Station, examination: Examination) -> None:
    assert without_timing(opened.examine(simulated()[0])) == without_timing(examination)


def test_cells_at_the_edge_are_found_and_not_counted(examination: Examination) -> None:
    cut = [r for r in examination.cells if "cell.cut" in {reason.code for reason in r.cell.excluded}]
    assert cut
    assert examination.counts.excluded >= len(cut)
    assert examination.counts.countable == sum(result.cell.countable for result in examination.cells)


def test_cells_by_a_network_of_their_own(tmp_path: Path) -> None:
    bundle = judging_bundle(tmp_path / "b", "network")
    station = open_station(str(bundle.path), trusting(tmp_path / "data"))
    examined = station.examine(simulated()[0])
    station.close()
    assert isinstance(station.finder, NetworkFinder)
    assert set(station.sessions) == {"cells", "opinion"}
    assert examined.counts.nucleated > 6
    assert examined.bundle.variant == "onnx-fp32"


@pytest.mark.parametrize("um_per_px", [UM_PER_PX, None])
def test_a_refused_frame_has_no_cells_and_may_have_no_scale(opened: Station, um_per_px: float | None) -> None:
    frame = Frame(np.full((300, 400, 3), 128, np.uint8), name="blank", um_per_px=um_per_px)
    examined = replace(opened, assumed_um_per_px=None).examine(frame)
    whole = json.loads(json.dumps(document(examined), allow_nan=False))
    assert (whole["quality"]["ok"], whole["cells"], whole["um_per_px"]) == (False, [], um_per_px)
    assert whole["quality"]["reasons"]
    assert whole["decision"]["label"] == "insufficient"
    assert examined.cell_labels.shape == examined.nucleus_labels.shape == (300, 400)
    assert not examined.cell_labels.any()


def test_a_refused_frame_is_recorded(opened: Station, tmp_path: Path) -> None:
    record = Record(tmp_path)
    case = record.begin_case(NewCase("A-1", "marrow", "wright-giemsa"))
    frame = Frame(np.full((300, 400, 3), 128, np.uint8), name="blank")
    row = record.add_field(case.id, frame, replace(opened, assumed_um_per_px=None).examine(frame)).field
    assert not row.ok
    assert record.document(case.id, 1)["scale_source"] is None
    record.close()


def test_a_frame_of_poor_quality_can_be_examined_on_purpose(opened: Station) -> None:
    frame, _ = simulated("cells=24&defocus_um=2.5")
    assert not opened.examine(frame).cells
    examined = replace(opened, options=StationOptions(ignore_quality=True)).examine(frame)
    assert not examined.verdict.ok
    assert examined.cells


def without_red_cells() -> Frame:
    """A field that the gate lets through and that tells no scale."""
    cells = [DrawnCell(14 + 26 * x + 2.3 * y, 14 + 24 * y, 12 + x % 3, 8 + x % 3) for x in range(4) for y in range(3)]
    grain = np.random.default_rng(0).normal(0, 2, (500, 720, 3))
    return Frame(np.clip(drawn_smear(cells, (108, 75), 0.15) + grain, 0, 255).astype(np.uint8), name="no red cells")


def test_a_good_frame_without_a_scale_asks_for_one(opened: Station) -> None:
    with pytest.raises(ScaleUnknown, match="no red cells"):
        replace(opened, assumed_um_per_px=None).examine(without_red_cells())


def test_an_assumed_scale_is_said_and_asks_for_a_person(opened: Station) -> None:
    examined = replace(opened, assumed_um_per_px=0.15).examine(without_red_cells())
    assert examined.scale is not None
    assert examined.scale.source == "bundle"
    assert examined.decision.label == "refer"
    assert "scale.assumed" in {reason.code for reason in examined.decision.reasons}


def test_a_given_scale_beats_the_frames(opened: Station) -> None:
    frame, _ = simulated(um_per_px=0.3)
    station = replace(opened, options=StationOptions(um_per_px=UM_PER_PX))
    assert document(station.examine(frame))["um_per_px"] == UM_PER_PX


def test_the_scale_is_read_off_the_red_cells(opened: Station) -> None:
    scale = opened.examine(simulated(um_per_px=None)[0]).scale
    assert scale is not None
    assert scale.source == "red cells"
    assert scale.um_per_px == pytest.approx(UM_PER_PX, rel=0.08)


@pytest.mark.parametrize("um_per_px", [0.001, 50.0])
def test_a_scale_that_no_microscope_has_is_refused(opened: Station, um_per_px: float) -> None:
    with pytest.raises(BadSetting, match="scale"):
        replace(opened, options=StationOptions(um_per_px=um_per_px)).examine(simulated()[0])


def test_a_scale_that_makes_the_field_immense_is_refused(opened: Station) -> None:
    station = replace(opened, options=StationOptions(um_per_px=5.0, ignore_quality=True))
    with pytest.raises(FieldTooLarge):
        station.examine(simulated()[0])


def test_a_field_without_white_cells_is_insufficient(opened: Station) -> None:
    examined = opened.examine(simulated("cells=0")[0])
    assert examined.verdict.ok
    assert (examined.cells, examined.counts.nucleated) == ((), 0)
    assert examined.decision.label == "insufficient"
    assert "network" not in examined.timing_ms
    json.dumps(document(examined), allow_nan=False)


def failing(_inputs: Tensors) -> dict[str, Any]:
    raise EngineFault("The engine has gone.", "Start marrowkit again.")


def test_an_engine_that_fails_while_naming_cells_is_told_and_costs_only_this_frame(opened: Station) -> None:
    broken = replace(opened, network=replace(opened.network, session=FakeSession(failing)))
    with pytest.raises(EngineFault, match="gone"):
        broken.examine(simulated()[0])
    assert opened.examine(simulated()[0]).cells


def test_an_engine_that_fails_while_finding_cells_is_told(opened: Station) -> None:
    broken = replace(opened, finder=NetworkFinder(FakeSession(failing)))
    with pytest.raises(EngineFault, match="gone"):
        broken.examine(simulated()[0])


@pytest.mark.parametrize("size", [(1, 1), (5, 9), (16, 16), (64, 40)])
def test_a_tiny_picture_is_refused_and_can_be_examined_anyway(opened: Station, size: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)
    frame = Frame(noise, name="tiny", um_per_px=UM_PER_PX)
    assert not opened.examine(frame).verdict.ok
    anyway = replace(opened, options=StationOptions(ignore_quality=True)).examine(frame)
    assert anyway.cell_labels.shape == size[::-1]


def test_the_live_gauges_need_no_scale(opened: Station) -> None:
    verdict = opened.gate(simulated(um_per_px=None)[0])
    assert verdict.ok
    assert {"focus_um", "exposure"} <= set(verdict.measures)


def test_a_case_is_decided_from_its_documents(opened: Station, examination: Examination) -> None:
    one = json.loads(json.dumps(document(examination)))
    decision = opened.decide_case([one, one])
    assert decision.label in ("insufficient", "refer")
    assert decision.score == pytest.approx(examination.decision.score)
    assert opened.blast_labels == {"blast"}


def test_closing_a_station_closes_its_engines(opened: Station) -> None:
    sessions = {name: FakeSession(failing) for name in ("cells", "opinion")}
    replace(opened, sessions=sessions).close()
    assert all(session.closed for session in sessions.values())
