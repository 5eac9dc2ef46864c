"""The whole way from sets of images to weights, on drawn ones."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.errors import BadSetting
from export.__main__ import app
from export.cells.stages import LEARNED_FROM, REPORT_FILE, quick_options, train_cells
from export.cells.tile import TileFile
from export.errors import NoImages, OtherRun

OPTIONS = quick_options()


@pytest.fixture(scope="module")
def made(drawn_sets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    train_cells(drawn_sets, out, OPTIONS)
    return out


def test_every_stage_leaves_its_file(made: Path) -> None:
    pools = [TileFile(made / f"{name}.safetensors") for name in ("singles", "fields", "cut_outs")]
    assert [{tile.name.partition("/")[0] for tile in pool} for pool in pools] == [
        {"pbc"},
        {"bccd", "smear_boxes"},
        {"cnmc"},
    ]
    assert set(LEARNED_FROM) == {"pbc", "bccd", "smear_boxes", "cnmc"}
    names = {each["name"] for each in json.loads((made / REPORT_FILE).read_text("utf-8"))}
    assert {"nucleus Dice", "cell Dice", "blasts found", "white cell recall", "white cell precision"} <= names


def test_of_bccd_the_odd_half_is_not_learned_from(made: Path) -> None:
    names = {tile.name for tile in TileFile(made / "fields.safetensors") if tile.name.startswith("bccd")}
    assert names == {"bccd/0.jpg", "bccd/2.jpg"}


def test_what_is_finished_is_not_made_again(drawn_sets: Path, made: Path) -> None:
    steps: list[int] = []
    again = train_cells(drawn_sets, made, OPTIONS, lambda step, _: steps.append(step))
    assert steps == []
    assert again.weights == made / "round-2" / "weights.safetensors"


def test_other_options_need_another_folder(drawn_sets: Path, made: Path) -> None:
    strict = replace(OPTIONS, singles=replace(OPTIONS.singles, least_overlap=0.9))
    with pytest.raises(OtherRun, match=r"singles.*another folder"):
        train_cells(drawn_sets, made, strict)


def test_a_set_that_is_missing_is_named_before_anything_is_trained(tmp_path: Path) -> None:
    with pytest.raises(NoImages, match=r"pbc is not there"):
        train_cells(tmp_path, tmp_path / "out", OPTIONS)
    assert not (tmp_path / "out" / "round-1").exists()


@pytest.mark.slow
def test_the_command_tries_all_of_it_on_drawn_images(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["train-cells", "--quick", "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "nucleus Dice" in result.output
    assert (tmp_path / "out" / "round-2" / "weights.safetensors").is_file()


@pytest.mark.parametrize("command", ["train-cells", "train-default"])
def test_what_one_process_does_is_not_started_by_torchrun(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, [command, "--quick"])
    assert isinstance(result.exception, BadSetting)
    assert "without torchrun" in result.exception.remedy
    assert not list(tmp_path.iterdir())
