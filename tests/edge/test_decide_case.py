"""From cells to counts to a decision: every rule of a field and of a case, as a table."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.decide.case import decide_case, decide_documents
from edge.decide.concerns import concerns
from edge.decide.counts import Tally, tally, tally_document, total
from edge.decide.field import decide_field
from edge.decide.limits import Limits
from edge.decide.roles import Roles
from edge.decide.systems import systems_of
from edge.decide.wilson import wilson_percent
from edge.types import Box, Cell, CellResult, Features, FuzzyOpinion, Opinion, Reason
from edge.words import say
from tests.strategies import tallies

ROLES = Roles(blast=frozenset({"blast", "l3"}), lymphoid=frozenset({"lymphocyte"}), urgent=frozenset({"l3"}))
FEATURES = Features(*([1.0] * len(fields(Features))))


def agreed(countable: int, blast: int, **more: int) -> Tally:
    """A case in which both systems count the same blasts."""
    return Tally(**{"countable": countable, "blast": blast, "network_blast": blast, "rbf_blast": blast, **more})


def cell(label: str = "other", doubtful: bool = False, excluded: str = "", second: str = "") -> CellResult:
    """A cell as fused, both opinions agreeing with the label."""
    share = {"blast": 0.0, "other": 0.0, "lymphocyte": 0.0, "l3": 0.0, label: 0.7, second or "other": 0.3}
    share[label] = 1.0 if not second and label == "other" else share[label]
    reasons = (Reason(excluded),) if excluded else ()
    opinion = Opinion("any", share)
    found = Cell(1, (5.0, 5.0), Box(0, 0, 9, 9), FEATURES, reasons)
    return CellResult(found, FuzzyOpinion(50, ()), opinion, opinion, label, share, doubtful)


def field(blasts: int, others: int, *more: CellResult) -> list[CellResult]:
    return [*[cell("blast")] * blasts, *[cell()] * others, *more]


CASES = {
    "a healthy full count": (agreed(500, 10), "not suspicious", ["decide.below"]),
    "a leukaemic full count": (agreed(500, 300), "suspicious", ["decide.above"]),
    "a leukaemic provisional count": (agreed(250, 200), "suspicious", ["decide.above", "decide.provisional"]),
    "too few cells": (agreed(150, 2), "insufficient", ["decide.few_cells"]),
    "too few cells, but alarming": (agreed(150, 120), "insufficient", ["decide.high_so_far", "decide.few_cells"]),
    "no cells at all": (Tally(), "insufficient", ["decide.few_cells"]),
    "20 % exactly": (agreed(500, 100), "refer", ["decide.borderline"]),
    "5 % exactly": (agreed(500, 25), "refer", ["decide.borderline"]),
    "between the limits": (agreed(500, 60), "refer", ["decide.between"]),
    "many doubtful": (agreed(500, 15, doubtful=150), "refer", ["decide.doubtful", "decide.below"]),
    "many doubtful that change nothing": (agreed(500, 400, doubtful=150), "suspicious", ["decide.above"]),
    "hematogones": (agreed(500, 15, doubtful=80, lymphoid_doubt=70), "refer", ["decide.hematogones", "decide.below"]),
    "many smudged": (agreed(500, 10, excluded=500), "refer", ["decide.excluded", "decide.below"]),
    "many cut by the edge": (agreed(500, 10, excluded=500, cut=500), "not suspicious", ["decide.below"]),
    "many smudged that change nothing": (agreed(500, 450, excluded=400), "suspicious", ["decide.above"]),
    "systems that disagree": (agreed(500, 10, rbf_blast=80), "refer", ["decide.disagree", "decide.below"]),
    "systems that differ by chance": (agreed(500, 10, rbf_blast=14), "not suspicious", ["decide.below"]),
    "systems that differ about how many": (agreed(500, 400, rbf_blast=250), "suspicious", ["decide.above"]),
    "L3-like cells": (agreed(500, 300, urgent=200), "refer", ["decide.urgent", "decide.above"]),
    "L3-like cells early": (agreed(50, 30, urgent=20), "refer", ["decide.urgent", "decide.above", "decide.few_cells"]),
    "one L3-like cell": (agreed(500, 10, urgent=1), "not suspicious", ["decide.below"]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_called_by_the_first_rule_that_applies(name: str) -> None:
    counted, label, codes = CASES[name]
    decision = decide_case(counted)
    assert (decision.label, [reason.code for reason in decision.reasons]) == (label, codes)


FIELDS = {
    "healthy": (field(0, 40), "not suspicious", "decide.borderline"),
    "one blast of thirty": (field(1, 29), "not suspicious", "decide.borderline"),
    "a few of sixty": (field(4, 56), "refer", "decide.borderline"),
    "mostly blasts": (field(25, 5), "suspicious", "decide.above"),
    "some blasts": (field(5, 15), "refer", "decide.borderline"),
    "one blast of twelve": (field(1, 11), "insufficient", "decide.borderline"),
    "nothing": ([], "insufficient", "decide.thin_field"),
    "nine blasts": (field(9, 0), "insufficient", "decide.thin_field"),
    "doubt": (field(0, 20, *[cell(doubtful=True)] * 10), "refer", "decide.doubtful"),
    "L3-like": (field(0, 0, *[cell("l3")] * 3), "refer", "decide.urgent"),
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_is_called_by_the_first_rule_that_applies_and_says_it_is_one_field(name: str) -> None:
    cells, label, code = FIELDS[name]
    decision = decide_field(cells, ROLES)
    assert (decision.label, decision.reasons[0].code) == (label, code)
    assert decision.reasons[-1].code == "decide.one_field"


def test_a_picture_with_enough_cells_for_a_case_is_called_as_one() -> None:
    assert decide_field(field(0, 200), ROLES) == decide_case(tally(field(0, 200), ROLES))


@pytest.mark.parametrize("cells", [field(0, 40), field(0, 300)])
def test_a_concern_from_elsewhere_is_a_reason_to_refer(cells: list[CellResult]) -> None:
    decision = decide_field(cells, ROLES, also=[Reason("stain.unknown")])
    assert decision.label == "refer"
    assert decision.reasons[0].code == "stain.unknown"


def test_cells_are_tallied_by_role() -> None:
    cells = [
        cell("blast"),
        cell("blast", doubtful=True, second="lymphocyte"),
        cell("lymphocyte", doubtful=True, second="other"),
        cell("l3"),
        cell("other"),
        cell("blast", excluded="cell.cut"),
        cell("blast", excluded="cell.smudged"),
    ]
    expected = Tally(5, 2, 1, blast=3, doubtful=2, lymphoid_doubt=1, urgent=1, network_blast=3, rbf_blast=3, alike=5)
    assert tally(cells, ROLES) == expected
    assert expected.counts.nucleated == 7
    assert tally_document([_document(each) for each in cells], ROLES) == expected


def test_a_case_is_counted_again_from_what_was_recorded() -> None:
    documents = [_field_document(field(30, 70)) for _ in range(3)]
    assert decide_documents(documents, ROLES) == decide_case(tally(field(90, 210), ROLES))


def test_a_concern_about_the_scale_of_any_field_is_one_of_the_case() -> None:
    assumed = {"code": "scale.assumed", "values": {"um_per_px": 0.1}}
    documents = [_field_document(field(0, 150), *codes) for codes in ((), (assumed,), (assumed,))]
    decision = decide_documents(documents, ROLES)
    assert decision.label == "refer"
    assert [each.code for each in decision.reasons].count("scale.assumed") == 1
    thin = decide_field([], ROLES, also=[Reason("scale.assumed", {"um_per_px": 0.1})])
    assert [each.code for each in thin.reasons] == ["decide.thin_field", "scale.assumed", "decide.one_field"]


def _field_document(cells: list[CellResult], *codes: dict[str, object]) -> dict[str, object]:
    return {"cells": [_document(each) for each in cells], "decision": {"codes": list(codes)}}


def _document(result: CellResult) -> dict[str, object]:
    """The keys of `edge.document` that counting reads."""
    return {
        "class": result.label,
        "p": result.probability,
        "doubtful": result.doubtful,
        "network": result.network.probability,
        "rbf": result.rbf.probability,
        "codes": [{"code": reason.code, "values": {}} for reason in result.cell.excluded],
    }


def test_each_system_is_asked_at_its_own_threshold() -> None:
    strict = replace(ROLES, network_threshold=0.9)
    assert tally([cell("blast", second="other")], strict).network_blast == 0
    assert tally([cell("blast", second="other")], strict).rbf_blast == 1
    assert tally([cell("blast", second="other"), cell("other")], strict).alike == 1


@given(tallies(least=1))
def test_systems_that_disagree_are_told_by_the_figures_that_are_shown(counted: Tally) -> None:
    alone = systems_of(counted)
    for cells, one in ((counted.rbf_blast, alone.rbf), (counted.network_blast, alone.network)):
        assert (one.cells, one.percent) == (cells, 100 * cells / counted.countable)
        assert one.interval == wilson_percent(cells, counted.countable)
        assert one.interval[0] <= one.percent <= one.interval[1]
    told = [each for each in concerns(counted, Limits()) if each.code == "decide.disagree"]
    assert all(each.values == {"network": alone.network.percent, "rbf": alone.rbf.percent} for each in told)
    assert alone.apart or not told


def test_systems_without_cells_are_not_apart() -> None:
    alone = systems_of(Tally())
    assert (alone.rbf.percent, alone.network.interval, alone.apart) == (0.0, (0.0, 100.0), False)


@given(st.lists(tallies(), max_size=4))
def test_a_cases_tally_is_the_sum_of_its_fields(fields: list[Tally]) -> None:
    assert total(fields).countable == sum(each.countable for each in fields)
    assert total(fields).counts.blast == sum(each.blast for each in fields)


@given(tallies())
def test_a_decision_keeps_its_promises(counted: Tally) -> None:
    decision = decide_case(counted)
    low, high = decision.interval
    assert low <= decision.score <= high
    assert decision.reasons
    assert decision.label != "suspicious" or low > 20
    assert decision.label != "not suspicious" or high < 5
    assert decision.label in ("insufficient", "refer") or counted.countable >= Limits().provisional_cells


@given(tallies(least=200))
def test_more_blasts_never_turn_suspicious_into_not_suspicious(counted: Tally) -> None:
    more = replace(counted, blast=counted.countable)
    assert decide_case(counted).label != "suspicious" or decide_case(more).label != "not suspicious"


@pytest.mark.parametrize("counted", [counted for counted, _, _ in CASES.values()])
def test_every_reason_of_a_case_has_words(counted: Tally) -> None:
    for reason in decide_case(counted).reasons:
        assert str(say(reason)) != reason.code


@pytest.mark.parametrize("cells", [cells for cells, _, _ in FIELDS.values()])
def test_every_reason_of_a_field_has_words(cells: list[CellResult]) -> None:
    for reason in decide_field(cells, ROLES).reasons:
        assert str(say(reason)) != reason.code
