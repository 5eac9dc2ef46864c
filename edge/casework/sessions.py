"""Sessions: who holds a token, and when they were last here, also over a restart."""

from __future__ import annotations

import hashlib
import math
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone

from edge.errors import RecordFault
from edge.record.people import Operator, People

KEPT_EVERY_S = 60.0
"""So often it is written down that somebody is here: each time costs the disk a write."""


def machine_up_s() -> float:
    """Seconds since this machine was started, its sleep included (Linux)."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Sessions:
    """Whoever does nothing for a while is signed out; a restart does not begin that while anew.

    clock  seconds, never going back, of this run of the kit
    wall   seconds since 1970, which a restart goes on with, and which may be wrong: where it has gone back, nobody
           knows how long somebody was away, and the PIN is asked for …
    up     … seconds since the machine was started, for ever where that is not known: a wall clock without a battery
           stands still while the machine is off, so that after its start nobody knows it either
    """

    def __init__(
        self,
        people: People,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        up: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self._people, self._clock, self._wall, self._up = people, clock, wall, up
        self._seen_s: dict[str, float] = {}
        self._kept_s: dict[str, float] = {}

    def begin(self, operator: Operator) -> str:
        """A token for the browser to keep."""
        token, now_s = secrets.token_urlsafe(32), self._clock()
        digest = _digest(token)
        self._people.begin_session(digest, operator.id, self._hint())
        self._seen_s[digest] = self._kept_s[digest] = now_s
        return token

    def who(self, token: str, idle_s: float) -> Operator | None:
        """Who holds it, if they were here within `idle_s` seconds; they are here now."""
        operator = self.looks_on(token, idle_s)
        if operator is not None:
            self._is_here(_digest(token))
        elif _digest(token) in self._seen_s:
            self.end(token)
        return operator

    def looks_on(self, token: str, idle_s: float) -> Operator | None:
        """The same of somebody who only looks on, as at the live picture: that is not being here."""
        digest = _digest(token)
        held = self._people.session(digest) if token else None
        if held is None:
            return None
        operator, hint = held
        seen_s = self._seen_s.setdefault(digest, self._clock() - self._away_s(hint))
        return operator if self._clock() - seen_s <= idle_s else None

    def end(self, token: str) -> None:
        """Forget it."""
        digest = _digest(token)
        self._people.end_session(digest)
        self._seen_s.pop(digest, None)
        self._kept_s.pop(digest, None)

    def _is_here(self, digest: str) -> None:
        now_s = self._seen_s[digest] = self._clock()
        if now_s - self._kept_s.get(digest, -math.inf) < KEPT_EVERY_S:
            return
        # a full or ill disk keeps nobody from looking at cases; after a restart the PIN is asked for a little sooner
        with suppress(RecordFault):
            self._people.keep_session(digest, self._hint())
            self._kept_s[digest] = now_s

    def _away_s(self, hint: str) -> float:
        """How long ago somebody was here, at least, when the kit was last on."""
        passed_s = self._wall() - datetime.fromisoformat(hint).timestamp()
        return passed_s if 0 <= passed_s <= self._up() else math.inf

    def _hint(self) -> str:
        return datetime.fromtimestamp(math.floor(self._wall()), timezone.utc).isoformat(timespec="seconds")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
