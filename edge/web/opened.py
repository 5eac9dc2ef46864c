"""Which case a screen works on: the one that it opened last and that still takes fields, kept in a cookie.

It belongs to the screen, like its look: two microscopes' phones may count two cases at the same time. The cookie is a
number that means nothing outside of this kit. A case that was only looked at, signed or finished, is never it.
"""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from edge.casework.states import COUNTING
from edge.errors import NotRecorded
from edge.record import Case
from edge.record.listing import Wanted
from edge.web.parts import WebParts
from edge.web.preferences import A_YEAR_S

COOKIE = "case"


def worked_on(request: Request, parts: WebParts) -> Case | None:
    """The case that this screen's next field belongs to, the newest open one where it has none; None without any.

    Only for whoever may see cases.
    """
    known = _remembered(request, parts)
    if known is not None and takes_fields(known):
        return known
    return next(iter(parts.casework.books.listing.cases(Wanted(state="open", limit=1))), None)


def remember_case(response: Response, case: Case) -> None:
    """The case is opened on this screen."""
    if takes_fields(case):
        response.set_cookie(COOKIE, str(case.id), max_age=A_YEAR_S, httponly=True, samesite="lax")


def takes_fields(case: Case) -> bool:
    """Whether fields may be captured into it."""
    return case.purpose == "patient" and case.state in COUNTING


def _remembered(request: Request, parts: WebParts) -> Case | None:
    number = request.cookies.get(COOKIE, "")
    if not re.fullmatch(r"[0-9]{1,9}", number):
        return None
    try:
        return parts.record.case(int(number))
    except NotRecorded:  # of a kit or a data folder that had this address before
        return None
