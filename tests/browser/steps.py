"""What a person does on the page, step by step, in any language: nothing here reads a translated word."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import APIResponse, Page, expect

PIN = "2468"
SLOW_MS = 40_000
"""For what the kit examines or lays out on two busy cores."""


def go(page: Page, path: str) -> None:
    """To a page; its "load" never comes where a live stream is shown."""
    page.goto(path, wait_until="domcontentloaded")


def answer(response: APIResponse) -> Any:
    """What the API said."""
    assert response.ok, response.text()
    return response.json()


def set_up_operator(page: Page) -> None:
    """An operator, without the wizard."""
    answer(page.request.post("/api/v1/operators", data={"name": "Amina", "pin": PIN, "lead": True}))
    answer(page.request.post("/api/v1/session", data={"operator": 1, "pin": PIN}))


def begin_case(page: Page, code: str) -> int:
    """A new case from its page; its number."""
    go(page, "/cases/new")
    expect(page.locator("[data-new-case] button")).to_be_enabled()
    page.locator("[name=pseudonym]").fill(code)
    page.locator("[name=pseudonym]").press("Enter")
    page.wait_for_url(re.compile(r"/cases/\d+$"), wait_until="domcontentloaded")
    expect(page.locator("#capture")).to_be_enabled()
    return int(page.url.rpartition("/")[2])


def fields(page: Page) -> int:
    """How many fields the page shows."""
    return page.locator(".field-entry").count()


def is_lost(page: Page) -> bool:
    """Whether the page says that there is no picture."""
    return "bad" in (page.locator("#state").get_attribute("class") or "").split()


def await_live(page: Page) -> None:
    """Until the picture is there."""
    expect(page.locator("#state")).to_have_class(re.compile(r"\bgood\b"), timeout=SLOW_MS)


def capture(page: Page, how: str) -> None:
    """One field more, by key or by tap; cells are drawn over it."""
    before = fields(page)
    await_live(page)
    expect(page.locator("#capture")).to_be_enabled()
    if how == "key":
        page.keyboard.press("c")
    else:
        page.locator("#capture").click()
    expect(page.locator(".field-entry")).to_have_count(before + 1, timeout=SLOW_MS)
    expect(page.locator("#capture")).to_be_enabled()


def capture_or_loss(page: Page) -> None:
    """One field more by key, unless the camera is lost before it is there."""
    before = fields(page)
    expect(page.locator("#capture")).to_be_enabled()
    page.keyboard.press("c")
    page.wait_for_function(
        "(n) => document.querySelectorAll('.field-entry').length > n || document.querySelector('#state.bad')",
        arg=before,
        timeout=SLOW_MS,
    )
    expect(page.locator("#capture")).to_be_enabled(timeout=SLOW_MS)


def capture_by_itself(page: Page) -> None:
    """One field more without a hand on the kit."""
    before = fields(page)
    await_live(page)
    page.locator("#to-live").click()
    page.locator("#automatic").click()
    expect(page.locator("#automatic")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("(n) => document.querySelectorAll('.field-entry').length > n", arg=before, timeout=SLOW_MS)
    page.locator("#automatic").click()
    expect(page.locator("#automatic")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#capture")).to_be_enabled(timeout=SLOW_MS)


def correct_a_cell(page: Page, case: int) -> None:
    """Another class for the most doubtful cell, taken back, done again; another one left out."""
    go(page, f"/cases/{case}/cells")
    tile = page.locator(".cell-tile").first
    tile.click()
    other = page.locator("#explain .correct .chip[aria-pressed=false]").first
    label = other.locator("kbd").inner_text()
    other.click()
    chosen = page.locator("#explain .correct .chip[aria-pressed=true] kbd")
    expect(chosen).to_have_text(label)
    expect(page.locator(".tile-flag").first).to_be_visible()
    page.locator("#undo").click()
    expect(chosen).not_to_have_text(label)
    page.locator("#redo").click()
    expect(chosen).to_have_text(label)
    page.keyboard.press("x")
    expect(tile).to_have_class(re.compile("excluded"))


def explain_a_cell(page: Page, case: int) -> None:
    """All that is said of one cell: its measures, curves, rules, centres, and where the network looked."""
    go(page, f"/cases/{case}#field-1")
    expect(page.locator("[data-field='1']")).to_have_attribute("aria-current", "true")
    page.locator(".cell").first.click()
    explained = page.locator("#explain")
    expect(explained.locator(".measures").first).to_contain_text("µm")
    expect(explained.locator(".looked img")).to_have_count(2, timeout=SLOW_MS)
    explained.locator(".looked img").last.scroll_into_view_if_needed()
    page.wait_for_function(
        "() => [...document.querySelectorAll('#explain .looked img')].every((e) => e.naturalWidth)", timeout=SLOW_MS
    )
    expect(explained.locator(".curves .curve")).not_to_have_count(0)


def sign(page: Page, case: int) -> None:
    """Finish the count and sign the result."""
    go(page, f"/cases/{case}/result")
    expect(page.locator("#sign .pill")).to_have_class(re.compile("warn"))
    page.locator("#sign > div > button.primary").click()
    page.locator("#sign [name=pin]").first.fill(PIN)
    page.locator("#sign form button.primary").first.click()
    expect(page.locator("#sign .pill")).to_have_class(re.compile("good"))


def paper(page: Page, kind: str) -> bytes:
    """A paper as the page hands it out."""
    with page.expect_download(timeout=SLOW_MS) as waiting:
        page.locator(f"a.paper[href*='{kind}']").click()
    return Path(waiting.value.path()).read_bytes()
