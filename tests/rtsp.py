"""A network camera for tests: RTSP 1.0 (RFC 2326) pictures as JPEG over RTP (RFC 2435) within the connection."""

from __future__ import annotations

import itertools
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import cv2
import numpy as np

from firmware_bridge.picture import Pixels

SLICE = 1200
TICKS = 90_000
"""Of the clock that pictures are timed by, in a second."""
SESSION = "20261127"
SOI, DQT, SOS = b"\xff\xd8", b"\xff\xdb", b"\xff\xda"
TABLES_SHOWN = 255
SAMPLED_420 = 1


@dataclass
class FakeCamera:
    """Sends its pictures over and over, so many a second, until it is unplugged or falls silent."""

    pictures: Sequence[Pixels]
    fps: float = 25.0
    unplugged: threading.Event = field(default_factory=threading.Event)
    silent: threading.Event = field(default_factory=threading.Event)
    address: str = ""

    def unplug(self) -> None:
        """Every connection breaks, and nobody answers any more."""
        self.unplugged.set()


@contextmanager
def network_camera(camera: FakeCamera, port: int = 0) -> Iterator[FakeCamera]:
    """The camera at an address of its own, or at this port."""

    class Answering(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            _serve(self.request, camera)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True

    with Server(("127.0.0.1", port), Answering) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        camera.address = f"rtsp://127.0.0.1:{server.server_address[1]}/eye"
        try:
            yield camera
        finally:
            camera.unplug()
            server.shutdown()


def _serve(connection: socket.socket, camera: FakeCamera) -> None:
    """One visitor: what it asks is answered, and after PLAY pictures follow."""
    asked = b""
    while not camera.unplugged.is_set():
        while b"\r\n\r\n" not in asked:
            came = connection.recv(4096)
            if not came:
                return
            asked += came
        request, _, asked = asked.partition(b"\r\n\r\n")
        method = request.split(b" ", 1)[0].decode()
        connection.sendall(_answer(method, request, camera))
        if method == "PLAY":
            _play(connection, camera)
            return


def _answer(method: str, request: bytes, camera: FakeCamera) -> bytes:
    number = next(line for line in request.split(b"\r\n") if line.lower().startswith(b"cseq")).decode()
    head, body = {
        "OPTIONS": ("Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n", ""),
        "DESCRIBE": (f"Content-Base: {camera.address}/\r\nContent-Type: application/sdp\r\n", _described(camera)),
        "SETUP": (f"Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: {SESSION}\r\n", ""),
    }.get(method, (f"Session: {SESSION}\r\n", ""))
    if method == "SETUP" and b"TCP" not in request:  # as cameras behind a firewall do
        return f"RTSP/1.0 461 Unsupported Transport\r\n{number}\r\n\r\n".encode()
    return f"RTSP/1.0 200 OK\r\n{number}\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def _described(camera: FakeCamera) -> str:
    lines = ("v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=eye", "c=IN IP4 0.0.0.0", "t=0 0", "m=video 0 RTP/AVP 26",
             "a=control:track1", f"a=framerate:{camera.fps:g}")  # fmt: skip
    return "".join(f"{line}\r\n" for line in lines)


def _play(connection: socket.socket, camera: FakeCamera) -> None:
    packets = itertools.count()
    for number, pixels in enumerate(itertools.cycle(camera.pictures)):
        if camera.unplugged.wait(1 / camera.fps):
            return
        if camera.silent.is_set():
            camera.unplugged.wait()
            return
        try:
            connection.sendall(b"".join(_packets(pixels, int(number * TICKS / camera.fps), packets)))
        except OSError:
            return


def _packets(pixels: Pixels, ticks: int, numbers: Iterator[int]) -> Iterator[bytes]:
    """One picture, (h, w, 3) RGB with sides that are multiples of 8, in slices."""
    height, width = pixels.shape[:2]
    tables, scan = _taken_apart(pixels)
    for at in range(0, len(scan), SLICE):
        last = at + SLICE >= len(scan)
        head = struct.pack(">I4B", at, SAMPLED_420, TABLES_SHOWN, width // 8, height // 8)
        shown = struct.pack(">BBH", 0, 0, len(tables)) + tables if at == 0 else b""
        body = head + shown + scan[at : at + SLICE]
        rtp = struct.pack(">BBHII", 0x80, 26 | 0x80 * last, next(numbers) & 0xFFFF, ticks & 0xFFFFFFFF, 7)
        yield struct.pack(">cBH", b"$", 0, len(rtp) + len(body)) + rtp + body


def _taken_apart(pixels: Pixels) -> tuple[bytes, bytes]:
    """Both quantisation tables, and the compressed picture without its headers."""
    _, encoded = cv2.imencode(".jpg", np.ascontiguousarray(pixels[..., ::-1]), (cv2.IMWRITE_JPEG_QUALITY, 95))
    jpeg, tables, at = encoded.tobytes(), b"", len(SOI)
    while True:
        marker, (length,) = jpeg[at : at + 2], struct.unpack(">H", jpeg[at + 2 : at + 4])
        if marker == DQT:
            segment = jpeg[at + 4 : at + 2 + length]
            tables += b"".join(segment[k + 1 : k + 65] for k in range(0, len(segment), 65))
        if marker == SOS:
            return tables, jpeg[at + 2 + length : -2]
        at += 2 + length
