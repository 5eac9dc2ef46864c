"""`marrowkit-export validate` on drawn fields of known truth, through the shipped bundle and the kit's whole way."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from export.__main__ import main
from tests.slides import write_slides

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three fields of three patients, a picture that is none, and their labels; not to be written to."""
    folder = tmp_path_factory.mktemp("validate")
    (folder / "broken.png").write_bytes(b"no picture")
    write_slides(folder, 3, folder / "labels.csv", [["broken.png", "blast", "5", "5", "p9"]])
    return folder


@pytest.fixture
def typed(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.chdir(place)
        told = ["validate", "marrowkit-default", "--images", ".", "--labels", "labels.csv", *words]
        monkeypatch.setattr("sys.argv", ["marrowkit-export", *told])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


def test_a_card_with_plots_tells_how_it_did(typed: Typed, tmp_path: Path) -> None:
    out = tmp_path / "card"
    code, said, err = typed("--benign", "other", "--group", "patient", "--out", str(out), "--data", str(tmp_path / "d"))
    assert code == 0, err
    figures = json.loads((out / "validation.json").read_text())
    cells = figures["cells"]
    assert cells["unreadable"] == 1
    assert cells["labelled"] == (out / "cells.csv").read_text().count("\n") - 1
    assert cells["called"] >= 0.8 * cells["labelled"]
    assert (figures["groups"], figures["unit"]) == (3, "patient")
    named = {each["name"]: each for each in figures["blasts"]}
    assert named["sensitivity"]["value"] > 0.5
    assert named["AUC"]["value"] > 0.5
    assert figures["labels"] == []
    page = (out / "report.html").read_text()
    assert page.count("<figure>") == 3
    assert "http" not in page
    assert (out / "card.md").read_text().strip() == said.strip()
    assert "Decision support, never a diagnosis" in said


def test_cells_without_a_row_may_be_others(typed: Typed, place: Path, tmp_path: Path) -> None:
    lines = (place / "labels.csv").read_text().splitlines()
    few = tmp_path / "few.csv"
    few.write_text("\n".join([lines[0], *(line for line in lines[1:] if ",blast," in line and "broken" not in line)]))
    words = ["--labels", str(few), "--benign", "other", "--unmarked", "other", "--data", str(tmp_path / "d")]
    code, _, err = typed(*words, "--out", str(tmp_path / "card"))
    assert code == 0, err
    cells = json.loads((tmp_path / "card" / "validation.json").read_text())["cells"]
    assert cells["without a row"] > 0


REFUSED = [
    ([], "has the label 'other'; the bundle knows blast"),
    (["--benign", "other", "--group", "ward"], "no column 'ward'"),
    (["--benign", "other", "--alias", "other"], "'other' says nothing"),
    (["--benign", "other", "--images", "/nowhere"], "Not one labelled cell was called: 0.png: unreadable"),
    (["--benign", "other", "--out", "."], "is there already"),
]


@pytest.mark.parametrize(("words", "told"), REFUSED)
def test_mistakes_are_told_and_leave_nothing(words: list[str], told: str, typed: Typed, tmp_path: Path) -> None:
    out = tmp_path / "card"
    code, _, err = typed("--data", str(tmp_path / "d"), "--out", str(out), *words)
    assert code == 1
    assert told in err.replace("\n", " ")
    assert not out.exists()
