"""What the clock says: a hint for people, for kits have no clock battery. Ids and numbers are the order of things.

Kept in UTC; told in the kit's own time zone, with its offset, on page, paper and in the API alike: whoever compares a
report with the screen, at whatever phone, reads the same hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


def clock_hint() -> str:
    """Now, in UTC, to the second, ISO 8601."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def here(hint: str) -> datetime | None:
    """A hint in the kit's time zone; None where it is no time."""
    try:
        return datetime.fromisoformat(hint).astimezone()
    except ValueError:
        return None


def zone_of(at: datetime) -> str:
    """`UTC`, `UTC+3`, `UTC-3:30`: the offset says more than a name, and every language reads it."""
    offset = at.utcoffset() or timedelta()
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = "-" if offset < timedelta() else "+"
    return f"UTC{sign}{hours}{f':{minutes:02}' if minutes else ''}" if hours or minutes else "UTC"
