"""A bundle that only names cells: found by the default bundle, named and counted by its own labels."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edge.__main__ import main
from edge.bundle import install, load_keys, shelf
from edge.bundle.canonical import canonical_json
from edge.bundle.parse import manifest_bytes, parse_manifest
from edge.commands.benchchild import work
from edge.commands.benchjob import Job
from edge.commands.serve import application
from edge.decide.limits import Limits
from edge.document import document
from edge.errors import BundleMissing, BundleUnsupported
from edge.explain import ExplainingStation
from edge.runtime import open_chosen
from edge.station import Station, assembly, open_station
from edge.types import Frame
from export.pack import build_manifest
from tests.stations import density_bundle, simulated_field
from tests.tiny import NAME_LABELS, classifier_bundle, classifier_fields, tiny_variant, trusting

FRAME = Frame(simulated_field((800, 600), 12), name="sim", um_per_px=0.11)
MANY = Frame(simulated_field((1280, 960), 30), name="sim", um_per_px=0.11)
URGENT_CELLS = Limits().urgent_cells
DEFAULT = {"name": "marrowkit-default", "title": "The default"}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kit that came with a default bundle, and into which the bundle `names` was installed."""
    monkeypatch.setattr(shelf, "shipped_folder", lambda: tmp_path / "shipped")
    density_bundle(tmp_path / "shipped" / "marrowkit-default", **DEFAULT)
    folder = trusting(tmp_path / "data")
    install(classifier_bundle(tmp_path / "names").path, folder, load_keys(folder), lambda bundle: None)
    return folder


def examined(station: Station, frame: Frame = FRAME) -> dict[str, Any]:
    try:
        return document(station.examine(frame))
    finally:
        station.close()


def test_cells_are_the_default_bundles_and_names_are_its_own(data: Path) -> None:
    usual, named = examined(open_station(None, data)), examined(open_station("names", data))
    assert [cell["box"] for cell in named["cells"]] == [cell["box"] for cell in usual["cells"]]
    assert [cell["fuzzy"] for cell in named["cells"]] == [cell["fuzzy"] for cell in usual["cells"]]
    assert [cell["rbf"] for cell in named["cells"]] == [cell["rbf"] for cell in usual["cells"]]
    assert all(list(cell["p"]) == list(NAME_LABELS) for cell in named["cells"])
    assert (named["bundle"]["name"], named["bundle"]["lender"]["name"]) == ("names", "marrowkit-default")
    assert "lender" not in usual["bundle"]
    assert named["bundle"]["lender"] == usual["bundle"]


def test_its_own_opinion_alone_names_a_cell_and_its_blast_labels_count(data: Path) -> None:
    named = examined(open_station("names", data))
    for cell in named["cells"]:
        assert cell["p"] == pytest.approx(cell["network"], abs=1e-5)
        blast = cell["p"]["L1"] + cell["p"]["L2"]
        side = ("L1", "L2") if blast >= 0.5 else ("neutrophil", "monocyte")
        assert cell["class"] == max(side, key=cell["p"].get)
    counted = [cell for cell in named["cells"] if cell["countable"]]
    assert named["counts"]["blast"] == sum(cell["class"] in ("L1", "L2") for cell in counted)
    assert {cell["class"] for cell in counted} & {"L1", "L2"}


def test_a_label_that_the_bundle_calls_urgent_asks_for_a_review_today(data: Path, tmp_path: Path) -> None:
    """FAB-like subtypes are labels of a bundle like any other: nothing in the kit knows `L3-like`."""
    labels = ("L3-like", "L1-like", "neutrophil", "monocyte")
    told = {"labels": labels, "positive_label": "L1-like", "also_positive": ["L3-like"], "urgent_labels": ["L3-like"]}
    named = examined(open_station(str(classifier_bundle(tmp_path / "fab", **told).path), data), MANY)
    found = [cell["class"] for cell in named["cells"] if cell["countable"]]
    assert set(found) <= set(labels)
    assert found.count("L3-like") >= URGENT_CELLS
    assert named["decision"]["label"] == "refer"
    assert "urgently, today" in named["decision"]["reasons"][0]


def test_the_page_knows_its_blast_labels(data: Path) -> None:
    station = open_station("names", data)
    station.close()
    assert {"L1", "L2"} <= station.blast_labels
    assert "neutrophil" not in station.blast_labels


def test_without_a_default_bundle_there_is_nothing_to_find_cells_with(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "shipped_folder", lambda: tmp_path / "nothing")
    with pytest.raises(BundleMissing, match="marrowkit-default"):
        open_station("names", data)


def test_a_classifier_cannot_lend(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "shipped_folder", lambda: tmp_path / "other")
    classifier_bundle(tmp_path / "other" / "marrowkit-default", name="marrowkit-default")
    with pytest.raises(BundleUnsupported, match="segmentation: 'marrowkit-default' is a cell-classifier"):
        open_station("names", data)


