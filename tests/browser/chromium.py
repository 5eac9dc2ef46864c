"""Debian's Chromium, and a collector of everything that must not happen: console errors and requests that leave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.installed import CHROMIUM

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
PATIENCE_MS = 20_000
"""How long anything may take on a busy machine; what comes at once is waited for no longer."""
expect.set_options(timeout=PATIENCE_MS)


REFUSED = r"Failed to load resource: the server responded with a status of {} \(.*\)"
BROKEN = (
    "CONNECTION_REFUSED",
    "CONNECTION_RESET",
    "CONNECTION_CLOSED",
    "CONNECTION_ABORTED",
    "SOCKET_NOT_CONNECTED",
    "EMPTY_RESPONSE",
    "INCOMPLETE_CHUNKED_ENCODING",
)
CUT = rf"Failed to load resource: net::ERR_({'|'.join(BROKEN)})"
"""What Chromium says of a request that the kit refused, and of one whose kit went down."""


@dataclass(frozen=True)
class Expected:
    """What a test itself brings about: a complaint with these words about one of these addresses of the kit."""

    words: re.Pattern[str]
    path: re.Pattern[str]

    def fits(self, text: str, path: str) -> bool:
        """Whether it is this, from end to end."""
        return bool(self.words.fullmatch(text) and self.path.fullmatch(path))


@dataclass
class Watched:
    """A page of the kit at this address, and what went wrong on it."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)

    def on_console(self, message: ConsoleMessage) -> None:
        """The browser says something."""
        url = str(message.location["url"])
        path = urlsplit(url).path if self._is_ours(url) else url
        if message.type in ("error", "warning") and not any(each.fits(message.text, path) for each in self.expected):
            self.complaints.append(f"console: {message.text} {url}")

    def on_request(self, request: Request) -> None:
        """Something is asked for."""
        if urlsplit(request.url).scheme not in ("data", "blob") and not self._is_ours(request.url):
            self.complaints.append(f"left the kit: {request.url}")

    def expect_refusal(self, status: int, path: str) -> Expected:
        """From now on the kit may refuse what is asked for at this path (a regular expression) with this status."""
        refusal = Expected(re.compile(REFUSED.format(status)), re.compile(path))
        self.expected.append(refusal)
        return refusal

    @contextmanager
    def refused(self, status: int, path: str) -> Iterator[None]:
        """The same, in this block alone."""
        with self._meanwhile(self.expect_refusal(status, path)):
            yield

    @contextmanager
    def cut(self, path: str) -> Iterator[None]:
        """The kit goes down and comes back in this block: what is under way to this path, or asked anew, breaks."""
        broken = Expected(re.compile(CUT), re.compile(path))
        self.expected.append(broken)
        with self._meanwhile(broken):
            yield

    @contextmanager
    def _meanwhile(self, expected: Expected) -> Iterator[None]:
        yield
        # what the browser has said by now is delivered before it answers this
        self.page.evaluate("0")
        self.expected.remove(expected)

    def _is_ours(self, url: str) -> bool:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}" == self.address


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
    zone: str | None = None,
) -> Iterator[Watched]:
    """A fresh visitor; at the end, any complaint is an error. `theme`, `text`: as in edge/web/preferences.py.

    `zone`: the time zone of their browser, by its IANA name.
    """
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=language,
        base_url=address,
        has_touch=touch,
        is_mobile=touch,
        timezone_id=zone,
    )
    look = {"theme": theme, "text": text}
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in look.items()])
    watched = Watched(context.new_page(), address)
    watched.page.set_default_timeout(PATIENCE_MS)
    watched.page.on("console", watched.on_console)
    watched.page.on("pageerror", lambda error: watched.complaints.append(f"error: {error}"))
    context.on("request", watched.on_request)
    yield watched
    context.close()
    if watched.complaints:
        raise AssertionError("\n".join(watched.complaints))
