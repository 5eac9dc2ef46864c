"""The six pictures of README, taken anew: `python -m tests.browser.readme_pictures`. Look at them before you commit."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from PIL import Image
from playwright.sync_api import Browser

from tests.browser.chromium import NARROW, chromium, visiting
from tests.browser.pages import PAGES, filled_kit

FOLDER = Path(__file__).parents[2] / "docs" / "pages"
SCREEN = (1280, 960)
SETTLED_MS = 1500
QUALITY = 82


@dataclass(frozen=True)
class Sight:
    """A page as somebody sees it; `shrunk` to so many pixels of width."""

    page: str
    language: str = "en"
    theme: str = "light"
    size: tuple[int, int] = SCREEN
    shrunk: int = 1000


SIGHTS: Mapping[str, Sight] = MappingProxyType(
    {
        "explained": Sight("explained"),
        "cells": Sight("cells", theme="dark"),
        "control": Sight("control"),
        "signed": Sight("signed"),
        "result-ar": Sight("result", "ar", size=NARROW, shrunk=NARROW[0]),
        "live-hi": Sight("live", "hi", size=NARROW, shrunk=NARROW[0]),
    }
)


def main() -> None:
    """Take them all, of a kit with a simulated smear."""
    with chromium() as browser, tempfile.TemporaryDirectory() as data, filled_kit(Path(data)) as address:
        for name, sight in SIGHTS.items():
            _keep(_taken(browser, address, sight), sight.shrunk, FOLDER / f"{name}.webp")


def _taken(browser: Browser, address: str, sight: Sight) -> bytes:
    with visiting(browser, address, sight.size, sight.language, sight.theme) as watched:
        PAGES[sight.page](watched.page)
        watched.page.wait_for_timeout(SETTLED_MS)
        return watched.page.screenshot()


def _keep(png: bytes, width_px: int, file: Path) -> None:
    with Image.open(io.BytesIO(png)) as picture:
        height_px = round(picture.height * width_px / picture.width)
        small = picture.convert("RGB").resize((width_px, height_px), Image.Resampling.LANCZOS)
    small.save(file, quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
