"""Pictures of every page at both sizes, to be looked at: `python -m tests.browser.screenshots FOLDER [LANGUAGE…]`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from firmware_bridge.errors import SourceFrozen, SourceLost
from tests.browser.chromium import NARROW, WIDE, chromium, visiting
from tests.browser.kit import painted_live, running
from tests.browser.pages import BROKEN_PAGES, PAGES, broken_kit, filled_kit
from tests.browser.steps import go
from tests.cases import PaintedLive

LANGUAGES = ("en", "ar", "hi")
LOST = SourceLost("The camera was unplugged.", "Plug it in again; the picture comes back by itself.")
FROZEN = SourceFrozen("The camera has sent the same picture for 4 s.", "Unplug it and plug it in again.")
Shown = Callable[[Page], None]


def main(folder: Path, languages: Sequence[str]) -> None:
    """Take them all."""
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, tempfile.TemporaryDirectory() as data:
        with filled_kit(Path(data)) as address:
            photographer = Photographer(browser, folder, address)
            for language in languages:
                photographer.all(PAGES, Look(language, may_complain=True))
            for theme in ("dark", "sun"):
                photographer.all({name: PAGES[name] for name in ("live", "cells", "signed")}, Look("en", theme))
        for name, shown_address in _troubles(Path(data)):
            Photographer(browser, folder, shown_address).all({name: _start}, Look(may_complain=True))
        with broken_kit() as address:
            for language in languages:
                Photographer(browser, folder, address).all(BROKEN_PAGES, Look(language, may_complain=True))


def _troubles(data: Path) -> Iterator[tuple[str, str]]:
    """Kits to which something has happened, one after the other."""
    for name, fault in (("lost", LOST), ("frozen", FROZEN)):
        with _without_picture(data / name, painted_live(), fault, 74.0) as address:
            yield name, address
    with _without_picture(data / "never", PaintedLive(), LOST, None) as address:
        yield "no-camera", address


@contextmanager
def _without_picture(
    folder: Path, live: PaintedLive, fault: SourceLost | SourceFrozen, age_s: float | None
) -> Iterator[str]:
    live.lose(fault, age_s)
    with running(folder, live) as (address, _):
        yield address


def _start(page: Page) -> None:
    go(page, "/")
    expect(page.locator("h1, h2").first).to_be_attached()
    page.wait_for_timeout(900)


@dataclass(frozen=True)
class Look:
    """How a visitor sees pages; `may_complain`: the console may say what is amiss, as it is."""

    language: str = "en"
    theme: str = "light"
    may_complain: bool = False


@dataclass(frozen=True)
class Photographer:
    """Takes pictures of the pages at an address into a folder."""

    browser: Browser
    folder: Path
    address: str

    def all(self, pages: Mapping[str, Shown], look: Look) -> None:
        """Every page at both sizes, as PAGE-LANGUAGE-THEME-WIDTH.png."""
        for size in (WIDE, NARROW):
            with visiting(self.browser, self.address, size, look.language, look.theme) as watched:
                for name, shown in pages.items():
                    shown(watched.page)
                    self._take(watched.page, f"{name}-{look.language}-{look.theme}-{size[0]}.png", size)
                if look.may_complain:
                    watched.complaints.clear()

    def _take(self, page: Page, name: str, size: tuple[int, int]) -> None:
        """The whole page: the window is made as tall, so that what sticks to its edges is drawn once."""
        page.wait_for_timeout(400)
        tall = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": size[0], "height": max(size[1], tall)})
        page.wait_for_timeout(100)
        page.screenshot(path=self.folder / name)
        page.set_viewport_size({"width": size[0], "height": size[1]})


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or LANGUAGES)
