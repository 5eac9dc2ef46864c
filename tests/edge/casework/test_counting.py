"""What a corrected document says, and what a decision is made from."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.casework.counting import corrected, doubt, for_decision
from edge.decide.counts import tally_document
from edge.decide.roles import Roles
from edge.document import document, said_again
from edge.record.corrections import Correction
from edge.words import in_english
from tests.cases import ROLES, PaintedExaminer, painted_frame

FIELD = document(PaintedExaminer().examine(painted_frame(3, 6, (480, 360))))
IDS = [cell["id"] for cell in FIELD["cells"]]


@st.composite
def corrections(draw: st.DrawFn) -> dict[tuple[int, int], Correction]:
    chosen = draw(st.lists(st.sampled_from(IDS), unique=True))
    label = st.sampled_from([None, "blast", "lymphocyte", "granulocyte"])
    return {
        (1, each): Correction(draw(label), draw(st.sampled_from([None, True, False])), "cell.person") for each in chosen
    }


def test_without_corrections_only_what_the_kit_said_is_added() -> None:
    shown = corrected(FIELD, 1, {}, ROLES)
    for ours, theirs in zip(shown["cells"], FIELD["cells"], strict=True):
        assert ours == {**theirs, **{name: ours[name] for name in ("machine", "corrected", "settled")}}
        assert (ours["corrected"], ours["settled"]) == (False, False)
    assert shown["counts"] == FIELD["counts"]


def test_corrections_of_other_fields_mean_nothing() -> None:
    other = {(2, IDS[0]): Correction(counted=False, code="cell.person")}
    assert corrected(FIELD, 1, other, ROLES) == corrected(FIELD, 1, {}, ROLES)


@given(corrections())
def test_counts_are_those_of_the_cells_and_of_the_decision(said: dict[Any, Correction]) -> None:
    shown = corrected(FIELD, 1, said, ROLES)
    counted = tally_document(for_decision(shown)["cells"], ROLES)
    assert shown["counts"] == {
        "nucleated": counted.counts.nucleated,
        "countable": counted.counts.countable,
        "excluded": counted.counts.excluded,
        "blast": counted.counts.blast,
    }


@given(corrections())
def test_the_kits_own_word_is_never_lost(said: dict[Any, Correction]) -> None:
    for ours, theirs in zip(corrected(FIELD, 1, said, ROLES)["cells"], FIELD["cells"], strict=True):
        assert ours["machine"] == {"class": theirs["class"], "countable": theirs["countable"]}
        assert (ours["p"], ours["network"], ours["rbf"]) == (theirs["p"], theirs["network"], theirs["rbf"])


def test_a_person_outweighs_both_systems() -> None:
    everyone = {(1, each): Correction("blast", counted=True) for each in IDS}
    counted = tally_document(for_decision(corrected(FIELD, 1, everyone, ROLES))["cells"], ROLES)
    assert counted.network_blast == counted.rbf_blast == counted.blast == counted.countable == len(IDS)
    assert counted.doubtful == 0


def test_a_cell_seen_before_is_no_fault_of_the_smear() -> None:
    again = {(2, each): Correction(counted=False, code="cell.again", reason="1") for each in IDS}
    shown = corrected(FIELD, 2, again, ROLES)
    counted = tally_document(shown["cells"], ROLES)
    assert (counted.countable, counted.excluded) == (0, len(IDS))
    assert counted.cut == counted.excluded
    assert not any(cell["corrected"] for cell in shown["cells"]), "nobody corrected it"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (Correction(counted=False, code="cell.person", reason="dirt {x}"), "A person set this cell aside: dirt {x}."),
        (Correction(counted=False, code="cell.person"), "A person set this cell aside: –."),
        (Correction(counted=False, code="cell.again", reason="3"), "This cell was counted in field 3 already."),
    ],
)
def test_it_is_said_in_words(said: Correction, sentence: str) -> None:
    shown = said_again(corrected(FIELD, 1, {(1, IDS[-1]): said}, ROLES), in_english)
    assert shown["cells"][-1]["excluded"][-1] == sentence


@pytest.mark.parametrize(("share", "doubtful"), [(0.0, 0.0), (0.25, 0.5), (0.5, 1.0), (0.75, 0.5), (1.0, 0.0)])
def test_doubt_is_largest_in_the_middle(share: float, doubtful: float) -> None:
    roles = Roles(frozenset({"L1", "L2"}))
    assert doubt({"p": {"L1": share / 2, "L2": share / 2, "other": 1 - share}}, roles) == pytest.approx(doubtful)
