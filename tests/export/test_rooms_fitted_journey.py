"""A room that is fitted instead of taught: fitted, examined, measured, and run by a kit without torch."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from typer.testing import CliRunner

from edge.bundle import use_bundle
from edge.bundle.parse import parse_manifest
from edge.bundle.tensors import IMAGE, MEASURES, read_vectors
from edge.runtime.engines import EngineOptions, open_sessions
from export.__main__ import app
from export.building.given import together
from export.commands import rooms as commands
from export.crops.cells import fold_numbers
from export.crops.given import given_in_turn
from export.crops.kept import read_told, read_trained
from export.opinion.fuzzy_rbf import blast_share, fitted
from export.opinion.table import write_cells
from export.rooms.measured import read_measured
from export.validating.examine import asking
from models.ordaz2014_fuzzy_rbf import net
from models.ordaz2014_fuzzy_rbf.fit import FitOptions
from tests.edge.test_analyse_command import COMMAND
from tests.stations import simulated_field
from tests.tabled import EVERY_KIND, drawn_cells
from tests.tiny import need_openvino

pytestmark = pytest.mark.slow  # a room is fitted, examined and built
ROOM = "ordaz2014_fuzzy_rbf"
CELLS = drawn_cells(30, kinds=EVERY_KIND)
UNSEEN = {"taleqani": CELLS.rows(np.arange(60))}
SMALL = ("--with=units_per_label=3", "--with=fold=1")
VARIANTS = ("onnx-fp32", "onnx-int8", "openvino-int8")


def typed(*words: str) -> str:
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


@pytest.fixture(scope="module")
def place(drawn_sets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The room fitted without a fold, examined and measured, with its bundle and its card."""
    need_openvino()
    folder = tmp_path_factory.mktemp("fitted")
    (folder / "rooms" / ROOM).mkdir(parents=True)
    (folder / "rooms" / ROOM / "card.toml").write_text("", "utf-8")
    write_cells(CELLS, folder / "cells.npz")
    said = typed("train", ROOM, str(folder / "run"), "--data", str(folder / "cells.npz"), *SMALL)
    assert "no steps, and so no curve" in said
    (folder / "data" / "keys").mkdir(parents=True)
    public = typed("keygen", str(folder / "maker.pem"), "--owner", "A test")
    (folder / "data" / "keys" / "maker.json").write_text(public, "utf-8")
    with pytest.MonkeyPatch.context() as patched:
        for where in ("export.validating.examine", commands.__name__):
            patched.setattr(f"{where}.training_cells", lambda data, work: CELLS)
            patched.setattr(f"{where}.unseen_cells", lambda data, work: UNSEEN)
        typed("examine", str(folder / "run"))
        allowed = "--with=allowed.ece=5"  # of 50 cells, of which one more or less is two points
        given = {"key": folder / "maker.pem", "out": folder / "built", "data": drawn_sets, "rooms": folder / "rooms"}
        typed(
            "measure",
            str(folder / "run"),
            allowed,
            *(word for name, each in given.items() for word in (f"--{name}", str(each))),
        )
    return folder


def test_a_folder_tells_what_was_fitted_and_that_there_were_no_steps(place: Path) -> None:
    told = read_told(place / "run")
    assert (told.network, told.labels, told.left_out, told.steps) == (ROOM, ("blast", "other"), 1, 0)
    assert (told.measures, told.settings) == (net.MEASURES, {"units": 5, "limit": 6.0})  # of 24 blasts two
    assert told.seconds is not None
    assert told.hardware
    assert not list((place / "run").glob("curve*"))


def test_the_folders_network_says_what_the_kits_own_documents_say(place: Path) -> None:
    """float32 all the way: within a thousandth of a probability of the kit's float64."""
    trained = read_trained(place / "run")
    due = of_documents(place)
    assert np.abs(asking(trained)(CELLS)[:, 0] - due).max() < 1e-3
    assert due.std() > 0.05


