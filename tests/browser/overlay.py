"""How long from a capture's answer to its overlay: `python -m tests.browser.overlay [CAPTURES]`, in milliseconds.

On the real kit with a simulated smear, in Chromium as it is and slowed six times. `kit`: from the key to the answer's
last byte, which is the kit's own time; `page`: from there until the cells are drawn over the decoded picture; `asked`:
how many requests the page began after it; `blocked`: the longest task, in which nobody is heard. Medians, and in
brackets the largest.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, expect

from tests.browser.chromium import WIDE, chromium, visiting
from tests.browser.real import RealKit
from tests.browser.steps import SLOW_MS, await_live, begin_case, go

SOURCE = "sim:?cells=26&width=1280&height=960&fps=6&dwell=3"
SLOWDOWNS = (1, 6)
CAPTURES = 8
MOMENTS = """(before) => new Promise((resolve) => {
  let blocked = 0;
  new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => {
    blocked = Math.max(blocked, duration);
  })).observe({ type: "longtask" });
  const still = document.getElementById("still");
  const begun = performance.now();
  performance.clearResourceTimings();
  const shown = async () => {
    const picture = still.querySelector("image");
    if (!picture || !still.querySelector(".cell") || picture.getAttribute("href") === before) return;
    watch.disconnect();
    const copy = new Image();
    copy.src = picture.getAttribute("href");
    await copy.decode();
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(told(begun, performance.now()))));
  };
  const watch = new MutationObserver(shown);
  watch.observe(still, { childList: true, subtree: true });
  document.getElementById("capture").click();
  const told = (from, until) => {
    const entries = performance.getEntriesByType("resource").filter(({ name }) => name.includes("/api/"));
    const answer = entries.find(({ name }) => /\\/fields(\\?|$)/.test(name));
    const asked = entries.filter((each) => each !== answer && each.startTime >= answer.responseEnd - 1);
    return [answer.responseEnd - from, until - answer.responseEnd, asked.length, blocked];
  };
})"""


@dataclass(frozen=True)
class Capture:
    """One capture, ms; `asked`: how many requests were answered from the answer until the overlay stood."""

    kit_ms: float
    page_ms: float
    asked: int
    blocked_ms: float


def main(captures: int) -> None:
    """Measure and print."""
    with chromium() as browser, tempfile.TemporaryDirectory() as folder:
        for slowdown in SLOWDOWNS:
            source = f"{SOURCE}&seed={slowdown}"
            kit = RealKit(source, Path(folder) / f"data-{slowdown}")
            with kit, visiting(browser, kit.address, WIDE) as watched:
                watched.page.context.new_cdp_session(watched.page).send(
                    "Emulation.setCPUThrottlingRate", {"rate": slowdown}
                )
                print(line(slowdown, measured(watched.page, captures)))  # noqa: T201 a command


def measured(page: Page, captures: int) -> list[Capture]:
    """So many captures of one case."""
    begin_case(page, "A-1")
    found: list[Capture] = []
    before: str | None = None
    while len(found) < captures:
        await_live(page)
        page.wait_for_timeout(700)
        found.append(Capture(*page.evaluate(MOMENTS, before)))
        expect(page.locator("#capture")).to_be_enabled(timeout=SLOW_MS)
        before = page.locator("#still image").get_attribute("href")
        go(page, page.url.partition("#")[0])
    return found


def line(slowdown: int, found: list[Capture]) -> str:
    """One line of the table."""
    figures: dict[str, list[float]] = {
        "kit": [each.kit_ms for each in found],
        "page": [each.page_ms for each in found],
        "asked": [each.asked for each in found],
        "blocked": [each.blocked_ms for each in found],
    }
    told = (f"{name} {median(values):.0f} ({max(values):.0f})" for name, values in figures.items())
    return f"{slowdown}x slower: {', '.join(told)}; {len(found)} captures"


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else CAPTURES)
