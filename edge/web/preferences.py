"""How this reader wants the page to look: asked for in the address (`?theme=dark`), kept in a cookie.

It belongs to the screen that is looked at, not to the kit: a phone in the sun and the kit's own screen in a dark room
show the same case at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

A_YEAR_S = 365 * 24 * 3600
CHOICES: Mapping[str, tuple[str, ...]] = {
    "theme": ("system", "light", "dark", "sun"),
    "text": ("normal", "large", "largest"),
}
"""What can be chosen; the first of each is what one gets unasked."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """One reader's choices; each is one of `CHOICES`."""

    theme: str
    text: str


def preferences_of(request: Request) -> Preferences:
    """The reader's choices; what is unknown counts as not chosen."""
    return Preferences(theme=_chosen(request, "theme"), text=_chosen(request, "text"))


def remember_preferences(response: Response, request: Request) -> None:
    """Keep what was asked for in the address for the next pages."""
    for name, choices in CHOICES.items():
        wish = request.query_params.get(name)
        if wish in choices:
            response.set_cookie(name, wish, max_age=A_YEAR_S, samesite="lax")


def _chosen(request: Request, name: str) -> str:
    wishes = (request.query_params.get(name), request.cookies.get(name))
    return next((wish for wish in wishes if wish in CHOICES[name]), CHOICES[name][0])
