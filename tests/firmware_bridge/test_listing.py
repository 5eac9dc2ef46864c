from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.listing import natural_key, pictures_in

NAMES = st.text(alphabet="ab1230_.é²", max_size=6)


@given(NAMES, NAMES)
def test_any_two_names_have_one_order(first: str, second: str) -> None:
    assert (natural_key(first) < natural_key(second)) + (natural_key(second) < natural_key(first)) == (first != second)


def test_two_comes_before_ten() -> None:
    names = ["Field_10.png", "field_2.png", "field_1.png", "field_02.png"]
    assert sorted(names, key=natural_key) == ["field_1.png", "field_02.png", "field_2.png", "Field_10.png"]


def test_only_pictures_and_nothing_hidden(tmp_path: Path) -> None:
    for name in ("b.PNG", "a.jpg", "old.gif", ".hidden.png", "notes.txt", "noname"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    assert [path.name for path in pictures_in(tmp_path)] == ["a.jpg", "b.PNG", "old.gif"]
