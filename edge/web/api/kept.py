"""Pictures that a browser keeps and asks about: sent again only where they are others."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request
from starlette.responses import Response

from edge.record import FieldRow

ASKED_ABOUT = "private, no-cache"
"""Kept, but never shown unasked: the same address may be another kit's tomorrow, or another data folder's."""


def kept(request: Request, of: FieldRow, make: Callable[[], Response]) -> Response:
    """The picture that `make` makes of a field, or 304 where the browser has it.

    Raises:
        Fault: what `make` raises.
    """
    return still(request, of) or marked(make(), of)


def still(request: Request, of: FieldRow) -> Response | None:
    """304, where the browser has what was made of this field."""
    headers = _headers(of)
    known = headers["ETag"] in request.headers.get("if-none-match", "")
    return Response(status_code=304, headers=headers) if known else None


def marked(picture: Response, of: FieldRow) -> Response:
    """The picture, for the browser to keep and to ask about."""
    picture.headers.update(_headers(of))
    return picture


def _headers(of: FieldRow) -> dict[str, str]:
    return {"ETag": f'"{of.frame_digest[:32]}-{of.clock_hint}"', "Cache-Control": ASKED_ABOUT}
