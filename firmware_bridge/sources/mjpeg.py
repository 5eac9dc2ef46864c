"""An MJPEG stream over HTTP as a source: IP cameras, phones, mjpg-streamer, ESP32-CAM."""

from __future__ import annotations

import socket
import threading
import time
from base64 import b64encode
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, unquote, urlsplit

from firmware_bridge.errors import BadPicture, SourceFault, SourceLost, SourceUnavailable
from firmware_bridge.imagefile import decode_image
from firmware_bridge.multipart import MultipartParser, State, boundary_of
from firmware_bridge.options import StreamOptions
from firmware_bridge.picture import Picture, Pixels
from firmware_bridge.steady import Steady
from firmware_bridge.uri import SourceUri

READ_BYTES = 64 * 1024

_CONNECTIONS: dict[str, type[HTTPConnection]] = {"http": HTTPConnection, "https": HTTPSConnection}
_CHECK = "Check the address, the network and that the camera is on."
_DAMAGED = "Check the camera's cable, power and network; if no picture is whole, set it to smaller JPEG pictures."


class MjpegSource:
    """Every picture of the stream in order; what waits in the network is bounded by the network.

    No proxy is asked and no redirection followed: the camera stands in the same room.

    Raises:
        SourceUnavailable: nothing answers, or what answers is no MJPEG stream.
    """

    def __init__(self, uri: SourceUri, steady: Steady | None = None) -> None:
        self._address = uri
        self._uri = uri.shown
        self._steady = steady or Steady({}, uri.options_as(StreamOptions).lock)
        self._steady.opened(None)
        self._timeout_s = uri.options_as(StreamOptions).timeout
        self._connection = _connection(urlsplit(uri.target), self._timeout_s)
        self._socket: socket.socket | None = None
        self._closed = False
        self._receiving = threading.Lock()
        self._parser, self._response = self._open(urlsplit(uri.target))
        self._bodies: deque[bytes] = deque()
        self._sequence = -1

    @property
    def uri(self) -> str:
        """The address this source was opened with, without the password."""
        return self._uri

    def read(self) -> Picture | None:
        """The next picture; None after `close` or when the camera ended the stream properly.

        Raises:
            SourceLost: the connection broke, or no picture came within the time limit.
            BadPicture: this picture is damaged; the next call goes on.
        """
        body = self._next_body()
        if body is None:
            return None
        self._sequence += 1
        name = f"{self._uri}, picture {self._sequence},"
        now_s = time.monotonic()
        pixels = _decoded(body, name)
        self._steady.look(pixels, now_s)
        return Picture(pixels, self._sequence, 1000.0 * now_s, self._uri)

    @property
    def complaints(self) -> tuple[SourceFault, ...]:
        """Light that has drifted since it was first measured."""
        return self._steady.complaints

    def again(self) -> MjpegSource:
        """The same camera, its light measured against what it was."""
        return MjpegSource(self._address, self._steady)

    def close(self) -> None:
        """Hang up; a `read` in another thread ends with None."""
        self._closed = True
        if self._socket is not None:
            _wake_reader(self._socket)
        self._hang_up()

    def _open(self, parts: SplitResult) -> tuple[MultipartParser, HTTPResponse]:
        try:
            self._connection.connect()
            self._socket = self._connection.sock
            with _at_most(self._timeout_s, self._socket):
                self._connection.request("GET", _path(parts), headers=_headers(parts))
                response = self._connection.getresponse()
        except (OSError, HTTPException) as cause:
            self._connection.close()
            raise SourceUnavailable(f"Nothing usable answers at {self._uri} ({cause}).", _CHECK) from cause
        boundary = boundary_of(response.headers.get("Content-Type", ""))
        if response.status != 200 or boundary is None:
            response.close()
            self._connection.close()
            raise _not_a_stream(self._uri, response)
        return MultipartParser(boundary), response

    def _next_body(self) -> bytes | None:
        deadline = time.monotonic() + self._timeout_s
        while not self._bodies:
            if self._closed or self._parser.state is State.ENDED:
                self._hang_up()
                return None
            if time.monotonic() > deadline:
                raise self._lost("no whole picture in time")
            self._bodies.extend(self._parser.feed(self._receive()))
        return self._bodies.popleft()

    def _receive(self) -> bytes:
        try:
            with self._receiving:
                data = self._response.read1(READ_BYTES)
        except (OSError, HTTPException) as cause:
            if self._closed:
                return b""
            raise self._lost(str(cause) or "connection broken") from cause
        if not data and not self._closed:
            raise self._lost("connection closed")
        return data

    def _hang_up(self) -> None:
        with self._receiving:
            self._response.close()
            self._connection.close()

    def _lost(self, why: str) -> SourceLost:
        self._hang_up()
        return SourceLost(f"The stream of {self._uri} stopped ({why}).", "Check the network and the camera's power.")


def _decoded(body: bytes, name: str) -> Pixels:
    """A camera's picture, whose remedy is not that of a file."""
    try:
        return decode_image(body, name)
    except BadPicture as fault:
        raise BadPicture(fault.what, _DAMAGED) from fault


@contextmanager
def _at_most(limit_s: float, line: socket.socket) -> Iterator[None]:
    """The socket's own time limit is one for each piece: headers that trickle would never come to an end.

    Raises:
        TimeoutError: they did not in time.
    """
    late = threading.Event()

    def cut() -> None:
        late.set()
        _wake_reader(line)

    timer = threading.Timer(limit_s, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if late.is_set():  # what was cut off passes for headers that are complete
        raise TimeoutError("its headers do not end")


def _wake_reader(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _connection(parts: SplitResult, timeout_s: float) -> HTTPConnection:
    return _CONNECTIONS[parts.scheme](parts.hostname or "", parts.port, timeout=timeout_s)


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _headers(parts: SplitResult) -> dict[str, str]:
    if parts.username is None:
        return {}
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Authorization": "Basic " + b64encode(login.encode()).decode()}


_STATUS_REMEDIES = {
    401: "Write name and password into the address: http://name:password@host/….",
    403: "Allow this computer at the camera.",
    404: "Look the stream's path up in the camera's manual.",
}


def _not_a_stream(shown: str, response: HTTPResponse) -> SourceUnavailable:
    if response.status != 200:
        remedy = _STATUS_REMEDIES.get(response.status, "Open the address in a browser and look.")
        return SourceUnavailable(f"{shown} answers {response.status} {response.reason}.", remedy)
    kind = response.headers.get("Content-Type", "nothing known")
    what = f"{shown} sends {kind}, not an MJPEG stream."
    return SourceUnavailable(what, "Look the path up in the camera's manual; often it ends in /video or /stream.")
