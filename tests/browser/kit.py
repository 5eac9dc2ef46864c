"""A whole painted kit behind a real web server on a free port, for the browser to visit."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI

from edge.casework.casework import Outside
from edge.web import WebParts, create_app
from edge.web.server import Server
from tests.casebooks import NEW, capture
from tests.cases import PaintedLive, painted_frame, painted_parts

START_S = 10.0
SIZE = (1280, 960)
UNEXPLAINED = r"/api/v1/cases/\d+/fields/\d+/cells/\d+/explanation"
"""Where a painted kit answers 404: explanations are tested against the real one, in test_journeys.py."""


@contextmanager
def running(
    folder: Path, live: PaintedLive, port: int = 0, outside: Outside | None = None
) -> Iterator[tuple[str, WebParts]]:
    """The kit's address and its parts, for as long as the block lasts."""
    parts = painted_parts(folder, live, outside)
    try:
        with serving(create_app(parts), parts, port) as address:
            yield address, parts
    finally:
        parts.record.close()


@contextmanager
def counting(
    folder: Path, live: PaintedLive, fields: int = 2, outside: Outside | None = None
) -> Iterator[tuple[str, WebParts]]:
    """The same with case 1, A-17, which has so many fields of twenty cells."""
    with running(folder, live, outside=outside) as (address, parts):
        parts.casework.life.begin(NEW, by="Amina")
        for seed in range(1, fields + 1):
            capture(parts.casework, 1, seed, cells=20)
        yield address, parts


@contextmanager
def serving(app: FastAPI, parts: WebParts | None, port: int = 0) -> Iterator[str]:
    """Any application, at a free port unless one is given."""
    server = Server(app, parts)
    with socket.create_server(("127.0.0.1", port)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            _wait_until(lambda: server.started)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.stop()
            thread.join()


def painted_live(seed: int = 3, cells: int = 20) -> PaintedLive:
    """A live source that shows one painted field."""
    return PaintedLive(painted_frame(seed, cells, SIZE))


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + START_S
    while not is_so():
        if time.monotonic() > deadline_s:
            raise TimeoutError("the server did not start")
        time.sleep(0.02)
