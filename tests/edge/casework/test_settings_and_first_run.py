"""Settings that make sense, and a first run that can be left and taken up again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.casework import Casework, pin
from edge.casework.casework import Outside
from edge.casework.first_run import STEPS
from edge.casework.scales import given
from edge.casework.settings import Settings
from edge.errors import BadSetting, NotRecorded, NotYet
from edge.types import Frame
from tests.casebooks import PIN, capture, casework_in


@pytest.fixture
def casework(tmp_path: Path) -> Iterator[Casework]:
    with casework_in(tmp_path) as made:
        yield made


def test_what_is_set_stays_set_and_is_in_the_log(tmp_path: Path) -> None:
    with casework_in(tmp_path) as casework:
        assert casework.settings.all() == Settings()
        casework.settings.change({"objective": "40x", "auto_capture": True, "target_full": 500}, "Amina")
    with casework_in(tmp_path) as casework:
        assert (casework.settings.all().objective, casework.settings.all().auto_capture) == ("40x", True)
        (step,) = casework.books.steps.of(None)
        assert (step.operator, step.before, step.after) == (
            "Amina",
            {"objective": "100x oil", "auto_capture": False},
            {"objective": "40x", "auto_capture": True},
        )


def test_what_an_older_kit_kept_and_this_one_does_not_know_is_passed_over(casework: Casework) -> None:
    casework.books.station.set({"language": "sw", "tone": True, "theme": "sun", "large_text": True, "kit_name": "Old"})
    assert casework.settings.all() == Settings(kit_name="Old")
    assert casework.settings.change({"target_full": 400}, "Amina") == Settings(kit_name="Old", target_full=400)
    assert casework.books.station.settings()["theme"] == "sun"


@pytest.mark.parametrize(
    "changes",
    [
        {"soup": 1},
        {"objective": "x" * 41},
        {"control_policy": "sometimes"},
        {"target_provisional": 600},
        {"target_full": 100},
        {"target_full": 10**6},
        {"session_idle_min": 0},
        {"kit_name": "x" * 61},
    ],
)
def test_what_makes_no_sense_changes_nothing(casework: Casework, changes: dict[str, Any]) -> None:
    with pytest.raises(BadSetting):
        casework.settings.change({"auto_capture": True, **changes}, "")
    assert casework.settings.all() == Settings()
    assert casework.books.steps.of(None) == ()


def test_a_setting_of_a_newer_version_is_left_alone(casework: Casework) -> None:
    casework.books.station.set({"from_the_future": 7})
    casework.settings.change({"auto_capture": True}, "")
    assert casework.books.station.settings()["from_the_future"] == 7


def test_targets_are_what_decisions_are_held_against(casework: Casework) -> None:
    casework.settings.change({"target_provisional": 50, "target_full": 100}, "")
    limits = casework.settings.all().limits
    assert (limits.provisional_cells, limits.full_cells) == (50, 100)


def test_the_first_run_goes_on_where_it_was_left(tmp_path: Path) -> None:
    with casework_in(tmp_path) as casework:
        assert casework.first_run.state().next == "language"
        casework.first_run.set("language", "done", {"language": "sw"}, "")
        casework.first_run.set("operator", "skipped", {}, "")
    with casework_in(tmp_path) as casework:
        state = casework.first_run.state()
        assert state.next == "camera"
        assert [step.step for step in state.steps] == list(STEPS)
        assert state.steps[0].facts == {"language": "sw"}
        for step in STEPS:
            casework.first_run.set(step, "skipped", {}, "")
        assert casework.first_run.state().next is None
        casework.first_run.set("focus", "todo", {}, "")
        assert casework.first_run.state().next == "focus"


def test_a_step_is_done_only_when_it_is(casework: Casework, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pin, "LOG_N", 4)
    for step in ("operator", "scale", "control"):
        with pytest.raises(NotYet):
            casework.first_run.set(step, "done", {}, "")
    casework.staff.add("Amina", PIN, lead=True, by=None)
    casework.scales.keep("40x", given(0.3), Frame(np.zeros((9, 9, 3), np.uint8)), "")
    slide = casework.controls.add("Slide 1", "peripheral", 5, "")
    begun, _ = casework.controls.begin(slide.id, "")
    capture(casework, begun.case_id, 1)
    casework.controls.finish(slide.id, begun.number, "")
    for step in ("operator", "scale", "control"):
        casework.first_run.set(step, "done", {}, "Amina")
    assert [each.state for each in casework.first_run.state().steps] == [
        "todo",
        "done",
        "todo",
        "todo",
        "todo",
        "done",
        "done",
    ]


AMISS: Mapping[str, tuple[tuple[str, ...] | None, set[str]]] = {
    "no picture": (None, {"light", "focus"}),
    "dark": (("light.dark",), {"light"}),
    "soft": (("focus.soft", "cells.empty"), {"focus"}),
    "good": ((), set()),
    "no cells": (("cells.empty",), set()),
}


@pytest.mark.parametrize("seen", AMISS)
def test_light_and_focus_are_done_only_when_the_picture_shows_it(tmp_path: Path, seen: str) -> None:
    """They were done with a lamp that was out, and without a camera."""
    codes, refused = AMISS[seen]
    with casework_in(tmp_path, outside=Outside(amiss=lambda: codes)) as casework:
        for step in ("light", "focus"):
            with pytest.raises(NotYet) if step in refused else nullcontext():
                casework.first_run.set(step, "done", {}, "")
            casework.first_run.set(step, "skipped", {}, "")


def test_there_are_only_these_steps(casework: Casework) -> None:
    with pytest.raises(NotRecorded):
        casework.first_run.set("coffee", "done", {}, "")
