"""A trained room becomes a signed bundle with its costs, and the card of the room says so."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from edge.bundle.parse import parse_manifest
from edge.errors import BadSetting
from export.__main__ import app
from export.commands import rooms as commands
from export.crops.cells import fold_numbers
from export.crops.kept import TOLD_FILE
from export.errors import NotYetMade
from export.opinion.table import read_cells, write_cells
from export.rooms.measured import MEASURED_FILE, read_measured
from export.rooms.measuring import HELD_OUT, THREADS
from tests.tabled import EVERY_KIND, drawn_cells

pytestmark = pytest.mark.slow  # a network is trained, examined and built
CELLS = drawn_cells(15, kinds=EVERY_KIND)
UNSEEN = {"taleqani": CELLS.rows(np.arange(60))}
ROOM = "devi2023_clr_cxg"
FIELDS = ["steps=25", "batch=16", "size_px=32", "finish_cells=400", "fold=1", "rate=0.01",
          *(f"settings.{each}" for each in ("width=0.125", "rounds=12", "depth=3"))]  # fmt: skip
VARIANTS = ("onnx-fp32", "onnx-int8")
ALLOWED = [f"--with=allowed.{each}" for each in ("top1=20", "worst_recall=30", "ece=20", "agreement=70")]


def typed(*words: str) -> str:
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


@pytest.fixture(scope="module")
def place(drawn_sets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that left a fold out and was examined, its bundle, and the card of its room."""
    folder = tmp_path_factory.mktemp("measured")
    (folder / "rooms" / ROOM).mkdir(parents=True)
    write_cells(CELLS, folder / "cells.npz")
    (folder / "rooms" / ROOM / "card.toml").write_text("", "utf-8")
    typed(
        "train", ROOM, str(folder / "run"), "--data", str(folder / "cells.npz"), *(f"--with={each}" for each in FIELDS)
    )
    typed("keygen", str(folder / "maker.pem"), "--owner", "A test")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("export.validating.examine.training_cells", lambda data, work: CELLS)
        patched.setattr("export.validating.examine.unseen_cells", lambda data, work: UNSEEN)
        typed("examine", str(folder / "run"))
        patched.setattr(commands, "training_cells", lambda data, work: CELLS)
        patched.setattr(commands, "unseen_cells", lambda data, work: UNSEEN)
        words = ["measure", str(folder / "run"), *_flags(folder, drawn_sets)]
        typed(*words, *ALLOWED, f"--with=variants={','.join(VARIANTS)}")
    return folder


def _flags(folder: Path, data: Path) -> list[str]:
    said = {"key": folder / "maker.pem", "out": folder / "built", "data": data, "rooms": folder / "rooms"}
    return [word for name, each in said.items() for word in (f"--{name}", str(each))]


def test_the_card_holds_exams_and_costs(place: Path) -> None:
    found = read_measured(place / "rooms" / ROOM)
    assert found is not None
    assert [each.name for each in found.results] == ["same site", "patients", "other sites"]
    assert (found.about["network"], found.about["left_out"], found.about["positive"]) == (ROOM, 1, ["blast"])
    assert found.on_kit.threads == THREADS
    assert tuple(each.name for each in found.on_kit.variants) == VARIANTS
    for each in found.on_kit.variants:
        assert each.alone_ms > 0
        assert each.in_batch_ms > 0


def test_every_variant_is_asked_about_unseen_sites_itself(place: Path) -> None:
    found = read_measured(place / "rooms" / ROOM)
    assert found is not None
    exam = found.result("other sites")
    assert exam is not None
    by_torch = next(each.value for each in exam.blasts if each.name == "accuracy")
    float32, int8 = (each.unseen_accuracy for each in found.on_kit.variants)
    assert float32 == pytest.approx(by_torch, abs=0.02)
    assert int8 == pytest.approx(by_torch, abs=0.3)


def test_bytes_are_those_of_the_bundle(place: Path) -> None:
    found = read_measured(place / "rooms" / ROOM)
    assert found is not None
    manifest = parse_manifest((place / "built" / "bundle" / "manifest.json").read_bytes())
    for each in found.on_kit.variants:
        file = place / "built" / "bundle" / manifest.variant(each.name).files["opinion"]
        assert each.file_bytes == file.stat().st_size


def test_the_bundle_says_whose_system_it_is_rebuilt_from(place: Path) -> None:
    manifest = parse_manifest((place / "built" / "bundle" / "manifest.json").read_bytes())
    assert (manifest.name, manifest.labels) == ("devi2023-clr-cxg", ("blast", "benign"))
    assert manifest.positive_label == "blast"
    assert any("Devi" in each for each in manifest.limits)
    assert {each.role.split(":")[0] for each in manifest.training.data} == {"learned from"}


def test_limits_are_checked_on_the_fold_that_was_left_out(place: Path) -> None:
    held_out = read_cells(place / "run" / HELD_OUT)
    np.testing.assert_array_equal(held_out.images, CELLS.rows(fold_numbers(CELLS) == 1).images)


def test_what_cannot_be_measured_is_told(
    place: Path, drawn_sets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (TOLD_FILE, "weights.safetensors"):
        (tmp_path / name).write_bytes((place / "run" / name).read_bytes())
    flags = ["measure", str(tmp_path), *_flags(place, drawn_sets)]
    with pytest.raises(NotYetMade, match="has not been examined"):
        typed(*flags)
    with pytest.raises(BadSetting, match="no room of"):
        typed("measure", str(place / "run"), *_flags(tmp_path, drawn_sets))
    (tmp_path / MEASURED_FILE).write_bytes((place / "run" / MEASURED_FILE).read_bytes())
    told = json.loads((tmp_path / TOLD_FILE).read_text())
    (tmp_path / TOLD_FILE).write_text(json.dumps({**told, "left_out": None}))
    monkeypatch.setattr(commands, "training_cells", lambda data, work: CELLS)
    with pytest.raises(BadSetting, match="left no fold out"):
        typed(*flags)
