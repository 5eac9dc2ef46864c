"""The CSV of whoever validates: what its rows mean, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.errors import BadSetting
from export.validating.answers import BENIGN
from export.validating.truth import Mark, Words, read_marks

WORDS = Words(("blast", "lymphoid"), {"ALL": "blast", "LY": "lymphoid"}, frozenset({"other"}))


def written(folder: Path, text: str) -> Path:
    file = folder / "labels.csv"
    file.write_text(text, "utf-8")
    return file


def test_rows_are_cells(tmp_path: Path) -> None:
    file = written(tmp_path, "\ufeffimage,label,x_px,y_px,patient\na.png,ALL,3,4.5,p1\na.png,other,,,p1\nb.png,LY,,,\n")
    assert read_marks(file, WORDS, "patient") == (
        Mark("a.png", 0, "p1", (3.0, 4.5)),
        Mark("a.png", BENIGN, "p1", None),
        Mark("b.png", 1, "b.png", None),
    )


def test_without_a_group_each_picture_is_one(tmp_path: Path) -> None:
    marks = read_marks(written(tmp_path, "image,label\na.png,blast\nb.png,blast\n"), WORDS, None)
    assert [mark.group for mark in marks] == ["a.png", "b.png"]


REFUSED = [
    ("image,class\na.png,blast\n", None, "no column 'label', but image, class"),
    ("image,label\na.png,blast\n", "patient", "no column 'patient'"),
    ("", None, "no column 'image', but none"),
    ("image,label\n", None, "names no cells"),
    ("image,label\na.png,basophil\n", None, "line 2 has the label 'basophil'; the bundle knows blast, lymphoid"),
    ("image,label\n,blast\n", None, "line 2 names no image"),
    ("image,label,x_px,y_px\na.png,blast,here,4\n", None, "line 2 has no place"),
    ("image,label,x_px,y_px\na.png,blast,3,\n", None, "line 2 has no place"),
]


@pytest.mark.parametrize(("text", "group", "told"), REFUSED)
def test_mistakes_are_told_with_their_line(text: str, group: str | None, told: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=told):
        read_marks(written(tmp_path, text), WORDS, group)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="cannot be read"):
        read_marks(tmp_path / "none.csv", WORDS, None)
    (tmp_path / "binary.csv").write_bytes(b"image,label\n\xff\xfe,blast\n")
    with pytest.raises(BadSetting, match="no text in UTF-8"):
        read_marks(tmp_path / "binary.csv", WORDS, None)
