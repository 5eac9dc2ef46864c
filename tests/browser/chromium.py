"""Debian's Chromium, and a collector of everything that must not happen: console errors and requests that leave."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
WIDE = (1280, 800)
NARROW = (390, 844)


@dataclass
class Watched:
    """A page, and what went wrong on it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console: {message.text} {message.location['url']}")

    def forgive(self, part: str) -> None:
        """Pass over complaints that say this, also those that come later: what the test itself brought about."""
        self.forgiven.append(part)

    @property
    def unforgiven(self) -> list[str]:
        """What is left to complain of."""
        return [each for each in self.complaints if not any(part in each for part in self.forgiven)]

    def on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.complaints.append(f"left the kit: {request.url}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def visiting(
    browser: Browser,
    address: str,
    size: tuple[int, int] = WIDE,
    language: str = "en",
    theme: str = "system",
    touch: bool = False,
    text: str = "normal",
) -> Iterator[Watched]:
    """A fresh visitor; at the end, any complaint is an error. `theme`, `text`: as in edge/web/preferences.py."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale=language, base_url=address, has_touch=touch, is_mobile=touch
    )
    look = {"theme": theme, "text": text}
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in look.items()])
    watched = Watched(context.new_page())
    watched.page.set_default_timeout(20_000)
    watched.page.on("console", watched.on_console)
    watched.page.on("pageerror", lambda error: watched.complaints.append(f"error: {error}"))
    watched.page.on("request", watched.on_request)
    yield watched
    context.close()
    if watched.unforgiven:
        raise AssertionError("\n".join(watched.unforgiven))
