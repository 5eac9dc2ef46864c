"""Bytes to lines in bounded memory; templates that write what they read."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.boards.forms import Form, figure
from firmware_bridge.boards.lines import Line, Lines, Overlong
from firmware_bridge.boards.words import read_words

ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


@given(st.lists(st.tuples(st.text("ab c", min_size=1), ENDS), max_size=6), st.lists(st.integers(0, 99), max_size=8))
def test_lines_are_the_same_however_the_bytes_are_cut(lines: list[tuple[str, bytes]], places: list[int]) -> None:
    data = b"".join(text.encode() + end for text, end in lines)
    reader = Lines(80)
    found = [line for piece in cut(data, places) for line in reader.feed(piece)]
    assert found == [Line(text.strip()) for text, _ in lines if text.strip()]


@given(st.lists(st.binary(max_size=60), max_size=30), st.integers(1, 40))
def test_no_more_than_the_limit_is_ever_kept(pieces: list[bytes], limit: int) -> None:
    reader = Lines(limit)
    for piece in pieces:
        for line in reader.feed(piece):
            assert isinstance(line, Overlong) or len(line.text) <= limit
        assert reader.held <= limit + 1


def test_a_line_beyond_the_limit_is_dropped_and_the_next_one_heard() -> None:
    assert Lines(3).feed(b"abcd\nxyz\n") == [Overlong(4), Line("xyz")]


@given(st.lists(st.sampled_from([b"\n", b"\r", b"ab"]), max_size=12))
def test_where_empty_lines_count_every_line_end_ends_one(parts: list[bytes]) -> None:
    data = b"".join(parts)
    assert len(Lines(80, empty=True).feed(data)) == data.count(b"\n") + data.count(b"\r")


def test_bytes_that_are_not_ascii_are_marked() -> None:
    (line,) = Lines(9).feed(b"o\xffk\n")
    assert isinstance(line, Line)
    assert not line.clean


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("mr {x:int} {y:int} {z:int}", {"x": 1, "y": -2, "z": 3}, "mr 1 -2 3"),
        ("G1 X{x:float}", {"x": 0.00001}, "G1 X0.00001"),
        ("X:{x:fixed}", {"x": -0.001}, "X:0.00"),
        ("p?|position?", {}, "p?"),
        ("moving {on:flag}", {"on": "true"}, "moving true"),
        ("[MSG:{text:text}]", {"text": "two words"}, "[MSG:two words]"),
    ],
)
def test_a_form_reads_what_it_writes(template: str, values: dict[str, float | str], text: str) -> None:
    form = Form(template)
    assert form.write(values) == text
    again = form.read(text)
    assert again is not None
    assert form.write(again) == text


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("mrx {x:int}", {"x": 1.5}),
        ("mrx {x:int}", {"x": 1e12}),
        ("mrx {x:int}", {"x": float("nan")}),
        ("mrx {x:int}", {}),
        ("mrx {x:int}", {"x": 1, "y": 2}),
        ("board {name:word}", {"name": "two words"}),
        ("board {name:word}", {"name": "line\nbreak"}),
        ("led {share:float}", {"share": "bright"}),
        ("say {text:text}", {"text": "é"}),
    ],
)
def test_what_cannot_stand_in_a_line_is_refused(template: str, values: dict[str, float | str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Form(template).write(values)


@pytest.mark.parametrize("text", ["mr 1 2", "mr 1 2 3 4", "mr 1 2 x", "mr  1", "mr 12345678901 1 1", ""])
def test_another_sentence_is_not_read(text: str) -> None:
    assert Form("mr {x:int} {y:int} {z:int}").read(text) is None


@given(st.floats(-1e6, 1e6))
def test_figures_have_no_exponent_and_keep_five_decimals(value: float) -> None:
    text = figure(value)
    assert "e" not in text
    assert abs(float(text) - value) <= 0.51e-5
    assert text != "-0"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("G1 X1.5 Y-2 F100", [("G", 1), ("X", 1.5), ("Y", -2), ("F", 100)]),
        ("g91g1x.5", [("G", 91), ("G", 1), ("X", 0.5)]),
        ("M3 (lamp on) S500 ; full", [("M", 3), ("S", 500)]),
        ("", []),
        ("G1 X", None),
        ("1 X2", None),
        ("G1 X1.2.3", None),
        ("hello", None),
    ],
)
def test_words_of_a_block(line: str, words: list[tuple[str, float]] | None) -> None:
    assert read_words(line) == words
