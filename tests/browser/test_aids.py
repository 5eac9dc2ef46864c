"""Aids at the bench: the best focus remembered, a tone that follows it, a phone's photograph as a field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from edge.types import Frame
from edge.web import WebParts
from tests.browser.chromium import NARROW, visiting
from tests.browser.kit import SIZE, running
from tests.browser.steps import begin_case, go
from tests.cases import PaintedLive, painted_frame

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FIELD = painted_frame(3, 20, SIZE)
AID = "#focus-aid [role=meter]"


def out_of_focus(sigma_px: float) -> Frame:
    """The same field through a fine focus that was turned."""
    return Frame(
        np.asarray(cv2.GaussianBlur(FIELD.pixels, (0, 0), sigma_px), np.uint8), name="soft", um_per_px=FIELD.um_per_px
    )


@pytest.fixture
def live() -> PaintedLive:
    return PaintedLive(FIELD)


@pytest.fixture
def kit(tmp_path: Path, live: PaintedLive) -> Iterator[tuple[str, WebParts]]:
    with running(tmp_path, live) as started:
        yield started


def level(page: Page) -> float:
    """The sharpness as a share of the sharpest so far."""
    return float(page.locator(AID).get_attribute("aria-valuenow") or 0)


def await_level(page: Page, low: float, high: float) -> float:
    """Until it lies between these."""
    page.wait_for_function(
        "([aid, low, high]) => { const at = Number(document.querySelector(aid).ariaValueNow);"
        " return low <= at && at <= high; }",
        arg=[AID, low, high],
    )
    return level(page)


def test_the_sharpest_is_remembered_and_the_tone_and_the_hint_follow(
    browser: Browser, kit: tuple[str, WebParts], live: PaintedLive
) -> None:
    """By the kit's own fine measure: a blur of 0.8 px, which the gate's gauge hardly shows, is seen and heard."""
    with visiting(browser, kit[0]) as watched:
        page = watched.page
        go(page, "/")
        await_level(page, 1.0, 1.0)
        page.locator("#tone").click()
        expect(page.locator("#tone")).to_have_attribute("aria-pressed", "true")
        high_hz = hz(page)
        live.show(out_of_focus(0.8))
        await_level(page, 0.02, 0.9)
        expect(page.locator("#focus-hint")).to_have_text("It gets softer: turn back.")
        assert hz(page) < high_hz
        live.show(FIELD)
        await_level(page, 1.0, 1.0)
        assert hz(page) == pytest.approx(high_hz, abs=2)
        page.locator("#tone").click()
        expect(page.locator("#tone")).to_have_attribute("aria-pressed", "false")


def test_another_place_begins_anew(browser: Browser, kit: tuple[str, WebParts], live: PaintedLive) -> None:
    """By its button, and by a capture: then the softer picture of a place is the sharpest there."""
    with visiting(browser, kit[0]) as watched:
        page = watched.page
        begin_case(page, "P-4")
        await_level(page, 1.0, 1.0)
        live.show(out_of_focus(1.5))
        await_level(page, 0.0, 0.9)
        with page.expect_response("**/live/focus"):
            page.locator("#focus-anew").click()
        live.show(out_of_focus(1.4))
        await_level(page, 1.0, 1.0)
        live.show(out_of_focus(2.0))
        await_level(page, 0.0, 0.9)
        with page.expect_response("**/fields?shown=true"):
            page.keyboard.press("c")
        live.show(out_of_focus(1.9))
        await_level(page, 1.0, 1.0)


def hz(page: Page) -> float:
    expect(page.locator("#tone")).to_have_attribute("data-hz", re.compile(r"\d+"))
    return float(page.locator("#tone").get_attribute("data-hz") or 0)


def test_a_phone_photographs_the_eyepiece(browser: Browser, kit: tuple[str, WebParts]) -> None:
    with visiting(browser, kit[0], NARROW, touch=True) as watched:
        page = watched.page
        begin_case(page, "P-1")
        expect(page.locator("#photo-label")).to_be_visible()
        assert page.locator("#photo").get_attribute("capture") == "environment"
        photograph = BytesIO()
        Image.fromarray(painted_frame(9, 15, SIZE).pixels).save(photograph, "JPEG", quality=100, subsampling=0)
        payload = FilePayload(name="IMG_0001.jpg", mimeType="image/jpeg", buffer=photograph.getvalue())
        page.locator("#photo").set_input_files(payload)
        expect(page.locator(".field-entry")).to_have_count(1)
        expect(page.locator("#field-title")).to_contain_text("IMG_0001.jpg")
        expect(page.locator("#still .cell")).not_to_have_count(0)


def test_where_a_mouse_is_used_there_is_no_phone_to_photograph_with(
    browser: Browser, kit: tuple[str, WebParts]
) -> None:
    with visiting(browser, kit[0]) as watched:
        begin_case(watched.page, "P-2")
        expect(watched.page.locator("#photo-label")).to_be_hidden()


@pytest.mark.parametrize("wanted", [True, False])
def test_a_kit_that_captures_by_itself_begins_so(browser: Browser, kit: tuple[str, WebParts], wanted: bool) -> None:
    kit[1].casework.settings.change({"auto_capture": wanted}, "Amina")
    with visiting(browser, kit[0]) as watched:
        begin_case(watched.page, "P-3")
        expect(watched.page.locator("#automatic")).to_have_attribute("aria-pressed", str(wanted).lower())
