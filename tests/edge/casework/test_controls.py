"""Control slides: what a run measures, when it is out of control, and what that allows."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.casework import Casework
from edge.casework import controls as controls_module
from edge.casework.cells import Wish
from edge.casework.compare import compared
from edge.casework.control_measures import LEAST_SD, Limit, findings, limits, measured, verdict
from edge.casework.controls import FRESH_S
from edge.casework.life import Hand
from edge.document import document
from edge.errors import (
    BadSetting,
    CaseOfControl,
    ControlBlocks,
    ControlEmpty,
    ControlFinished,
    ControlRetired,
    NotRecorded,
    SlideTaken,
)
from edge.record import controls as rows
from edge.types import Frame
from tests.casebooks import NEW, PIN, SIZE, Clock, capture, casework_in
from tests.cases import ROLES, PaintedExaminer, painted_frame
from tests.zones import kit_in

USUAL = {"focus_um": 0.8, "exposure": 200.0, "unevenness": 0.1, "blast_percent": 30.0}
FIGURES = st.floats(0.5, 100)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def casework(tmp_path: Path, clock: Clock) -> Iterator[Casework]:
    with casework_in(tmp_path, clock) as made:
        yield made


def run(casework: Casework, control_id: int, seed: int = 1) -> Any:
    begun, _ = casework.controls.begin(control_id, "Amina")
    capture(casework, begun.case_id, seed)
    return casework.controls.finish(control_id, begun.number, "Amina")


def with_policy(casework: Casework, policy: str) -> None:
    casework.settings.change({"control_policy": policy}, "Amina")


def test_a_run_measures_what_its_pictures_show(casework: Casework) -> None:
    slide = casework.controls.add("Slide 1", "peripheral", 5, "Amina")
    done = run(casework, slide.id)
    (plain,) = casework.books.record.counted_documents(done.case_id)
    assert done.measures["focus_um"] == plain["quality"]["focus_um"]
    assert done.measures["cells_per_field"] == plain["counts"]["countable"]
    assert done.measures["blast_percent"] == pytest.approx(
        100 * plain["counts"]["blast"] / plain["counts"]["countable"]
    )
    assert "um_per_px" not in done.measures, "a given scale says nothing of the microscope"
    assert (done.verdict, done.operator, done.is_open) == ("ok", "Amina", False)


def test_measures_are_medians_over_the_fields() -> None:
    fields = [document(PaintedExaminer().examine(painted_frame(seed, 5, SIZE))) for seed in (1, 2, 3)]
    told = measured(fields, ROLES)
    assert told["focus_um"] == pytest.approx(statistics.median(each["quality"]["focus_um"] for each in fields))
    red = [
        {**each, "scale_source": "red cells", "um_per_px": scale} for each, scale in zip(fields, (1, 2, 9), strict=True)
    ]
    assert measured(red, ROLES)["um_per_px"] == 2
    assert measured([], ROLES) == {}


def test_pictures_of_a_control_are_no_patients_case(casework: Casework) -> None:
    slide = casework.controls.add("Slide 1", "marrow", 5, "")
    run(casework, slide.id)
    assert casework.books.record.cases() == ()
    assert casework.books.listing.totals() == (0, 0)


KEY = (1, 1)
OF_A_CASE: Mapping[str, Callable[[Casework, int], object]] = {
    "open": lambda casework, case: casework.case(case),
    "correct": lambda casework, case: casework.cells.change(case, KEY, Wish(excluded=True), ""),
    "restore": lambda casework, case: casework.cells.restore(case, KEY, ""),
    "undo": lambda casework, case: casework.cells.undo(case, 1, ""),
    "redo": lambda casework, case: casework.cells.redo(case, 1, ""),
    "finish": lambda casework, case: casework.life.finish(case, ""),
    "resume": lambda casework, case: casework.life.resume(case, ""),
    "sign": lambda casework, case: casework.life.sign(case, Hand(1, PIN, seal="")),
    "amend": lambda casework, case: casework.life.amend(case, "why", Hand(1, PIN, seal="")),
    "count by hand": lambda casework, case: casework.life.count_by_hand(case, {}, ""),
    "consent": lambda casework, case: casework.life.consent(case, "form 3", ""),
    "paper": lambda casework, case: casework.papers.file(case),
    "compare": lambda casework, case: compared(casework.results.of(case), casework.results.of(case)),
}


@pytest.mark.parametrize("deed", OF_A_CASE)
@pytest.mark.parametrize("is_finished", [False, True])
def test_a_control_run_is_never_treated_as_a_case(casework: Casework, deed: str, is_finished: bool) -> None:
    slide = casework.controls.add("Slide 1", "marrow", 5, "")
    begun, _ = casework.controls.begin(slide.id, "Amina")
    capture(casework, begun.case_id, 1)
    if is_finished:
        casework.controls.finish(slide.id, begun.number, "Amina")
    before = casework.books.record.case(begun.case_id)
    with pytest.raises(CaseOfControl, match="Slide 1"):
        OF_A_CASE[deed](casework, begun.case_id)
    assert casework.books.record.case(begun.case_id) == before
    assert casework.books.corrections.of(begun.case_id) == {}


def test_an_open_run_is_gone_on_with_also_after_a_restart(tmp_path: Path) -> None:
    with casework_in(tmp_path) as casework:
        slide = casework.controls.add("Slide 1", "peripheral", 5, "")
        begun, is_new = casework.controls.begin(slide.id, "Amina")
        assert is_new
    with casework_in(tmp_path) as casework:
        assert casework.controls.begin(slide.id, "Bo") == (begun, False)


def test_a_run_of_bad_pictures_blocks_and_says_by_what(casework: Casework) -> None:
    """A lamp that fails is what a control slide is for; such a run could not be finished, and the day stayed good."""
    slide = casework.controls.add("Slide 1", "peripheral", 2, "")
    run(casework, slide.id)
    assert casework.controls.state().verdict == "ok"
    begun, _ = casework.controls.begin(slide.id, "Amina")
    dark = Frame(painted_frame(1, 5, SIZE).pixels // 6)
    casework.captures.take(begun.case_id, dark, PaintedExaminer().examine, "")
    judged = casework.controls.finish(slide.id, begun.number, "Amina")
    assert judged.verdict == "block"
    assert {"good_fields", "exposure"} <= {each["measure"] for each in judged.findings}
    assert judged.measures is not None
    assert judged.measures["exposure"] < 100
    assert "cells_per_field" not in judged.measures
    assert casework.controls.state().verdict == "block"
    with_policy(casework, "block")
    with pytest.raises(ControlBlocks):
        casework.controls.require_allowed()
    run(casework, slide.id)
    assert casework.controls.state().level == "ok"
    assert len(casework.controls.limits(slide.id)) > 0, "the bad run is none that limits are made from"


def test_a_run_needs_a_picture_and_ends_once(casework: Casework) -> None:
    slide = casework.controls.add("Slide 1", "peripheral", 5, "")
    begun, _ = casework.controls.begin(slide.id, "")
    with pytest.raises(ControlEmpty):
        casework.controls.finish(slide.id, begun.number, "")
    capture(casework, begun.case_id, 1)
    casework.controls.finish(slide.id, begun.number, "")
    with pytest.raises(ControlFinished):
        casework.controls.finish(slide.id, begun.number, "")
    with pytest.raises(ControlFinished):
        casework.controls.open_run(slide.id, begun.number)


def test_a_slide_is_taken_out_of_use_and_back_and_the_log_says_by_whom(casework: Casework) -> None:
    slide = casework.controls.add("Slide 1", "marrow", 5, "")
    assert not casework.controls.use(slide.id, False, "Amina").active
    assert not casework.controls.use(slide.id, False, "Bo").active, "nothing was done"
    assert casework.controls.use(slide.id, True, "Bo").active
    said = [(step.kind, step.operator, step.before, step.after) for step in casework.books.steps.of(None)[1:]]
    there, away = ({"slide": slide.id, "active": active} for active in (True, False))
    assert said == [("control slide", "Amina", there, away), ("control slide", "Bo", away, there)]
    with pytest.raises(NotRecorded):
        casework.controls.use(9, False, "Bo")


@pytest.mark.parametrize(("name", "kind", "runs"), [("", "marrow", 5), ("x", "soup", 5), ("x", "marrow", 1)])
def test_a_control_slide_makes_sense(casework: Casework, name: str, kind: str, runs: int) -> None:
    with pytest.raises(BadSetting):
        casework.controls.add(name, kind, runs, "")


def test_names_of_control_slides_are_there_once(casework: Casework) -> None:
    casework.controls.add("Slide 1", "marrow", 5, "")
    with pytest.raises(SlideTaken):
        casework.controls.add("slide 1", "marrow", 5, "")
    with pytest.raises(NotRecorded):
        casework.controls.begin(9, "")


def test_limits_come_from_the_first_runs_that_were_in_control(casework: Casework) -> None:
    slide = casework.controls.add("Slide 1", "peripheral", 2, "")
    assert casework.controls.limits(slide.id) == {}
    first = [run(casework, slide.id, seed) for seed in (1, 2)]
    known = casework.controls.limits(slide.id)
    assert known["focus_um"].mean == pytest.approx(statistics.fmean(each.measures["focus_um"] for each in first))
    run(casework, slide.id, 3)
    assert casework.controls.limits(slide.id) == known, "later runs are judged, they move nothing"


@given(st.lists(FIGURES, min_size=2, max_size=8))
def test_limits_are_mean_and_spread_and_never_narrower_than_the_measure(values: list[float]) -> None:
    known = limits([{"focus_um": each} for each in values], len(values))["focus_um"]
    assert known.mean == pytest.approx(statistics.fmean(values))
    assert known.sd == pytest.approx(max(statistics.stdev(values), LEAST_SD["focus_um"]))
    assert known.range[0] < known.mean < known.range[1]


def test_too_few_base_runs_or_a_measure_that_is_missing_make_no_limit() -> None:
    assert limits([USUAL] * 4, 5) == {}
    assert "focus_um" not in limits([*[USUAL] * 4, {"exposure": 200.0}], 5)


@pytest.mark.parametrize(
    ("now", "measure", "level"),
    [
        ({}, None, "ok"),
        ({"focus_um": 1.2}, "focus_um", "warn"),
        ({"focus_um": 1.5}, "focus_um", "block"),
        ({"exposure": 120.0}, "exposure", "warn"),
        ({"exposure": 90.0}, "exposure", "block"),
        ({"unevenness": 0.3}, "unevenness", "warn"),
        ({"unevenness": 0.5}, "unevenness", "block"),
        ({"um_per_px": 0.105}, None, "ok"),
        ({"um_per_px": 0.115}, "um_per_px", "warn"),
        ({"um_per_px": 0.075}, "um_per_px", "block"),
    ],
)
def test_fixed_limits_hold_before_there_are_base_runs(now: dict[str, float], measure: str | None, level: str) -> None:
    found = findings([], {**USUAL, **now}, {}, told=0.1)
    assert [each.measure for each in found] == ([] if measure is None else [measure])
    assert verdict(found) == level
    assert all(each.rule == "fixed" for each in found)


def test_without_a_told_scale_any_scale_goes() -> None:
    assert findings([], {"um_per_px": 5.0}, {}, told=None) == []


def test_rules_read_the_row_of_runs_and_the_gravest_comes_first() -> None:
    known = {name: Limit(value, 1.0) for name, value in USUAL.items()}
    earlier = [{**USUAL, "exposure": 202.5}]
    found = findings(earlier, {**USUAL, "exposure": 202.6, "blast_percent": 32.5}, known, None)
    assert [(each.measure, each.rule, each.level) for each in found] == [
        ("exposure", "2-2s", "block"),
        ("blast_percent", "1-2s", "warn"),
    ]
    assert (found[0].low, found[0].high, found[0].z) == (197.0, 203.0, 2.6)


@pytest.mark.parametrize(
    ("policy", "levels"),
    [("off", ("ok", "ok", "ok")), ("warn", ("warn", "ok", "warn")), ("block", ("block", "ok", "block"))],
)
def test_what_a_policy_makes_of_due_good_and_bad(casework: Casework, policy: str, levels: tuple[str, ...]) -> None:
    with_policy(casework, policy)
    slide = casework.controls.add("Slide 1", "peripheral", 5, "")
    said = [casework.controls.state()]
    good = run(casework, slide.id)
    said.append(casework.controls.state())
    bad, _ = casework.controls.begin(slide.id, "")
    casework.books.controls.finish(bad, {"focus_um": 1.5}, "block", [])
    said.append(casework.controls.state())
    assert tuple(each.level for each in said) == levels
    assert [(each.due, each.verdict) for each in said[:2]] == [(True, None), (False, good.verdict)]


def test_a_blocked_kit_begins_no_count_until_the_control_is_good(casework: Casework) -> None:
    with_policy(casework, "block")
    case = casework.life.begin(NEW, by="")
    with pytest.raises(ControlBlocks, match="today"):
        capture(casework, case.id, 1)
    run(casework, casework.controls.add("Slide 1", "peripheral", 5, "").id)
    assert capture(casework, case.id, 1) == 1


def test_a_slide_out_of_use_no_longer_counts_and_keeps_its_runs(casework: Casework) -> None:
    slide = casework.controls.add("Slide 1", "peripheral", 5, "")
    done = run(casework, slide.id)
    casework.controls.use(slide.id, False, "Amina")
    assert casework.controls.state().due
    assert casework.books.controls.runs(slide.id) == (done,)


def test_a_slide_out_of_use_is_not_run_until_it_is_taken_back(casework: Casework) -> None:
    slide = casework.controls.add("Slide 1", "peripheral", 5, "")
    begun, _ = casework.controls.begin(slide.id, "")
    casework.controls.use(slide.id, False, "Amina")
    for deed in (
        lambda: casework.controls.begin(slide.id, ""),
        lambda: casework.controls.open_run(slide.id, begun.number),
        lambda: casework.controls.finish(slide.id, begun.number, ""),
    ):
        with pytest.raises(ControlRetired, match="Slide 1"):
            deed()
    casework.controls.use(slide.id, True, "Amina")
    assert casework.controls.begin(slide.id, "") == (begun, False)


def test_yesterdays_run_is_due_again_whatever_the_clock_does(
    casework: Casework, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(casework, casework.controls.add("Slide 1", "peripheral", 5, "").id)
    monkeypatch.setattr(controls_module, "clock_hint", lambda: "2041-01-01T08:00:00+00:00")
    assert not casework.controls.state().due, "the wall clock was set in the midst of the day"
    clock.pass_by(FRESH_S + 1)
    assert casework.controls.state().due


@pytest.mark.parametrize(("zone", "due"), [("America/Lima", False), ("UTC", True), ("Europe/Lisbon", True)])
def test_a_day_is_the_one_of_the_kits_time_zone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str, due: bool
) -> None:
    """From six to eight in the evening in Lima; in UTC a day begins in between."""
    monkeypatch.setattr(rows, "clock_hint", lambda: "2026-11-27T23:00:00+00:00")
    with casework_in(tmp_path) as casework:
        run(casework, casework.controls.add("Slide 1", "peripheral", 5, "").id)
    monkeypatch.setattr(controls_module, "clock_hint", lambda: "2026-11-28T01:00:00+00:00")
    with casework_in(tmp_path) as casework, kit_in(zone):
        assert casework.controls.state().due is due


def test_after_a_restart_the_wall_clock_tells_the_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with casework_in(tmp_path) as casework:
        run(casework, casework.controls.add("Slide 1", "peripheral", 5, "").id)
    with casework_in(tmp_path) as casework:
        assert not casework.controls.state().due
        monkeypatch.setattr(controls_module, "clock_hint", lambda: "2041-01-01T08:00:00+00:00")
        assert casework.controls.state().due


def test_a_case_keeps_the_control_that_stood_and_refers_where_it_was_out(casework: Casework) -> None:
    casework.settings.change({"target_provisional": 10, "target_full": 20}, "")
    slide = casework.controls.add("Slide 1", "peripheral", 5, "")
    run(casework, slide.id)
    case = casework.life.begin(NEW, by="")
    for seed in (1, 2, 3, 5):
        capture(casework, case.id, seed)
    result = casework.results.of(case.id)
    assert (result.facts["control"].value["slide"], result.facts["control"].value["verdict"]) == ("Slide 1", "ok")
    bad, _ = casework.controls.begin(slide.id, "")
    casework.books.controls.finish(bad, {"focus_um": 1.5}, "block", [])
    capture(casework, case.id, 8)
    decision = casework.results.of(case.id).figures.decision
    assert decision["label"] == "refer"
    assert {"code": "control.out", "values": {"slide": "Slide 1"}} in decision["codes"]
