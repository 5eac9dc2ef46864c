"""The whole way to the shipped bundle, on drawn images, and what it says where it cannot go."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.bundle import Bundle, open_bundle
from edge.bundle.keys import load_keys
from edge.bundle.manifest import FileEntry
from edge.errors import BadSetting
from export.__main__ import app
from export.commands.train_default import train_default_command
from export.default_bundle.drawn import draw_everything
from export.default_bundle.generated import VECTOR_CELLS, cell_vectors, field_vectors
from export.default_bundle.options import quick_options
from export.default_bundle.packing import MOST_BYTES, pack_default
from export.default_bundle.stages import MEASURED_JSON, SOURCES_TABLE, STAGES
from export.default_bundle.workshop import Workshop
from export.errors import NoImages, NotYetMade
from export.opinion.trained import MeasureScale, Shape, TrainedOpinion
from firmware_bridge.datafolder import DATA_VARIABLE
from models.marrowkit2026_opinion.net import OpinionNet
from tests.tabled import drawn_cells
from tests.tiny import need_openvino


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path / "data", tmp_path / "work", tmp_path / "out", quick_options())


def cells_of(bundle: Bundle) -> dict[str, FileEntry]:
    """The files of its cells network, and of the proof of it."""
    return {path: entry for path, entry in bundle.manifest.files.items() if "cells" in path}


def test_where_images_are_missing_it_says_which_and_exits_with_2(tmp_path: Path) -> None:
    (tmp_path / "pbc").mkdir()
    asked = CliRunner().invoke(app, ["train-default", "--data", str(tmp_path), "--work", str(tmp_path / "work")])
    assert asked.exit_code == 2
    assert "lacks cnmc, bccd, smear_boxes" in asked.stderr
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize("name", [name for name in STAGES if name not in ("cells", "find")])
def test_a_stage_asked_for_too_early_says_what_is_missing(name: str, shop: Workshop) -> None:
    with pytest.raises((NotYetMade, NoImages), match="is not there"):
        STAGES[name](shop, lambda said: None)


def test_an_unknown_stage_is_refused(tmp_path: Path) -> None:
    for name in ("cnmc", "pbc", "bccd", "smear_boxes"):
        (tmp_path / name).mkdir()
    with pytest.raises(BadSetting, match="no stage 'polish'"):
        train_default_command(data=tmp_path, work=tmp_path / "work", stage="polish")


def test_a_folder_that_holds_something_else_is_left_alone(shop: Workshop) -> None:
    shop.out.mkdir(parents=True)
    (shop.out / "thesis.txt").write_text("years of work")
    with pytest.raises(BadSetting, match="something else"):
        pack_default(shop, b"{}", lambda said: None)
    assert (shop.out / "thesis.txt").read_text() == "years of work"


def test_vectors_are_of_generated_cells_and_repeat() -> None:
    widths = (4, 4, 4, 4)
    inputs = TrainedOpinion(OpinionNet(widths), Shape("nucleus", widths), MeasureScale.of(drawn_cells(2))).inputs
    cells = cell_vectors(inputs)
    assert cells["image"].shape == (VECTOR_CELLS, 1, 80, 80)
    assert cells["image"].any(axis=(1, 2, 3)).all()
    first, again = field_vectors(), field_vectors()
    assert (first["image"] == again["image"]).all()
    assert (first["image"].std(axis=(1, 2, 3)) > 0.05).all()
    assert sum(each.nbytes for each in (*cells.values(), 2 * first["image"])) < 1_700_000


@pytest.mark.slow
def test_drawn_images_become_a_signed_bundle_that_passes_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need_openvino()
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "kit"))
    monkeypatch.delenv("MARROWKIT_SIGNING_KEY", raising=False)
    work, out = tmp_path / "work", tmp_path / "bundle"
    said = CliRunner().invoke(app, ["train-default", "--quick", "--work", str(work), "--out", str(out)])
    assert said.exit_code == 0, said.output
    assert "onnx-int8 passes" in said.output
    assert "openvino-int8 passes" in said.output
    trusted = load_keys(tmp_path / "kit")
    bundle = open_bundle(out, trusted)
    assert bundle.manifest.preprocessing.view == "nucleus"
    assert {each.name for each in bundle.manifest.metrics} >= {"AUC, fused", "sensitivity, fused", "nucleus Dice"}
    assert sum(entry.bytes for entry in bundle.manifest.files.values()) < MOST_BYTES
    again = CliRunner().invoke(app, ["train-default", "--quick", "--work", str(work), "--out", str(out)])
    assert again.exit_code == 0
    assert open_bundle(out, trusted).digest == bundle.digest
    other = tmp_path / "other"
    options = ["--work", str(work), "--out", str(other), "--stage", "pack", "--cells-of", str(out)]
    kept = CliRunner().invoke(app, ["train-default", "--quick", *options])
    assert kept.exit_code == 0, kept.output
    assert open_bundle(other, trusted).manifest.files.items() >= cells_of(bundle).items()
    assert (work / MEASURED_JSON).is_file()
    left = CliRunner().invoke(app, ["train-default", "--quick", "--work", str(work), "--stage", "sources"])
    assert left.exit_code == 0, left.output
    assert (work / SOURCES_TABLE).read_text() in left.output
    assert not list(tmp_path.glob(".bundle*"))


@pytest.mark.slow
def test_single_cells_are_drawn_in_the_form_of_their_sets(tmp_path: Path) -> None:
    draw_everything(tmp_path / "data", count=1, singles=12)
    for name in ("cnmc", "pbc"):
        assert len((tmp_path / "data" / name / "cells.csv").read_text().splitlines()) == 13
        assert len(list((tmp_path / "data" / name).glob("*.jpg"))) == 12
