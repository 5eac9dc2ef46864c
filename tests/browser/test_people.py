"""PINs on the settings page: one's own with the present one, and a new one for somebody who forgot theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from edge.errors import PinWrong
from edge.web import WebParts
from tests.browser.chromium import Watched, visiting
from tests.browser.kit import painted_live, running
from tests.browser.steps import PIN, go, set_up_operator

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NEW_PIN = "13579"


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[tuple[str, WebParts]]:
    with running(tmp_path, painted_live()) as started:
        yield started


@pytest.fixture
def visit(browser: Browser, kit: tuple[str, WebParts]) -> Iterator[Watched]:
    """Amina, who leads, is signed in; Bo is there too."""
    with visiting(browser, kit[0]) as watched:
        set_up_operator(watched.page)
        kit[1].casework.staff.add("Bo", PIN, lead=False, by=kit[1].casework.staff.operators()[0])
        yield watched


def opened(page: Page, name: str) -> Locator:
    """The form under these words."""
    go(page, "/settings")
    folded = page.locator("#operators details").filter(has=page.locator("summary", has_text=name))
    folded.locator("summary").click()
    return folded.locator("form")


def send(form: Locator, **values: str) -> None:
    for name, value in values.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("button.primary").click()


def test_ones_own_pin_changes_with_the_present_one_and_one_stays_signed_in(
    visit: Watched, kit: tuple[str, WebParts]
) -> None:
    page, staff = visit.page, kit[1].casework.staff
    send(opened(page, "Change my PIN"), own_pin=PIN, pin=NEW_PIN, again=NEW_PIN)
    expect(page.locator(".notice.good")).to_contain_text("Your PIN is changed.")
    assert staff.verify(1, NEW_PIN).name == "Amina"
    with pytest.raises(PinWrong):
        staff.verify(1, PIN)
    go(page, "/settings")
    expect(page.locator("#who")).to_contain_text("Amina")
    step = kit[1].casework.books.steps.of(None)[-1]
    assert (step.kind, step.operator, step.after["new_pin"]) == ("operator", "Amina", True)


@pytest.mark.parametrize(
    ("values", "status", "said", "code"),
    [
        ({"own_pin": "9753", "pin": NEW_PIN, "again": NEW_PIN}, 403, "This is not the right PIN.", "pin.wrong"),
        ({"own_pin": PIN, "pin": "1234", "again": "1234"}, 422, "one of those that are tried first", "pin.weak"),
        ({"own_pin": PIN, "pin": NEW_PIN, "again": "13570"}, None, "The two PINs differ.", ""),
    ],
)
def test_a_pin_that_cannot_be_is_said_beside_the_button_and_the_old_one_stays(
    visit: Watched, kit: tuple[str, WebParts], values: dict[str, str], status: int | None, said: str, code: str
) -> None:
    form = opened(visit.page, "Change my PIN")
    if status is not None:
        visit.expect_refusal(status, "/api/v1/operators/1")
    send(form, **values)
    expect(form.locator(".form-problem")).to_contain_text(said)
    expect(form.locator(".form-problem small")).to_have_text(code)
    kit[1].casework.staff.verify(1, PIN)


def test_who_leads_gives_a_new_pin_to_somebody_who_forgot_theirs(visit: Watched, kit: tuple[str, WebParts]) -> None:
    page = visit.page
    form = opened(page, "somebody who forgot theirs")
    assert form.locator("option").all_inner_texts() == ["Bo"]
    send(form, pin=NEW_PIN, again=NEW_PIN)
    expect(page.locator(".notice.good")).to_contain_text("Bo")
    kit[1].casework.staff.verify(2, NEW_PIN)


def test_who_does_not_lead_changes_their_own_alone(visit: Watched) -> None:
    page = visit.page
    page.request.post("/api/v1/session", data={"operator": 2, "pin": PIN})
    form = opened(page, "Change my PIN")
    expect(form).to_be_visible()
    expect(page.locator("#operators summary", has_text="somebody who forgot theirs")).to_have_count(0)
    page.request.delete("/api/v1/session")
    go(page, "/settings")
    expect(page.locator("#operators a[href^='/sign-in']")).to_be_visible()


def test_what_was_done_to_the_kit_is_read_on_its_settings(visit: Watched, kit: tuple[str, WebParts]) -> None:
    page, casework = visit.page, kit[1].casework
    casework.settings.change({"target_full": 400, "auto_capture": True, "control_policy": "block"}, by="Amina")
    slide = casework.controls.add("Slide A", "marrow", 5, "Amina")
    casework.controls.use(slide.id, active=False, by="Bo")
    casework.staff.renew_pin(2, NEW_PIN)
    casework.first_run.set("light", "skipped", {}, "Amina")
    go(page, "/settings")
    page.locator("#done summary").click()
    lines = page.locator("#done li")
    expect(lines.filter(has_text=re.compile("Slide A.?, added"))).to_have_count(1)
    expect(lines.filter(has_text="Number 1, Out of use")).to_contain_text("Bo")
    expect(lines.filter(has_text="Cells for a full count: 500 → 400")).to_contain_text("Block until it is fine")
    expect(lines.filter(has_text=re.compile("Operator · .?Bo.?, added"))).to_have_count(1)
    expect(lines.filter(has_text=re.compile("Operator · .?Bo.?, New PIN"))).to_have_count(1)
    expect(lines.filter(has_text="Light, skipped")).to_have_count(1)
    go(page, "/settings?lang=ar")
    page.locator("#done summary").click()
    expect(page.locator("#done li")).to_have_count(len(casework.books.steps.of(None)))
    expect(page.locator("#done")).not_to_contain_text("added")
