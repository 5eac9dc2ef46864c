"""What the clock says: a hint for people, for kits have no clock battery. Ids and numbers are the order of things."""

from __future__ import annotations

from datetime import datetime, timezone


def clock_hint() -> str:
    """Now, in UTC, to the second, ISO 8601."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
