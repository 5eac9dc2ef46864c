"""One table and one picture of all rooms: every number in them is in a card, and what nobody measured has none."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import models
from edge.errors import BadSetting
from export.__main__ import app
from export.errors import NotYetMade
from export.opinion.table import CellTable
from export.rooms import leaderboard as board
from export.rooms.head import SIX
from export.rooms.leaderboard import BEGIN, END, PICTURE_FILE, README_FILE, Row, filled, picture, rows_of, tables
from export.rooms.measured import MEASURED_FILE, OnKit, Timed, examined_of, read_measured, write_measured
from export.validating.examined import as_json
from export.validating.exams import exams, sat
from tests.tabled import EVERY_KIND, drawn_cells

ROOMS = Path(models.__file__).parent
CELLS = drawn_cells(6, kinds=EVERY_KIND)
UNSEEN = {"blast_fields": CELLS.rows(np.arange(0, len(CELLS), 3)), "taleqani": CELLS.rows(np.arange(1, len(CELLS), 3))}
COSTS = OnKit("a processor", 2, "0" * 64, (
    Timed("onnx-fp32", "onnxruntime", "fp32", 4_000_000, 3.0, 1.5, 0.8),
    Timed("onnx-int8", "onnxruntime", "int8", 1_100_000, 2.0, 0.75, 0.79),
    Timed("openvino-int8", "openvino", "int8", 1_200_000, 1.0, 0.25, 0.78),
))  # fmt: skip
CARD = """name = "{name}"\ntitle = "A room"\nauthors = "Someone (2020)"\n[small]\nsteps = 5\n
[claim]\ntext = "99 | 100 %"\ndiffers = "A random split."\n"""
ABOUT = {"parameters": 123456, "steps": 40, "batch": 8, "seconds": 1800.0, "hardware": "a processor"}


def shares(sure: float) -> np.ndarray:
    place = np.where(CELLS.blast, 0, 1)
    return np.where(np.arange(len(SIX.labels)) == place[:, None], sure, (1 - sure) / 5).astype(np.float32)


@cache
def examined(sure: float = 0.9) -> bytes:
    """Of whoever is so sure of the truth, but mixes the cells of every exam up."""
    random = np.random.default_rng(int(sure * 100))

    def ask(cells: CellTable) -> np.ndarray:
        return shares(sure)[random.permutation(len(cells))]

    return as_json(ABOUT, [sat(each, ask, SIX) for each in exams(CELLS, UNSEEN)])


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """Two rooms that were measured, one that was not, and one that finds cells."""
    for name in ("a_room", "b_room", "c_room", "finder"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "card.toml").write_text(CARD.format(name=name), "utf-8")
    (tmp_path / "finder" / "card.toml").write_text('kind = "segmentation"', "utf-8")
    write_measured(tmp_path / "a_room", examined(0.9), COSTS)
    write_measured(tmp_path / "b_room", examined(0.6), replace(COSTS, variants=COSTS.variants[:1]))
    (tmp_path / README_FILE).write_text(f"# Rooms\n{BEGIN}\nold\n{END}\nthe rest\n", "utf-8")
    return tmp_path


def cells_of(text: str, name: str) -> list[str]:
    line = next(each for each in text.splitlines() if each.startswith(f"| {name} "))
    return [each.strip() for each in line.strip("|").split(" | ")]


def test_what_was_measured_is_read_back(rooms: Path) -> None:
    found = read_measured(rooms / "a_room")
    assert found is not None
    assert found.on_kit == COSTS
    assert dict(found.about) == ABOUT
    assert as_json(dict(found.about), found.results) == examined(0.9)
    assert read_measured(rooms / "c_room") is None


def test_the_table_says_what_the_cards_say(rooms: Path) -> None:
    text, card = tables(rows_of(rooms)), json.loads((rooms / "a_room" / MEASURED_FILE).read_text())
    unseen = [each for each in card["results"] if each["name"] == "other sites"][-1]
    assert unseen["on"] == "blast_fields and taleqani"
    row = cells_of(text, "a_room")
    values = {each["name"]: each["value"] for each in unseen["blasts"]}
    for column, name in ((1, "accuracy"), (3, "sensitivity"), (4, "specificity"), (5, "AUC"), (6, "ECE")):
        assert row[column].startswith(f"{values[name]:.3f} [")
    assert row[2] == "0.780"
    assert row[9:] == ["1.50", "0.25", "4.00", "1.20", "123,456", "40 steps of 8, 0.50 h on a processor"]


def test_a_room_that_was_fitted_had_no_steps(rooms: Path) -> None:
    card = json.loads((rooms / "a_room" / MEASURED_FILE).read_text())
    (rooms / "a_room" / MEASURED_FILE).write_text(json.dumps({**card, "steps": 0, "batch": 0}))
    assert cells_of(tables(rows_of(rooms)), "a_room")[-1] == "fitted in one go, 0.50 h on a processor"


def test_variants_that_are_not_there_have_no_number(rooms: Path) -> None:
    assert cells_of(tables(rows_of(rooms)), "b_room")[9:13] == ["1.50", "–", "4.00", "–"]


def test_where_no_site_was_unseen_nothing_is_drawn_or_told(rooms: Path) -> None:
    unasked = replace(COSTS, variants=tuple(replace(each, unseen_accuracy=None) for each in COSTS.variants))
    write_measured(rooms / "a_room", examined(0.9), unasked)
    rows = rows_of(rooms)
    assert cells_of(tables(rows), "a_room")[2] == "–"
    assert picture(rows[:1]) != picture(rows[1:2])


def test_a_room_that_was_not_trained_has_no_number_at_all(rooms: Path) -> None:
    row = cells_of(tables(rows_of(rooms)), "c_room")
    assert row[1] == "not trained yet"
    assert not re.search(r"\d", "".join(row[2:]))


def test_rooms_that_find_cells_are_not_among_those_that_name_them(rooms: Path) -> None:
    assert [each.card.name for each in rows_of(rooms)] == ["a_room", "b_room", "c_room"]


def test_claims_stand_beside_with_the_reason_why_ours_differ(rooms: Path) -> None:
    assert r"| c_room | Someone (2020) | 99 \| 100 % | A random split. |" in tables(rows_of(rooms))


def test_what_was_never_taken_apart_stays_around_the_table(rooms: Path) -> None:
    once = filled((rooms / README_FILE).read_text(), rows_of(rooms))
    assert once.startswith("# Rooms\n")
    assert once.endswith("the rest\n")
    assert "old" not in once
    assert filled(once, rows_of(rooms)) == once
    with pytest.raises(BadSetting, match="no place for the table"):
        filled("# Rooms", rows_of(rooms))


def test_the_command_writes_table_and_picture(rooms: Path) -> None:
    assert CliRunner().invoke(app, ["leaderboard", "--rooms", str(rooms)], catch_exceptions=False).exit_code == 0
    assert tables(rows_of(rooms)) in (rooms / README_FILE).read_text("utf-8")
    assert (rooms / PICTURE_FILE).read_text("utf-8") == picture(rows_of(rooms))
    for name in ("a_room", "b_room"):
        (rooms / name / MEASURED_FILE).unlink()
    assert CliRunner().invoke(app, ["leaderboard", "--rooms", str(rooms)], catch_exceptions=False).exit_code == 0
    assert not (rooms / PICTURE_FILE).exists()
    assert PICTURE_FILE not in (rooms / README_FILE).read_text("utf-8")


def test_the_picture_has_a_point_for_every_precision_of_every_measured_room(rooms: Path) -> None:
    points: list[tuple[float, float]] = []

    class Axes:
        def scatter(self, ms: float, accuracy: float, **_: object) -> None:
            points.append((ms, accuracy))

        def plot(self, *_: object, **__: object) -> None:
            pass

    rows = rows_of(rooms)
    for row in rows:
        if row.measured is not None:
            board._draw(Axes(), row, row.measured, ("k", "o"))
    assert points == [(1.5, 0.8), (0.25, 0.78), (1.5, 0.8)]


def test_other_figures_are_another_picture(rooms: Path) -> None:
    rows = rows_of(rooms)
    slower = replace(COSTS, variants=(replace(COSTS.variants[0], in_batch_ms=9.0),))
    measured = rows[0].measured
    assert measured is not None
    assert picture([Row(rows[0].card, replace(measured, on_kit=slower))]) != picture(rows[:1])
    assert picture(rows) == picture(rows)


@pytest.mark.parametrize("content", [b"{", examined(0.9), b"[]"], ids=["torn", "not measured", "no card"])
def test_a_card_that_measure_did_not_write_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / MEASURED_FILE).write_bytes(content)
    with pytest.raises(BadSetting, match="cannot be read"):
        read_measured(tmp_path)


def test_a_run_that_was_not_examined_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotYetMade, match="has not been examined"):
        examined_of(tmp_path)


def test_table_and_picture_of_the_rooms_are_made_from_their_cards() -> None:
    """Run `marrowkit-export leaderboard` where this fails."""
    rows, readme = rows_of(ROOMS), (ROOMS / README_FILE).read_text("utf-8")
    assert filled(readme, rows) == readme
    assert (ROOMS / PICTURE_FILE).is_file() == any(each.measured for each in rows)
    if any(each.measured for each in rows):
        assert (ROOMS / PICTURE_FILE).read_text("utf-8") == picture(rows)


@pytest.mark.parametrize("row", rows_of(ROOMS), ids=lambda row: row.card.name)
def test_a_card_with_a_claim_says_why_ours_may_differ(row: Row) -> None:
    assert not row.card.claim or row.card.claim.get("text")
    if "differs" in row.card.claim:
        assert len(row.card.claim["differs"]) > 20
    if row.measured is not None:
        assert row.measured.about["network"] == row.card.name
