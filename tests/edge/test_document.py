"""The one JSON shape: strict, complete, and sayable again in another language."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.document import document, said_again
from edge.types import Examination, Features, Reason, Verdict
from edge.words import in_english, say
from tests.cases import PaintedExaminer, painted_frame


def in_another_language(message: str) -> str:
    return f"¡{message}"


@pytest.fixture(scope="module")
def examination() -> Examination:
    return PaintedExaminer().examine(painted_frame(1, 4, (400, 300)))


def test_the_contract_has_these_keys(examination: Examination) -> None:
    whole = document(examination)
    assert set(whole) == {
        *("image", "digest", "size", "quality", "um_per_px", "scale_source", "scale_relative_sd", "squeeze"),
        *("cells", "counts", "decision", "bundle", "timing_ms"),
    }
    assert {"ok", "reasons", "codes", "focus_um", "exposure"} <= set(whole["quality"])
    assert set(whole["counts"]) == {"nucleated", "countable", "excluded", "blast"}
    assert set(whole["decision"]) == {"label", "score", "interval", "reasons", "codes"}
    assert set(whole["bundle"]) == {"name", "version", "digest", "variant"}


def test_focus_and_exposure_are_there_even_where_nothing_was_measured(examination: Examination) -> None:
    assert document(examination)["quality"]["focus"] == document(examination)["quality"]["focus_um"]
    blank = document(replace(examination, verdict=Verdict(False, (), {})))["quality"]
    assert (blank["focus"], blank["exposure"]) == (None, None)


def test_a_refused_picture_may_have_no_scale(examination: Examination) -> None:
    whole = document(replace(examination, scale=None))
    assert (whole["um_per_px"], whole["scale_source"], whole["scale_relative_sd"]) == (None, None, None)


def test_a_cell_has_these_keys(examination: Examination) -> None:
    cell = document(examination)["cells"][0]
    assert set(cell) == {
        *("id", "centre", "box", "class", "p", "countable", "excluded", "codes"),
        *("features", "fuzzy", "rbf", "network", "doubtful"),
    }
    assert set(cell["features"]) == {each.name for each in fields(Features)}
    assert set(cell["fuzzy"]) == {"score", "rules"}
    assert set(cell["fuzzy"]["rules"][0]) == {"rule", "strength"}


def test_it_is_strict_json(examination: Examination) -> None:
    whole = document(examination)
    assert json.loads(json.dumps(whole, allow_nan=False)) == whole


def test_sentences_can_be_said_again_from_the_codes(examination: Examination) -> None:
    whole = document(examination)
    other = said_again(whole, in_another_language)
    assert other["cells"][0]["fuzzy"]["rules"][0]["rule"].startswith("¡")
    assert other["decision"]["reasons"][0].startswith("¡")
    assert said_again(other, in_english)["decision"] == whole["decision"]


def test_saying_again_leaves_the_original_alone(examination: Examination) -> None:
    whole = document(examination)
    before = json.dumps(whole)
    said_again(whole, in_another_language)
    assert json.dumps(whole) == before


@pytest.mark.parametrize(
    ("measured", "written"),
    [
        (np.float32(0.5), 0.5),
        (np.float64(1 / 3), 0.333333),
        (np.int64(7), 7),
        (float("nan"), None),
        (np.float32("inf"), None),
        (123456.789, 123457.0),
    ],
)
def test_figures_are_plain(examination: Examination, measured: Any, written: float | None) -> None:
    odd = replace(examination, verdict=Verdict(True, (), {"focus": measured}))
    found = document(odd)["quality"]["focus"]
    assert found == written
    assert type(found) in (float, int, type(None))


@given(st.text(), st.dictionaries(st.text(), st.floats(allow_nan=False) | st.integers() | st.text()))
def test_a_code_without_words_is_shown_as_itself(code: str, values: dict[str, float | int | str]) -> None:
    unknown = Reason(f"no-such.{code}", values)
    assert say(unknown).text == unknown.code
