"""The rates' own parts: spoiled and foreign pictures are what they say, boxes are read, the table is printed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from edge.quality import gate
from export.foreign import KINDS
from export.rates import SPOILERS, bccd_boxes, command, smear_boxes
from tests.cases import painted_pixels

UM_PER_PX = 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_foreign_pictures_repeat_and_are_stopped(kind: str) -> None:
    first, again = (KINDS[kind](np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(first, again)
    assert not gate(first).ok


@pytest.mark.parametrize("name", SPOILERS)
def test_a_spoiled_field_is_stopped(name: str) -> None:
    field = painted_pixels()
    assert gate(field).ok
    assert not gate(SPOILERS[name](field, UM_PER_PX)).ok


def test_boxes_of_cut_cells_do_not_count(tmp_path: Path) -> None:
    folder = tmp_path / "smear_boxes"
    folder.mkdir()
    rows = ["image_id,image,xmin,ymin,xmax,ymax,label", "1,a.png,0.25,0.25,0.5,0.5,rbc", "1,a.png,0,0,0.9,0.9,rbc"]
    (folder / "annotations.csv").write_text("\n".join([*rows, "1,a.png,0.1,0.1,0.9,0.9,wbc"]))
    assert smear_boxes(tmp_path) == {"a.png": pytest.approx(64)}


def test_boxes_that_are_not_there_are_none(tmp_path: Path) -> None:
    assert (bccd_boxes(tmp_path), smear_boxes(tmp_path)) == ({}, {})


def _app() -> typer.Typer:
    app = typer.Typer()
    app.command()(command)
    return app


def test_the_table_tells_each_set_and_what_is_missing(tmp_path: Path) -> None:
    folder = tmp_path / "blast_fields"
    folder.mkdir()
    for number in range(2):
        Image.fromarray(painted_pixels(number)).save(folder / f"{number}.jpg", quality=95)
    result = CliRunner().invoke(_app(), [str(tmp_path), "--most", "2"])
    assert result.exit_code == 0
    passed = result.output.split("foreign")[0]
    lines = {line[:18].strip(): line for line in passed.splitlines()}
    assert "no images" in lines["bccd"]
    assert "100.0%" in lines["blast_fields"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(_app(), [str(tmp_path / "nowhere")])
    assert result.exit_code != 0
