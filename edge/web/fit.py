"""Bodies of JSON that nobody can mean, refused before any route sees them.

Python reads more than JSON has (NaN, Infinity) and more than can be kept: whole numbers beyond the 64 bits of a record,
and halves of letters (lone surrogates), which no file, page or database takes.
"""

from __future__ import annotations

import json
import math
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.web.faults import TooLarge, Unfit
from edge.web.problems import answer

LARGEST = 2**63 - 1
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


class Fit:
    """Reads a body of JSON whole, which is a megabyte at most, and answers itself where a value is none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or not _may_be_json(scope):
            await self._app(scope, receive, send)
            return
        try:
            content = await Request(scope, receive).body()
        except ClientDisconnect:
            return
        except HTTPException:  # the guard's, of a body that goes beyond the limit
            await answer(Request(scope), TooLarge())(scope, receive, send)
            return
        kind = unfit(content)
        if kind is None:
            await self._app(scope, _again(content, receive), send)
        else:
            await answer(Request(scope), Unfit([{"place": "body", "kind": kind}]))(scope, receive, send)


def unfit(content: bytes) -> str | None:
    """`number` or `text`, where one is none; None for what is fit, and for what is no JSON at all."""
    try:
        value = json.loads(content, parse_int=_whole, parse_float=_finite, parse_constant=_finite)
    except _NoValueError:
        return "number"
    except RecursionError:
        return "depth"
    except ValueError:
        return None
    return None if _is_text(value) else "text"


class _NoValueError(Exception):
    """A number that is none."""


def _whole(text: str) -> int:
    # a longer one cannot fit, and Python refuses to read more than 4300 figures
    if len(text) > len(str(LARGEST)) + 1 or not -LARGEST - 1 <= int(text) <= LARGEST:
        raise _NoValueError
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _NoValueError
    return number


def _is_text(value: Any) -> bool:
    """Whether all text in it is made of whole letters."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _may_be_json(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    is_form = headers.get("content-type", "").lower().startswith(FORMS)
    return not is_form and ("content-length" in headers or "transfer-encoding" in headers)


def _again(content: bytes, receive: Receive) -> Receive:
    """The body once more, and then whatever comes."""
    given = False

    async def received() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": content, "more_body": False}

    return received
