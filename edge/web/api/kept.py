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
    tag = f'"{of.frame_digest[:32]}-{of.clock_hint}"'
    headers = {"ETag": tag, "Cache-Control": ASKED_ABOUT}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    picture = make()
    picture.headers.update(headers)
    return picture
