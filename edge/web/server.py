"""A web server that stops when it is told to, with people watching: endless answers end first, then the rest."""

from __future__ import annotations

import signal
from types import FrameType

import uvicorn
from fastapi import FastAPI

from edge.web.connections import BACKLOG, Connection
from edge.web.parts import WebParts

PATIENCE_S = 8
"""How long an examination under way may take to be recorded before the server leaves."""


class Server(uvicorn.Server):
    """uvicorn, which waits for every answer to end, and here tells the endless ones that it is time.

    Run it with the sockets that it is to answer at; `parts` is None for a page without any.
    """

    def __init__(self, app: FastAPI, parts: WebParts | None) -> None:
        config = uvicorn.Config(
            app,
            http=Connection,
            backlog=BACKLOG,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=PATIENCE_S,
        )
        super().__init__(config)
        self._parts = parts

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal to stop has come."""
        self._say_stop()
        super().handle_exit(sig, frame)

    def stop(self) -> None:
        """Stop soon; from any thread."""
        self._say_stop()
        self.should_exit = True

    def _say_stop(self) -> None:
        if self._parts is not None:
            self._parts.stopping.set()


def leave_by_exception() -> None:
    """Let SIGTERM and SIGINT unwind the stack once the server has stopped: uvicorn raises them again, and the default
    handler would end the process before the record and the camera are closed.
    """
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, _leave)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
