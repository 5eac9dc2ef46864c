"""The parts of an endless `multipart/x-mixed-replace` stream (RFC 2046), as bytes in and bodies out. No I/O.

    BETWEEN ──delimiter──▶ HEADERS ──blank line──▶ BODY ──▶ BETWEEN
       └──────────────"--" behind the delimiter──────────────▶ ENDED

Cameras differ: dashes inside the announced boundary, a Content-Length or none, LF for CRLF. All of these are read.
"""

from __future__ import annotations

import re
from email.message import Message
from enum import Enum

from firmware_bridge.errors import SourceLost

MAX_PART_BYTES = 32 * 1024 * 1024
MAX_HEADER_BYTES = 16 * 1024

_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*([0-9]{1,12})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


class State(Enum):
    """Where in the stream we are."""

    BETWEEN = "between"
    HEADERS = "headers"
    BODY = "body"
    ENDED = "ended"


def boundary_of(content_type: str) -> bytes | None:
    """The boundary that a Content-Type header announces, without dashes in front; None if it is no multipart."""
    message = Message()
    message["Content-Type"] = content_type
    boundary = message.get_boundary("").lstrip("-")
    return boundary.encode("latin-1", "replace") if message.get_content_maintype() == "multipart" and boundary else None


class MultipartParser:
    """Give it what arrives, in any pieces; it gives back every body that is complete.

    Args:
        boundary: as from `boundary_of`.
        max_part_bytes: the longest body that is kept.
    """

    def __init__(self, boundary: bytes, max_part_bytes: int = MAX_PART_BYTES) -> None:
        self._delimiter = b"--" + boundary
        self._max_part_bytes = max_part_bytes
        self._buffer = bytearray()
        self._searched = 0
        self._length: int | None = None
        self.state = State.BETWEEN

    def feed(self, data: bytes) -> list[bytes]:
        """Bodies completed by these bytes, in order.

        Raises:
            SourceLost: a part or its headers exceed the limits.
        """
        self._buffer += data
        bodies: list[bytes] = []
        while self._step(bodies):
            pass
        return bodies

    def _step(self, bodies: list[bytes]) -> bool:
        """One transition; False when more bytes are needed first."""
        if self.state is State.BETWEEN:
            return self._skip_to_delimiter()
        if self.state is State.HEADERS:
            return self._read_headers()
        if self.state is State.BODY:
            return self._read_body(bodies)
        self._buffer.clear()
        return False

    def _skip_to_delimiter(self) -> bool:
        at = self._buffer.find(self._delimiter)
        if at < 0:
            self._drop(max(0, len(self._buffer) - len(self._delimiter)))
            return False
        self._drop(at)
        after = bytes(self._buffer[len(self._delimiter) :][:2])
        if len(after) < 2:
            return False
        self._drop(len(self._delimiter))
        self.state = State.ENDED if after == b"--" else State.HEADERS
        return True

    def _read_headers(self) -> bool:
        blank = _BLANK_LINE.search(self._buffer)
        if blank is None:
            if len(self._buffer) > MAX_HEADER_BYTES:
                raise SourceLost("The camera's stream is not MJPEG.", "Check the address.")
            return False
        length = _LENGTH.search(self._buffer, 0, blank.end())
        self._length = int(length.group(1)) if length else None
        self._drop(blank.end())
        self.state = State.BODY
        return True

    def _read_body(self, bodies: list[bytes]) -> bool:
        end = self._end_of_body()
        self._refuse_longer_than_allowed(end)
        if end is None:
            return False
        body = bytes(self._buffer[:end])
        bodies.append(body if self._length is not None else _without_line_end(body))
        self._drop(end)
        self.state = State.BETWEEN
        return True

    def _refuse_longer_than_allowed(self, end: int | None) -> None:
        coming = self._length if self._length is not None else len(self._buffer) - len(self._delimiter)
        if (coming if end is None else end) > self._max_part_bytes:
            what = f"The camera sends a picture of more than {self._max_part_bytes / 2**20:g} MB."
            raise SourceLost(what, "Set a lower resolution at the camera.")

    def _end_of_body(self) -> int | None:
        if self._length is not None:
            return self._length if len(self._buffer) >= self._length else None
        at = self._buffer.find(self._delimiter, self._searched)
        self._searched = max(0, len(self._buffer) - len(self._delimiter))
        return at if at >= 0 else None

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self._searched = 0


def _without_line_end(body: bytes) -> bytes:
    return body[:-2] if body.endswith(b"\r\n") else body.removesuffix(b"\n")
