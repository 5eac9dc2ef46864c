"""Heads of any labels: which words mean which of them, and what cannot be learned."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import BadSetting
from export.errors import BadCrops
from export.opinion.balance import balanced
from export.opinion.labels import LABEL_OF, SOME_OTHER, label_indices
from export.opinion.table import CellTable
from export.rooms.head import NO_BLASTS, SIX, Head, head_fields, made_head, require_learnable
from tests.tabled import EVERY_KIND, drawn_cells

TWO = made_head({"blast": (), "benign": ("hematogone",)}, ["blast"])
BLASTS = ["L1", "L2", "L3"]
FAB = made_head({"L1": (), "L2": (), "L3": ("Burkitt",), "small": ("lymphocyte",), "other": ()}, BLASTS, ["L3"])
MARROW = made_head({"blast": (), "lymphoid": ("hematogone", "lymphocyte"), "myeloid": ("neutrophil",)}, ["blast"])
CELLS = drawn_cells(4, kinds=EVERY_KIND)
HEADS = st.sampled_from([SIX, TWO, FAB, MARROW])


def test_the_usual_head_means_what_the_opinion_network_means() -> None:
    words = sorted(LABEL_OF)
    np.testing.assert_array_equal(SIX.places(words), label_indices(words))


@given(HEADS, st.lists(st.sampled_from(sorted(NO_BLASTS)), min_size=1))
def test_what_is_no_blast_is_never_learned_as_one(head: Head, words: list[str]) -> None:
    positive = [head.labels.index(each) for each in head.positive]
    assert not np.isin(head.places(words), positive).any()


@given(HEADS)
def test_every_label_is_a_word_for_itself(head: Head) -> None:
    assert head.places(head.labels).tolist() == list(range(len(head.labels)))
    assert all(head.aliases[label] == label for label in head.labels)


def test_with_one_benign_label_everything_that_is_no_blast_is_it() -> None:
    assert TWO.places(["blast", "white cell", "neutrophil", "hematogone"]).tolist() == [0, 1, 1, 1]
    assert TWO.aliases["white cell"] == "benign"


def test_with_several_benign_labels_only_that_it_is_one_of_them_is_known() -> None:
    assert FAB.places(["white cell", "Burkitt", "lymphocyte"]).tolist() == [SOME_OTHER, 2, 3]
    assert FAB.aliases["white cell"] == ""


@given(HEADS)
def test_a_head_is_read_back_as_it_was_written(head: Head) -> None:
    again = made_head(**head_fields(head))
    assert (dict(again.words), again.positive, again.urgent) == (dict(head.words), head.positive, head.urgent)


@given(HEADS)
def test_both_sides_are_shown_and_every_label_alike(head: Head) -> None:
    named = {at: share for at, share in head.shares.items() if at != SOME_OTHER}
    assert set(named) == set(range(len(head.labels)))
    assert sum(named.values()) == pytest.approx(1.0)
    if head is not SIX:
        assert sum(share for at, share in named.items() if at in head.others) == pytest.approx(0.5)


def test_a_rare_label_is_drawn_as_often_as_a_frequent_one() -> None:
    places = MARROW.places(CELLS.labels.tolist())
    weights = balanced(places, CELLS.sources, MARROW.shares)
    each = {at: float(weights[places == at].sum()) for at in MARROW.others}
    assert each[1] == pytest.approx(each[2])
    assert Counter(places.tolist())[1] > Counter(places.tolist())[2]


def test_cells_that_fit_are_learnable() -> None:
    for head in (SIX, TWO, MARROW):
        require_learnable(head, CELLS)


def labelled(old: str, new: str) -> CellTable:
    labels = np.where(CELLS.labels == old, new, CELLS.labels)
    return CellTable(*(labels if name == "labels" else getattr(CELLS, name) for name in CELLS.__slots__))


UNLEARNABLE = {
    "an empty class": (MARROW, labelled("neutrophil", "monocyte"), "no cell of the label 'myeloid'"),
    "blasts that no label means": (FAB, CELLS, "labelled 'blast'"),
    "an unknown word": (TWO, labelled("monocyte", "smudge"), "labelled 'smudge'"),
    "one patient only": (TWO, CELLS.rows((CELLS.labels != "blast") | (CELLS.groups == "blast/1")), "of one patient"),
    "a misspelt word": (made_head({"blast": (), "benign": ("hematogne",)}, ["blast"]), CELLS, "'hematogne'"),
}


@pytest.mark.parametrize(("head", "cells", "said"), UNLEARNABLE.values(), ids=UNLEARNABLE)
def test_what_cannot_be_learned_is_told_before_training(head: Head, cells: CellTable, said: str) -> None:
    with pytest.raises(BadCrops, match=said):
        require_learnable(head, cells)


SENSELESS = {
    "no labels": ({}, ["blast"]),
    "one label": ({"blast": ()}, ["blast"]),
    "blasts only": ({"L1": (), "L2": ()}, ["L1", "L2"]),
    "no blasts": ({"a": (), "b": ()}, []),
    "a positive label that is none": ({"a": (), "b": ()}, ["c"]),
    "one word twice": ({"a": ("cell",), "b": ("cell",)}, ["a"]),
    "a label that is another's word": ({"a": ("b",), "b": ()}, ["a"]),
}


@pytest.mark.parametrize(("words", "positive"), SENSELESS.values(), ids=SENSELESS)
def test_a_head_that_makes_no_sense_is_refused(words: dict[str, tuple[str, ...]], positive: list[str]) -> None:
    with pytest.raises(BadSetting, match="makes no sense"):
        made_head(words, positive)
