"""Pictures of every page at both sizes, to be looked at: `python -m tests.browser.screenshots FOLDER`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from edge.errors import BundleDamaged
from edge.record import NewCase
from edge.types import Frame
from edge.web import create_fallback
from firmware_bridge.errors import LightDrifted, SourceFrozen, SourceLost
from firmware_bridge.recording import RecordingState
from tests.browser.chromium import NARROW, WIDE, chromium, visiting
from tests.browser.kit import SIZE, painted_live, running, serving
from tests.cases import PaintedExaminer, PaintedLive, painted_frame

LOST = SourceLost("The camera was unplugged.", "Plug it in again; the picture comes back by itself.")
FROZEN = SourceFrozen("The camera has sent the same picture for 4 s.", "Unplug it and plug it in again.")
BROKEN = BundleDamaged("The file classifier.onnx of bundle screen differs from the signed list.", "Copy it again.")


def main(folder: Path) -> None:
    """Take them all."""
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, tempfile.TemporaryDirectory() as data:
        live = painted_live()
        with running(Path(data), live) as (address, parts):
            photographer = Photographer(browser, folder, address)
            photographer.all({"empty": _live})
            record = parts.record
            record.begin_case(NewCase("A-017", "marrow", "wright-giemsa"))
            for seed in range(10, 17):
                frame = painted_frame(seed, 24, SIZE)
                record.add_field(1, frame, PaintedExaminer().examine(frame))
            dark = Frame(painted_frame(30, 10, SIZE).pixels // 6, name="painted-dark.png")
            record.add_field(1, dark, PaintedExaminer().examine(dark))
            photographer.all(PAGES)
            photographer.one(Shot("cell-dark", _cell, WIDE, dark=True))
            photographer.one(Shot("live-dark", _live, NARROW, dark=True))
            photographer.one(Shot("cell-es", _cell, WIDE, language="es"))
            photographer.one(Shot("cell-es", _cell, NARROW, language="es"))
            live.recording = RecordingState("recording", 7, 0)
            live.warn(LightDrifted("The light is 12 % dimmer than when it was locked.", "Check the lamp."))
            photographer.all({"warned": _live})
            for name, fault in (("lost", LOST), ("frozen", FROZEN)):
                live.lose(fault, age_s=74.0)
                photographer.all({name: _live})
                for size in (WIDE, NARROW):
                    photographer.one(Shot(f"{name}-es", _live, size, language="es"))
        _nothing(browser, folder)


def _nothing(browser: Browser, folder: Path) -> None:
    live = PaintedLive()
    live.lose(LOST, age_s=None)
    with tempfile.TemporaryDirectory() as data, running(Path(data), live) as (address, _):
        Photographer(browser, folder, address).all({"no-camera": _live})
    with serving(create_fallback(BROKEN), None) as address:
        Photographer(browser, folder, address).one(Shot("fallback", _live, may_complain=True))


def _live(page: Page) -> None:
    page.goto("/")
    page.wait_for_timeout(900)


def _field(page: Page) -> None:
    page.goto("/cases/1#field-3")
    page.wait_for_selector(".cell")
    page.wait_for_timeout(500)


def _cell(page: Page) -> None:
    _field(page)
    page.locator(".cell.blast").first.click()
    page.wait_for_timeout(300)


def _refused(page: Page) -> None:
    page.goto("/cases/1#field-8")
    page.wait_for_selector(".refusal")
    page.wait_for_timeout(300)


def _cases(page: Page) -> None:
    page.goto("/cases")


def _dialog(page: Page) -> None:
    _live(page)
    page.locator("[data-open-new-case]").click()


PAGES: Mapping[str, Callable[[Page], None]] = {
    "live": _live,
    "field": _field,
    "cell": _cell,
    "refused": _refused,
    "cases": _cases,
    "new-case": _dialog,
}


@dataclass(frozen=True)
class Shot:
    """A page as one visitor sees it."""

    name: str
    go: Callable[[Page], None]
    size: tuple[int, int] = WIDE
    language: str = "en"
    dark: bool = False
    may_complain: bool = False


@dataclass(frozen=True)
class Photographer:
    """Takes pictures of the pages at an address into a folder."""

    browser: Browser
    folder: Path
    address: str

    def all(self, pages: Mapping[str, Callable[[Page], None]]) -> None:
        """Every page at both sizes."""
        for name, go in pages.items():
            for size in (WIDE, NARROW):
                self.one(Shot(name, go, size))

    def one(self, shot: Shot) -> None:
        """One picture."""
        with visiting(self.browser, self.address, shot.size, shot.language, shot.dark) as watched:
            shot.go(watched.page)
            file = self.folder / f"{shot.name}-{shot.size[0]}.png"
            watched.page.screenshot(path=file, full_page=shot.name != "new-case")
            if shot.may_complain:
                watched.complaints.clear()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