def of_documents(place: Path) -> NDArray[np.float64]:
    """The kit's own probability of a blast, of every cell."""
    learned = CELLS.rows(fold_numbers(CELLS) != read_told(place / "run").left_out)
    return blast_share(fitted(learned, FitOptions(units_per_label=3, spread=3.0)).system(), CELLS)


def test_cells_are_given_with_their_own_measures_in_turn(place: Path) -> None:
    told = read_told(place / "run")
    turns = list(given_in_turn(CELLS, told))
    assert len(turns) > 1
    assert torch.cat([each[IMAGE] for each in turns]).shape == (len(CELLS), 1, 16, 16)
    due = CELLS.measures(net.MEASURES).astype(np.float32)
    np.testing.assert_array_equal(torch.cat([each[MEASURES] for each in turns]).numpy(), due)
    (bare, *_) = given_in_turn(CELLS, replace(told, measures=()))
    assert set(bare) == {IMAGE}


def test_the_card_holds_exams_and_costs(place: Path) -> None:
    found = read_measured(place / "rooms" / ROOM)
    assert found is not None
    assert [each.name for each in found.results] == ["same site", "patients", "other sites"]
    assert tuple(each.name for each in found.on_kit.variants) == VARIANTS
    exam = found.result("other sites")
    assert exam is not None
    by_torch = next(each.value for each in exam.blasts if each.name == "accuracy")
    assert [each.unseen_accuracy for each in found.on_kit.variants] == pytest.approx([by_torch] * 3, abs=0.05)
    assert found.about["parameters"] > 100


def test_the_bundle_names_the_measures_and_proves_them(place: Path) -> None:
    manifest = parse_manifest((place / "built" / "bundle" / "manifest.json").read_bytes())
    inputs = manifest.preprocessing
    assert inputs.measures == net.MEASURES
    assert (set(inputs.measures_mean), set(inputs.measures_std)) == ({0.0}, {1.0})
    vectors = read_vectors((place / "built" / "bundle" / "vectors-opinion.npz").read_bytes())
    assert vectors.inputs[MEASURES].shape == (len(vectors.logits), len(net.MEASURES))
    assert vectors.inputs[MEASURES][:, 0].min() > 1  # micrometres, as the kit measures them
    assert "It is told of each cell: diameter_um, nc_ratio" in (place / "built" / "card.md").read_text("utf-8")


def test_only_the_output_layer_is_in_8_bits(place: Path) -> None:
    graph = onnx.load(place / "built" / "bundle" / "onnx-int8" / "opinion.onnx").graph
    makers = {node.output[0]: node.op_type for node in graph.node}
    taken = [makers[node.input[0]] for node in graph.node if node.op_type == "QuantizeLinear"]
    assert sorted(taken) == ["Conv", "Unsqueeze"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_calls_nearly_every_cell_as_the_kits_documents_do(place: Path, variant: str) -> None:
    bundle = use_bundle(str(place / "built" / "bundle"), place / "data")
    given = together({name: each.numpy() for name, each in turn.items()}
                     for turn in given_in_turn(CELLS, read_told(place / "run")))  # fmt: skip
    with closing(open_sessions(bundle, variant, EngineOptions())["opinion"]) as session:
        logits = session.run(given)["logits"]
    blast = 1 / (1 + np.exp(logits[:, 1] - logits[:, 0]))
    assert np.abs(blast - of_documents(place)).max() < (1e-3 if variant == "onnx-fp32" else 0.1)


def test_a_kit_without_torch_gives_its_opinion(place: Path, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "field.png"), simulated_field()[..., ::-1])
    words = [
        "analyse",
        "field.png",
        "--json",
        "--bundle",
        str(place / "built" / "bundle"),
        "--data",
        str(place / "data"),
    ]
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *words], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["bundle"]["name"] == "ordaz2014-fuzzy-rbf"
    assert len(told["cells"]) > 3
    assert {tuple(cell["p"]) for cell in told["cells"]} == {("blast", "other")}
