"""Moments in the API: with the offset of the kit's time zone, so that whoever shows them needs no zone of their own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from edge.record.clock import here


def with_offset(hint: str) -> str:
    """ISO 8601 in the kit's time zone; what is no time, as it is."""
    at = here(hint)
    return hint if at is None else at.isoformat(timespec="seconds")


Hint = Annotated[
    str,
    AfterValidator(with_offset),
    Field(description="what the kit's clock said, in the kit's time zone; it may be wrong"),
]
"""A moment as the API tells it."""


def offset_min() -> int:
    """How far the kit's time zone is ahead of UTC now, in minutes."""
    return (datetime.now().astimezone().utcoffset() or timedelta()) // timedelta(minutes=1)
