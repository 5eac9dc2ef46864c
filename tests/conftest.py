"""What every test shares: laws that are tried the same way each time, and reasons where a test cannot run here."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.installed import CHROMIUM

CHECKOUT = Path(__file__).parents[1]
IMAGES = CHECKOUT.parent / "shared" / "data"

settings.register_profile("marrowkit", derandomize=True, deadline=None)
settings.load_profile("marrowkit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of real images and of the page say why they are skipped; in CI the browser must be there."""
    _skip(items, "data", IMAGES.is_dir(), "there are no real images in ../shared/data")
    if os.environ.get("CI") and not CHROMIUM.exists() and any(map(_in_browser, items)):
        raise pytest.UsageError(f"There is no {CHROMIUM}, and CI must not skip the browser tests: install chromium.")
    _skip(items, "browser", CHROMIUM.exists(), f"there is no {CHROMIUM}: install chromium")
    if os.environ.get("CI"):
        _try_again(items)


@pytest.fixture
def images() -> Path:
    """The folder of real images, for tests marked `data`."""
    return IMAGES


def _skip(items: list[pytest.Item], marker: str, possible: bool, reason: str) -> None:
    for item in items:
        if not possible and item.get_closest_marker(marker):
            item.add_marker(pytest.mark.skip(reason=reason))


def _try_again(items: list[pytest.Item]) -> None:
    """In CI a test of the page that failed is run once more, and is named in the summary as one to look into."""
    for item in filter(_in_browser, items):
        item.add_marker(pytest.mark.flaky(reruns=1))


def _in_browser(item: pytest.Item) -> bool:
    return item.get_closest_marker("browser") is not None
