"""Who may ask, and what a browser may do with the answer. Pure ASGI, so that endless answers are not held up.

- A page elsewhere must not reach this kit through a name that it points here (DNS rebinding): the Host header has to
  be an IP address, localhost, or one of the kit's own names.
- A page elsewhere must not post here (CSRF): what changes something has to come from our own page, as Sec-Fetch-Site
  or Origin tell; programs that are no browsers send neither.
- Our own page runs only the scripts and styles that the kit serves (Content-Security-Policy).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.web.faults import NotOurName, NotOurPage, TooLarge
from edge.web.problems import answer
from edge.web.statuses import STATUS
from firmware_bridge.errors import Fault

MAX_FILE_BYTES = 200_000_000
"""A 60-megapixel TIFF and some room, in a form that carries files."""
MAX_BODY_BYTES = 1_000_000
"""Of anything else: words and figures. As JSON 100 megabytes become gigabytes before anybody is asked for a PIN."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self';"
        " font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Guard:
    """Refuses what is not meant for us, and marks every answer, whoever gives it."""

    def __init__(self, app: ASGIApp, host_names: frozenset[str]) -> None:
        self._app = app
        self._host_names = host_names | {"localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope["method"], Headers(scope=scope))
        given = self._app if refusal is None else answer(Request(scope), refusal)
        await given(scope, _counting(receive, _most_bytes(Headers(scope=scope))), _marking(send))

    def _refusal(self, method: str, headers: Headers) -> Fault | None:
        if not self._is_ours(headers.get("host", "")):
            return NotOurName()
        if method in SAFE_METHODS:
            return None
        if not _same_origin(headers):
            return NotOurPage()
        return TooLarge() if int(headers.get("content-length", "0")) > _most_bytes(headers) else None

    def _is_ours(self, host: str) -> bool:
        name = _without_port(host).lower()
        return name in self._host_names or _is_address(name)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _same_origin(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host")


def _most_bytes(headers: Headers) -> int:
    is_form = headers.get("content-type", "").lower().startswith("multipart/form-data")
    return MAX_FILE_BYTES if is_form else MAX_BODY_BYTES


def _counting(receive: Receive, most_bytes: int) -> Receive:
    """A body may come in chunks and never say how long it is: nobody reads more of it than the limit."""
    came_bytes = 0

    async def counted() -> Message:
        nonlocal came_bytes
        message = await receive()
        came_bytes += len(message.get("body", b""))
        if came_bytes > most_bytes:
            raise HTTPException(STATUS[TooLarge])
        return message

    return counted


def _marking(send: Send) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return marked
