"""Which case is meant: whatever is asked of a case, a control slide's run is none, and says so."""

from __future__ import annotations

from fastapi import Depends, Request

from edge.web.api.who import By, parts_of


def a_case(request: Request, case_id: int, _: By) -> None:
    """The number in the address is a case's, for whoever may see cases.

    Raises:
        NotRecorded: it is nothing's; CaseOfControl: it holds the pictures of a control slide's run.
    """
    parts_of(request).casework.case(case_id)


OF_A_CASE = (Depends(a_case),)
"""The `dependencies` of every route with `{case_id}` in its address."""
