"""An MJPEG camera that works, stammers, hangs up or was never one: a real HTTP server on this machine."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from firmware_bridge.errors import BadPicture, SourceLost, SourceUnavailable
from firmware_bridge.picture import Device, Source
from firmware_bridge.sources import mjpeg, open_source
from firmware_bridge.supervision import supervise
from tests.feeds import delivered

Behaviour = Callable[[BaseHTTPRequestHandler], None]
Opener = Callable[[str], Source]


def jpeg(level: int) -> bytes:
    return cv2.imencode(".jpg", np.full((16, 16, 3), level, np.uint8))[1].tobytes()


def part(body: bytes) -> bytes:
    return b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(body) + body + b"\r\n"


def start(handler: BaseHTTPRequestHandler, content_type: str = "multipart/x-mixed-replace; boundary=frame") -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", content_type)
    handler.end_headers()


@contextmanager
def camera(behave: Behaviour) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            behave(self)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/?action=stream"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def opened() -> Iterator[Opener]:
    with ExitStack() as stack:
        yield lambda uri: stack.enter_context(closing(open_source(uri)))


def drops(handler: BaseHTTPRequestHandler) -> None:
    start(handler)
    handler.wfile.write(part(jpeg(50)) + part(b"\xff\xd8\xffgarbage") + part(jpeg(90)) + part(jpeg(120))[:60])


def ends(handler: BaseHTTPRequestHandler) -> None:
    start(handler)
    handler.wfile.write(part(jpeg(50)) + b"--frame--\r\n")


def test_pictures_come_a_bad_one_is_said_and_a_dropped_line_is_a_loss(opened: Opener) -> None:
    with camera(drops) as uri:
        source = opened(uri)
        first = source.read()
        assert first is not None
        assert abs(float(first.pixels.mean()) - 50) < 2
        with pytest.raises(BadPicture, match="picture 1"):
            source.read()
        third = source.read()
        assert third is not None
        assert third.sequence == 2
        with pytest.raises(SourceLost, match="connection closed"):
            source.read()


def grows_dark(handler: BaseHTTPRequestHandler) -> None:
    start(handler)
    for level in [200] * 3 + [120] * 8:
        handler.wfile.write(part(jpeg(level)))


@pytest.mark.parametrize(("options", "told"), [("", 0), ("#lock=1", 1)])
def test_light_that_drifts_is_told_where_it_is_asked_for_also_after_a_reconnection(
    opened: Opener, monkeypatch: pytest.MonkeyPatch, options: str, told: int
) -> None:
    now_s = itertools.count(0.0, 1.0)
    monkeypatch.setattr(mjpeg, "time", SimpleNamespace(monotonic=lambda: next(now_s)))
    with camera(grows_dark) as uri:
        source = opened(f"{uri}{options or '#'}{'&' if options else ''}timeout=60")
        assert isinstance(source, Device)
        for _ in range(11):
            assert source.read() is not None
        assert len(source.complaints) == told
        again = source.again()
        for _ in range(11):
            assert again.read() is not None
        assert isinstance(again, Device)
        assert len(again.complaints) == told
        again.close()


def test_a_stream_that_says_it_ends_has_ended(opened: Opener) -> None:
    with camera(ends) as uri:
        source = opened(uri)
        assert source.read() is not None
        assert source.read() is None
        assert source.read() is None


def test_a_silent_camera_is_lost_in_time_and_close_ends_a_waiting_read(opened: Opener) -> None:
    leave = threading.Event()

    def silent(handler: BaseHTTPRequestHandler) -> None:
        start(handler)
        handler.wfile.write(part(jpeg(50)))
        leave.wait(10)

    with camera(silent) as uri:
        lost = opened(uri + "#timeout=0.1")
        assert lost.read() is not None
        with pytest.raises(SourceLost):
            lost.read()
        closed = opened(uri + "#timeout=9")
        assert closed.read() is not None
        threading.Timer(0.05, closed.close).start()
        assert closed.read() is None
        leave.set()


def test_a_trickle_is_a_loss(opened: Opener) -> None:
    leave = threading.Event()

    def trickles(handler: BaseHTTPRequestHandler) -> None:
        start(handler)
        while not leave.wait(0.02):
            handler.wfile.write(b"x")

    with camera(trickles) as uri:
        with pytest.raises(SourceLost, match="no whole picture in time"):
            opened(uri + "#timeout=0.2").read()
        leave.set()


def test_headers_that_trickle_are_no_answer() -> None:
    leave = threading.Event()

    def trickles(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Camera: ")
        for _ in range(200):  # four seconds, after which the line is closed
            if leave.wait(0.02):
                return
            handler.wfile.write(b"x")

    with camera(trickles) as uri:
        with pytest.raises(SourceUnavailable, match="headers do not end"):
            open_source(uri + "#timeout=0.2")
        assert not leave.is_set()
        leave.set()


def test_name_and_password_are_sent_and_not_shown(opened: Opener) -> None:
    heard: list[str | None] = []

    def asks(handler: BaseHTTPRequestHandler) -> None:
        heard.append(handler.headers.get("Authorization"))
        ends(handler)

    with camera(asks) as uri:
        source = opened(uri.replace("http://", "http://me:s3cret@"))
        picture = source.read()
    assert heard == ["Basic bWU6czNjcmV0"]
    assert picture is not None
    assert "s3cret" not in picture.name + source.uri


NOT_STREAMS: dict[str, Behaviour] = {
    "answers 404": lambda handler: handler.send_error(404),
    "answers 401": lambda handler: handler.send_error(401),
    "sends text/html": lambda handler: start(handler, "text/html"),
    "sends image/jpeg": lambda handler: start(handler, "image/jpeg"),
    "Nothing usable answers": lambda handler: (handler.wfile.write(b"SSH-2.0-OpenSSH\r\n"), None)[1],
}


@pytest.mark.parametrize("words", NOT_STREAMS)
def test_what_is_no_stream_is_unavailable(words: str) -> None:
    with camera(NOT_STREAMS[words]) as uri, pytest.raises(SourceUnavailable, match=words) as caught:
        open_source(uri + "#timeout=2")
    assert caught.value.remedy


def test_a_camera_that_is_off_is_unavailable() -> None:
    with pytest.raises(SourceUnavailable, match="Nothing usable answers"):
        open_source("http://127.0.0.1:9/video#timeout=1")


def test_under_supervision_half_a_jpeg_and_a_broken_line_are_told_and_pictures_go_on() -> None:
    visits: list[int] = []

    def stammers(handler: BaseHTTPRequestHandler) -> None:
        """Two pictures, half a JPEG, one more, and then the line drops in the middle of the next."""
        visits.append(1)
        start(handler)
        levels = [40 * len(visits) + step for step in (0, 10, 20)]
        bodies = [photograph(levels[0]), photograph(levels[1])[:400], photograph(levels[2])]
        handler.wfile.write(b"".join(map(part, bodies)) + part(photograph(9))[:60])

    with camera(stammers) as uri:
        source = supervise(uri + "#timeout=2")
        told = [each.code if isinstance(each, BadPicture) else each.sequence for each in delivered(source, 6)]
        counts = source.link.counts
        source.close()
    assert told == [0, "picture.unreadable", 2, 3, "picture.unreadable", 5]
    assert (counts.openings, counts.losses, counts.recoveries) == (2, 1, 1)


@pytest.mark.parametrize("body", [b"", b"no picture", b"\xff\xd8\xff\xe0 half"])
def test_the_remedy_for_a_damaged_picture_is_one_for_a_camera(body: bytes) -> None:
    def damaged(handler: BaseHTTPRequestHandler) -> None:
        start(handler)
        handler.wfile.write(part(body) + part(photograph(9)))

    with camera(damaged) as uri, closing(open_source(uri)) as source, pytest.raises(BadPicture) as caught:
        source.read()
    assert "cable" in caught.value.remedy
    assert "file" not in caught.value.remedy


def photograph(level: int) -> bytes:
    noise = np.random.default_rng(level).integers(0, 40, (64, 64, 3)) + level
    return cv2.imencode(".jpg", noise.astype(np.uint8))[1].tobytes()
