"""Who asks: the session's cookie, and what it allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from edge.casework.casework import Casework
from edge.errors import NotSignedIn
from edge.record.people import Operator
from edge.web.language import language_of, translation
from edge.web.parts import WebParts
from edge.words import Translate

COOKIE = "session"
MINUTE_S = 60.0
DEMONSTRATION = "sim:"


def parts_of(request: Request) -> WebParts:
    """What the application stands on."""
    parts: WebParts = request.app.state.parts
    return parts


def reader(request: Request) -> Translate:
    """The words of whoever asks."""
    return translation(language_of(request).code)


def signed_in(request: Request) -> Operator | None:
    """The person whose session this is; in a worker thread, for it asks the record."""
    return _holder(request, parts_of(request).casework.staff.sessions.who)


def may_stay(request: Request) -> bool:
    """Whether whoever asked may still see cases; looking on is not being here, so it does not keep a session awake."""
    parts = parts_of(request)
    return sees_cases(parts, _holder(request, parts.casework.staff.sessions.looks_on))


def _holder(request: Request, ask: Callable[[str, float], Operator | None]) -> Operator | None:
    token = request.cookies.get(COOKIE, "")
    if not token:
        return None
    return ask(token, parts_of(request).casework.settings.all().session_idle_min * MINUTE_S)


def language_code(request: Request) -> str:
    """The language of whoever asks."""
    return language_of(request).code


Reader = Annotated[Translate, Depends(reader)]
Code = Annotated[str, Depends(language_code)]
Person = Annotated[Operator | None, Depends(signed_in)]


def counting(request: Request, person: Person) -> str:
    """The name of the person who looks at cases, empty where nobody is named and nobody has to be.

    Raises:
        NotSignedIn: the settings ask for a person, and pictures are no simulation.
    """
    parts = parts_of(request)
    if not sees_cases(parts, person):
        raise NotSignedIn("Cases are shown to people who have signed in.", "Sign in with your PIN.")
    return "" if person is None else person.name


def sees_cases(parts: WebParts, person: Operator | None) -> bool:
    """Whether cases may be shown to whoever asks."""
    return person is not None or not must_sign_in(parts.casework, parts.live.uri)


def must_sign_in(casework: Casework, source: str) -> bool:
    """Whether cases need a person. The demonstration needs none, and neither does a kit that knows nobody yet."""
    if source.startswith(DEMONSTRATION) or not casework.settings.all().operator_required:
        return False
    return bool(casework.staff.operators())


By = Annotated[str, Depends(counting)]
