"""The scale by two marks on the page: true for the camera's picture, which the page shows smaller."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from edge.types import Frame
from tests.browser.chromium import visiting
from tests.browser.kit import painted_live, running
from tests.browser.steps import answer, go
from tests.cases import PaintedLive
from tests.edge.test_micrometre import ruling

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BEFORE = ("language", "operator", "camera", "light", "focus")
SLIDE = Frame(np.asarray(cv2.resize(ruling(50.0, 10), (1920, 1440))))


def test_two_marks_measure_the_cameras_pixels_and_the_next_case_uses_them(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path, PaintedLive(SLIDE)) as (url, _), visiting(browser, url) as watched:
        page = watched.page
        for step in BEFORE:
            answer(page.request.put(f"{url}/api/v1/first-run/{step}", data={"state": "skipped"}))
        go(page, "/first-run?step=scale")
        expect(page.locator("#live")).to_have_js_property("naturalWidth", 960)
        page.locator("[name=objective]").fill("60× 0,85")
        page.locator("[name=how][value=points]").check()
        box = page.locator("#marker svg").bounding_box()
        assert box is not None
        for share in (0.1, 0.9):
            page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        page.locator("[name=distance_um]").fill("153.6")
        page.get_by_role("button", name="Measure").click()
        expect(page.locator(".notice.good, .notices .good").first).to_be_visible()
        (scale,) = answer(page.request.get(f"{url}/api/v1/scales"))
        assert scale["um_per_px"] == pytest.approx(153.6 / (0.8 * 1920), rel=0.01)
        assert (scale["width_px"], scale["objective"]) == (1920, "60× 0,85")
        go(page, "/cases/new")
        expect(page.locator("[name=objective]")).to_have_value("60× 0,85")


def test_a_scale_that_red_cells_contradict_is_kept_once_it_is_confirmed(browser: Browser, tmp_path: Path) -> None:
    """A point at the wrong place makes every cell ten times as large. What is confirmed is what was asked about: with
    another figure typed since, the button kept the one before.
    """
    with running(tmp_path, painted_live()) as (url, parts), visiting(browser, url) as watched:
        page, scales = watched.page, parts.casework.scales
        go(page, "/first-run?step=scale")
        page.locator("[name=how][value=given]").check()
        page.locator("[name=objective]").fill("100× 1.25")
        figure, measure = page.locator("[name=um_per_px]"), page.locator("#step form > .row button")
        trouble = page.locator(".form-problem")
        watched.expect_refusal(409, "/api/v1/first-run/scale")
        figure.fill("1")
        measure.click()
        expect(trouble).to_contain_text("scale.unlikely")
        expect(trouble.get_by_role("button")).to_be_visible()
        figure.fill("1.1")
        expect(trouble.get_by_role("button")).to_have_count(0)
        measure.click()
        expect(trouble.get_by_role("button")).to_be_visible()
        assert scales.all() == ()
        trouble.get_by_role("button").click()
        expect(page.locator("#steps [aria-current=step]")).to_have_attribute("href", "?step=control")
        assert scales.told("100x 1,25") == 1.1
