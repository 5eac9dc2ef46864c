"""Connections, so that no visitor takes them all: how many there may be, and how long one may dawdle.

uvicorn's `limit_concurrency` counts requests; a socket that never asks is never counted, and waited for without an end.
The kit's own screen has connections of its own, which nobody else in the network can use up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Any, Protocol

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_OF_OTHERS = 160
MOST_OF_ONE = 32
"""From one address that is not this machine's; a browser opens six."""
MOST_OF_OWN = 64
BACKLOG = 100
"""Connections that are taken from the system at once, before any of them can be sent away. All of this together stays
well below 1024 files, the least that systems give: more are not asked for, because OpenCV watches cameras by `select`.
"""
PATIENCE_S: Mapping[Any, float] = {h11.IDLE: 10.0, h11.SEND_BODY: 30.0}
"""For a whole head, however it trickles in; and for the next piece of a body."""
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Guest(Protocol):
    """Somebody who is connected."""

    @property
    def host(self) -> str:
        """The address."""

    @property
    def is_own(self) -> bool:
        """From this machine itself."""

    @property
    def asks_nothing(self) -> bool:
        """No answer is due: the request is not there yet, or not whole."""

    @property
    def since_s(self) -> float:
        """When the guest came, or had the last answer."""

    def leave(self) -> None:
        """Make room at once."""


def one_too_many(new: Guest, guests: Collection[Guest]) -> Guest | None:
    """Who goes now that `new`, one of `guests`, has come: whoever has asked for nothing longest, else the newcomer."""
    kind = [each for each in guests if each.is_own == new.is_own]
    neighbours = [each for each in kind if each.host == new.host]
    if not new.is_own and len(neighbours) > MOST_OF_ONE:
        crowd = neighbours
    elif len(kind) > (MOST_OF_OWN if new.is_own else MOST_OF_OTHERS):
        crowd = kind
    else:
        return None
    idle = [each for each in crowd if each.asks_nothing and each is not new]
    return min(idle, key=lambda each: each.since_s, default=new)


class Connection(H11Protocol):
    """uvicorn's own, which goes when it dawdles or when there are too many."""

    since_s = 0.0
    _late: asyncio.TimerHandle | None = None
    _awaited: Any = None

    @property
    def host(self) -> str:
        """The address."""
        return self.client[0] if self.client else ""

    @property
    def is_own(self) -> bool:
        """Both ends have one address: the kit's own screen, whichever of its addresses it uses."""
        return self.client is None or self.server is None or self.client[0] == self.server[0]

    @property
    def asks_nothing(self) -> bool:
        """No answer is due: the request is not there yet, or not whole."""
        return self.conn.their_state in PATIENCE_S

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Somebody has come."""
        super().connection_made(transport)
        self.since_s = self.loop.time()
        self._watch()
        here = [each for each in self.connections if isinstance(each, Connection)]
        leaving = one_too_many(self, here)
        if leaving is self:
            self.transport.write(BUSY)
            self.transport.close()
        elif leaving is not None:
            leaving.leave()

    def data_received(self, data: bytes) -> None:
        """Something has come: a head, a body, or parts of them."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """An answer is given; uvicorn itself waits a few seconds for the next question to begin."""
        super().on_response_complete()
        self.since_s = self.loop.time()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever it was has gone."""
        self._stop_watching()
        super().connection_lost(exc)

    def leave(self) -> None:
        """Make room at once."""
        self.transport.abort()

    def _watch(self) -> None:
        """Be patient with what they have to send next, for a while."""
        awaited = self.conn.their_state
        if awaited is h11.IDLE is self._awaited:
            return  # a head that trickles in gets no more time for it
        self._stop_watching()
        self._awaited = awaited
        if awaited in PATIENCE_S:
            self._late = self.loop.call_later(PATIENCE_S[awaited], self._give_up)

    def _stop_watching(self) -> None:
        self._awaited = None
        if self._late is not None:
            self._late.cancel()

    def _give_up(self) -> None:
        self._awaited = None
        if self.flow.read_paused:
            self._watch()  # it is us who do not read
        else:
            self.transport.abort()
