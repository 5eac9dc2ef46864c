"""Answers that come late, and in another order than they were asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route

SETTLED = """async () => {
  await fetch('/health');
  await new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)));
}"""
"""A later answer has been read, and drawn."""


class Held:
    """The first answer to an address; it is kept back until `come`."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.routes: list[Route] = []

    def hold(self, route: Route) -> None:
        """Keep the first one back."""
        if self.routes:
            route.continue_()
        else:
            self.routes.append(route)

    def come(self) -> None:
        """Let it come, and the page do with it what it will."""
        (route,) = self.routes
        with self._page.expect_response(route.request.url) as answered:
            route.continue_()
        answered.value.finished()
        self._page.evaluate(SETTLED)


@contextmanager
def held_back(page: Page, address: str | re.Pattern[str]) -> Iterator[Held]:
    """What is asked for first within the block is answered when the block says so, what comes after at once.

    A page is asked to stop intercepting (`times=1` does so too) only once it is quiet: what it asks for at that moment
    may never be answered (Playwright 1.65 with Chromium on a busy machine: 7 of 900).
    """
    held = Held(page)
    page.route(address, held.hold)
    yield held
    page.evaluate(SETTLED)
    page.unroute(address)
