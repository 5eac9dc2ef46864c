"""Answers without an end do end: with a sign-out, wherever it came from, and with a session that nobody uses."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from edge.casework import pin
from edge.casework.staff import Change
from edge.errors import StoreUnreachable
from edge.web import WebParts, create_app, welcome
from edge.web.live import picture_stream, shared_pictures
from edge.web.pace import Pace
from edge.web.welcome import EVERY_S, Welcome
from tests.browser.kit import serving
from tests.casebooks import PIN, Clock
from tests.cases import PaintedLive, painted_frame, painted_parts

STREAMS = ("/live.mjpg", "/api/v1/events")
OFTEN_S = 0.05


def asked_each_second(may_stay: Callable[[], bool], clock: Clock, seconds: int) -> list[bool]:
    """What a welcome says, second after second."""

    async def said() -> list[bool]:
        made, found = Welcome(may_stay, clock), []
        for _ in range(seconds):
            found.append(await made.lasts())
            clock.pass_by(1.0)
        return found

    return asyncio.run(said())


def test_it_is_asked_every_few_seconds_and_not_again_once_it_has_ended() -> None:
    clock, asked = Clock(), []

    def may_stay() -> bool:
        asked.append(clock())
        return len(asked) < 2

    assert asked_each_second(may_stay, clock, 12) == [True] * 6 + [False] * 6
    assert asked == [1000.0 + EVERY_S, 1000.0 + 2 * EVERY_S]


def test_a_record_that_does_not_answer_sends_nobody_away() -> None:
    def may_stay() -> bool:
        raise StoreUnreachable("The disk does not answer.", "Check its cable.")

    assert asked_each_second(may_stay, Clock(), 9) == [True] * 9


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebParts]:
    """A kit with a camera, whose cases are for Amina and Bo."""
    monkeypatch.setattr(pin, "LOG_N", 4)
    live = PaintedLive(painted_frame(1, 2, (200, 150)))
    live.uri = "camera:0"
    made = painted_parts(tmp_path, live)
    amina = made.casework.staff.add("Amina", PIN, lead=True, by=None)
    made.casework.staff.add("Bo", PIN, lead=False, by=amina)
    made.casework.settings.change({"operator_required": True}, "Amina")
    yield made
    made.record.close()


def test_a_stream_ends_when_the_welcome_does(parts: WebParts) -> None:
    clock = Clock()

    async def pictures() -> int:
        stream = picture_stream(parts, shared_pictures(), Pace(), Welcome(lambda: False, clock))
        came = 0
        async for _ in stream:
            came += 1
            clock.pass_by(EVERY_S / 2)
        return came

    assert asyncio.run(asyncio.wait_for(pictures(), 10)) == 2


@pytest.fixture
def address(parts: WebParts, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(welcome, "EVERY_S", OFTEN_S)
    with serving(create_app(parts), parts) as started:
        yield started.removeprefix("http://")


class Screen:
    """Somebody's browser at the kit."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._cookie = ""

    @contextmanager
    def asks(self, method: str, path: str, value: object = None) -> Iterator[http.client.HTTPResponse]:
        """The answer, to be read in this block."""
        with closing(http.client.HTTPConnection(self._address, timeout=10)) as connection:
            headers = {"Cookie": self._cookie, "Content-Type": "application/json"}
            connection.request(method, path, None if value is None else json.dumps(value), headers)
            with connection.getresponse() as answer:
                self._cookie = (answer.headers["Set-Cookie"] or self._cookie).partition(";")[0]
                yield answer

    def status(self, method: str, path: str) -> int:
        """Of the answer."""
        with self.asks(method, path) as answer:
            return answer.status

    def sign_in(self, operator: int) -> Any:
        """Their session."""
        with self.asks("POST", "/api/v1/session", {"operator": operator, "pin": PIN}) as answer:
            return json.loads(answer.read())["operator"]["name"]


@pytest.fixture
def bo(address: str) -> Screen:
    screen = Screen(address)
    assert screen.sign_in(2) == "Bo"
    return screen


def ends(stream: http.client.HTTPResponse) -> bool:
    """Whether it does, before the ten seconds that a connection waits."""
    while stream.read1():
        pass
    return True


@pytest.mark.parametrize("path", STREAMS)
@pytest.mark.parametrize("how", ["signs out", "works here no more", "has a new PIN"])
def test_a_stream_ends_with_the_session(parts: WebParts, bo: Screen, path: str, how: str) -> None:
    amina = parts.casework.books.people.operator(1)
    with bo.asks("GET", path) as stream:
        assert stream.read1()
        if how == "signs out":
            assert bo.status("DELETE", "/api/v1/session") == 200
        elif how == "works here no more":
            parts.casework.staff.change(2, Change(active=False), amina)
        else:
            parts.casework.staff.renew_pin(2, "97531")
        assert ends(stream)
    assert bo.status("GET", path) == 401


def test_a_stream_does_not_keep_a_session_awake(parts: WebParts, bo: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = parts.casework.staff.sessions
    with bo.asks("GET", "/api/v1/events") as stream:
        assert stream.read1()
        later_s = sessions._clock() + 481 * 60
        monkeypatch.setattr(sessions, "_clock", lambda: later_s)
        assert ends(stream)


def test_everybody_else_goes_on_watching(address: str, bo: Screen) -> None:
    amina = Screen(address)
    amina.sign_in(1)
    with amina.asks("GET", "/live.mjpg") as hers, bo.asks("GET", "/live.mjpg") as his:
        assert hers.read1()
        assert his.read1()
        assert bo.status("DELETE", "/api/v1/session") == 200
        assert ends(his)
        assert hers.read1()
        assert hers.read1()
