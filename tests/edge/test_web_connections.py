"""Whoever takes up connections and asks nothing, or never ends asking, keeps nobody from the page: real sockets."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass

import h11
import pytest
from fastapi import FastAPI, Request
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import StreamingResponse

from edge.web import connections
from edge.web.connections import BACKLOG, MOST_OF_ONE, MOST_OF_OTHERS, MOST_OF_OWN, one_too_many
from tests.browser.kit import serving

OWN, PHONE, BAD, WORSE = "127.0.0.1", "127.0.0.2", "127.0.0.66", "127.0.0.67"
"""Addresses of one machine; the kit has the first, so that it takes the others for somebody else."""
ASK = b"GET /word HTTP/1.1\r\nHost: localhost\r\n\r\n"
HURRIED_S = 0.3
THE_KITS_OWN = 200
"""Files of a kit with nobody connected (12 where nothing is examined), and of answers under way."""


def page() -> FastAPI:
    """A word, an answer without an end, and how long a body is."""
    app = FastAPI()

    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b"."
            await asyncio.sleep(0.02)

    @app.get("/word")
    def word() -> str:
        return "here"

    @app.get("/drops")
    def endless() -> StreamingResponse:
        return StreamingResponse(drops())

    @app.post("/length")
    async def length(request: Request) -> int:
        return len(await request.body())

    return app


@pytest.fixture
def port() -> Iterator[int]:
    with serving(page(), None) as address:
        yield int(address.rpartition(":")[2])


@pytest.fixture
def visits() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def visit(visits: ExitStack, port: int, host: str, said: bytes = b"") -> socket.socket:
    """A connection from an address, which has said this."""
    visitor = socket.create_connection((OWN, port), timeout=10, source_address=(host, 0))
    visits.enter_context(closing(visitor))
    visitor.sendall(said)
    return visitor


def is_answered(visitor: socket.socket, said: bytes = ASK) -> bool:
    """Whether a question has its answer; False where the kit has closed."""
    try:
        visitor.sendall(said)
        return visitor.recv(4096).startswith(b"HTTP/1.1 200")
    except ConnectionError:
        return False


def await_end(visitor: socket.socket) -> None:
    """Until the kit closes it, after what is left of an answer; TimeoutError where it does not within ten seconds."""
    with suppress(ConnectionError):
        while visitor.recv(4096):
            pass


def is_cut_after(visitor: socket.socket, said: bytes) -> bool:
    """Whether the kit closes it while it waits for more than this."""
    try:
        visitor.sendall(said)
        return visitor.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_hundreds_that_ask_nothing_keep_nobody_from_the_page(port: int, visits: ExitStack) -> None:
    for number in range(500):
        visit(visits, port, (BAD, WORSE, OWN)[number % 3], b"GET /word HTTP/1.1\r\n")
    assert is_answered(visit(visits, port, OWN))
    assert is_answered(visit(visits, port, PHONE))


def test_whoever_gets_an_answer_stays_while_others_come(port: int, visits: ExitStack) -> None:
    watching = visit(visits, port, PHONE, b"GET /drops HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert watching.recv(4096)
    for number in range(MOST_OF_OTHERS + 40):
        visit(visits, port, f"127.0.1.{number // 8}")
    for _ in range(MOST_OF_ONE + 4):
        visit(visits, port, PHONE)
    assert is_answered(visit(visits, port, PHONE))
    assert all(watching.recv(4096) for _ in range(20))


def test_one_address_gets_no_more_answers_without_an_end_than_its_share(port: int, visits: ExitStack) -> None:
    drops = b"GET /drops HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answered = [is_answered(visit(visits, port, BAD), drops) for _ in range(MOST_OF_ONE + 3)]
    assert answered == [True] * MOST_OF_ONE + [False] * 3
    assert is_answered(visit(visits, port, PHONE))


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "PATIENCE_S", {h11.IDLE: HURRIED_S, h11.SEND_BODY: HURRIED_S})


def test_a_head_that_trickles_in_gets_no_more_time_for_it(hurried: None, port: int, visits: ExitStack) -> None:
    slow, silent = visit(visits, port, PHONE), visit(visits, port, PHONE)
    slow.settimeout(HURRIED_S / 4)
    assert any(is_cut_after(slow, b"G") for _ in range(40))
    await_end(silent)


def test_a_second_head_has_its_time_too(hurried: None, port: int, visits: ExitStack) -> None:
    visitor = visit(visits, port, PHONE)
    assert is_answered(visitor)
    visitor.sendall(b"GET /word HTTP/1.1\r\n")
    await_end(visitor)


def test_a_body_may_take_long_but_not_stand_still(hurried: None, port: int, visits: ExitStack) -> None:
    head = b"POST /length HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\n"
    slow, still = visit(visits, port, PHONE, head), visit(visits, port, OWN, head)
    slow.settimeout(HURRIED_S / 2)
    for piece in (b"1", b"2", b"3", b"4", b"5", b"6", b"7"):
        slow.sendall(piece)
        with pytest.raises(TimeoutError):
            slow.recv(1)
    assert is_answered(slow, b"8")
    await_end(still)


def test_all_of_it_fits_into_the_files_that_every_system_gives() -> None:
    # taken and not yet sent away: asyncio needs four turns of its loop, and may take BACKLOG in each
    assert MOST_OF_OTHERS + MOST_OF_OWN + 4 * BACKLOG < 1024 - THE_KITS_OWN


@dataclass
class Painted:
    """Somebody connected, on paper."""

    host: str
    is_own: bool
    asks_nothing: bool
    since_s: float

    def leave(self) -> None:
        """Go."""


GUESTS = st.lists(
    st.builds(Painted, st.sampled_from("abcdef"), st.booleans(), st.booleans(), st.floats(0, 99)), max_size=400
)


@given(coming=GUESTS, own=st.booleans())
def test_no_crowd_outgrows_its_room_and_nobody_with_an_answer_is_sent_away(coming: list[Painted], own: bool) -> None:
    inside: list[Painted] = []
    for new in coming * 2:
        new = Painted(new.host, new.is_own and own, new.asks_nothing, new.since_s)
        inside.append(new)
        leaving = one_too_many(new, inside)
        assert leaving is None or leaving is new or leaving.asks_nothing
        inside = [each for each in inside if each is not leaving]
    others = [each.host for each in inside if not each.is_own]
    assert len(inside) - len(others) <= MOST_OF_OWN
    assert len(others) <= MOST_OF_OTHERS
    assert max(map(others.count, others), default=0) <= MOST_OF_ONE
