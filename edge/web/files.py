"""The kit's own scripts, styles, icons and fonts, at addresses that change with them.

`/static/<version>/…` may be kept for ever: an update has another version, and scripts import each other by relative
addresses, so that one page never mixes two versions. `/static/…` without it works too, asked for again each time.
"""

from __future__ import annotations

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"

mimetypes.add_type("font/woff2", ".woff2")  # Debian's list has it; a bare Python's has not


@cache
def version() -> str:
    """Twelve digits over the names and bytes of all files."""
    digest = hashlib.sha256()
    for path in sorted(each for each in STATIC.rglob("*") if each.is_file()):
        digest.update(path.relative_to(STATIC).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


class Files(StaticFiles):
    """Static files with one word on how long they may be kept."""

    def __init__(self, kept: str) -> None:
        super().__init__(directory=STATIC)
        self._kept = kept

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = self._kept
        return response


def mount(app: FastAPI) -> None:
    """Serve them from this application."""
    app.mount(f"/static/{version()}", Files(FOREVER), name="static")
    app.mount("/static", Files("no-cache"))