@pytest.mark.parametrize(
    ("labels", "split"), [(["L1", "L2", "blast", "x"], "blast"), (["L1", "L2", "other", "blast"], "blast")]
)
def test_one_word_for_two_things_is_refused(labels: list[str], split: str, data: Path, tmp_path: Path) -> None:
    bundle = classifier_bundle(tmp_path / "split", labels=labels)
    with pytest.raises(BundleUnsupported, match=f"labels: '{split}' is counted by one of names and marrowkit-default"):
        open_station(str(bundle.path), data)


def test_a_shared_word_for_the_same_thing_is_welcome(data: Path, tmp_path: Path) -> None:
    labels = {"labels": ["blast", "other", "monocyte", "x"], "positive_label": "blast", "also_positive": ["x"]}
    open_station(str(classifier_bundle(tmp_path / "shared", **labels).path), data).close()


def test_a_lender_that_does_not_start_leaves_no_engine_open(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    monkeypatch.setattr("edge.runtime.ort.OnnxSession.close", lambda session: closed.append(session.engine))
    opening = open_chosen

    def only_the_first(bundle: Any, *rest: Any) -> Any:
        if bundle.manifest.name == "names":
            return opening(bundle, *rest)
        raise BundleUnsupported("no", "no")

    monkeypatch.setattr(assembly, "open_chosen", only_the_first)
    with pytest.raises(BundleUnsupported):
        open_station("names", data)
    assert len(closed) >= 1


MISFITS: list[tuple[str, dict[str, Any]]] = [
    ("segmentation", {"segmentation": {"method": "density", "um_per_px": 0.2, "multiple_px": 16, "limits": {}}}),
    ("fusion", {"fusion": {"network": 1.0, "rbf": 0.0, "bias": 0.0}}),
    ("fuzzy", {"fuzzy": "fuzzy.json"}),
    ("thresholds.rbf", {"thresholds": {"positive": 0.5, "abstain": [0.4, 0.6], "network": 0.5, "rbf": 0.5}}),
    ("also_positive", {"also_positive": ["L2", "neutrophil", "monocyte"]}),
    ("also_positive", {"also_positive": ["L1"]}),
    ("also_positive[0]", {"also_positive": ["L9"]}),
    ("variants[0].files", {"variants": [tiny_variant()]}),
]


@pytest.mark.parametrize(("path", "changes"), MISFITS, ids=[path for path, _ in MISFITS])
def test_what_a_classifier_cannot_say_is_refused(path: str, changes: dict[str, Any]) -> None:
    files = {"opinion.onnx": b"", "fuzzy.json": b"", "cells.onnx": b"", "vectors-opinion.npz": b""}
    sound = json.loads(manifest_bytes(build_manifest(classifier_fields(), files, ["opinion"])))
    assert parse_manifest(canonical_json(sound)).networks == ("opinion",)
    with pytest.raises(BundleUnsupported) as refusal:
        parse_manifest(canonical_json({**sound, **changes}))
    assert refusal.value.what.startswith(f"{path}: ")


def test_as_typed(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite(str(tmp_path / "field.png"), FRAME.pixels[..., ::-1])
    words = ["analyse", str(tmp_path / "field.png"), "--bundle", "names", "--json", "--data", str(data)]
    monkeypatch.setattr("sys.argv", ["marrowkit", *words, "--um-per-px", "0.11"])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    told = json.loads(capsys.readouterr().out)
    assert told["bundle"]["name"] == "names"
    assert set(told["cells"][0]["p"]) == set(NAME_LABELS)
    assert told["decision"]["label"]


def test_its_sheet_says_what_it_borrows(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["marrowkit", "bundle", "show", "names", "--data", str(data)])
    with pytest.raises(SystemExit):
        main()
    said = capsys.readouterr().out
    assert "the default bundle finds them for it" in said
    assert "L1, L2 from p = 0.5" in said


def test_every_variant_is_measured_with_what_it_borrows(data: Path, tmp_path: Path) -> None:
    entry = classifier_fields()["variants"][0]
    two = classifier_bundle(tmp_path / "two", variants=[entry, {**entry, "name": "other"}])
    cv2.imwrite(str(tmp_path / "field.png"), np.ascontiguousarray(FRAME.pixels[..., ::-1]))
    for variant in ("onnx-fp32", "other"):
        job = Job(str(two.path), str(data), variant, (str(tmp_path / "field.png"),), 2)
        outcome = work(job)
        assert (outcome.variant, outcome.problem, outcome.runs) == (variant, "", 2)


def test_the_page_comes_up_on_it(data: Path) -> None:
    with ExitStack() as opened:
        _, parts = application(
            opened, "sim:?width=320&height=240", data, "names", lambda *which: ExplainingStation(open_station(*which))
        )
        assert parts is not None
        assert parts.blast_labels >= {"L1", "L2"}
