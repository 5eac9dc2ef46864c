"""The kit itself, as `marrowkit serve` runs it, in a process that a test may kill and start again at its address."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_S = 60.0


class RealKit:
    """A kit over a simulated source with the bundle that ships. As a context: started, and killed at its end."""

    def __init__(self, source: str, data: Path) -> None:
        self.source = source
        self._data = data
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it answers; the same after a restart."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it, and wait until it answers.

        Raises:
            TimeoutError: it did not within a minute.
        """
        options = ("--source", self.source, "--data", str(self._data), "--port", str(self._port))
        with (self._data.parent / "kit.log").open("ab") as log:
            command = [sys.executable, "-m", "edge", "serve", *options]
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        deadline_s = time.monotonic() + START_S
        while not self._answers():
            if time.monotonic() > deadline_s:
                raise TimeoutError("the kit did not start")
            time.sleep(0.2)

    def kill(self) -> None:
        """As a power cut does: without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> RealKit:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def _answers(self) -> bool:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)) as connection:
                connection.request("GET", "/api/v1/session")
                return connection.getresponse().status == 200
        except (http.client.HTTPException, OSError):
            return False


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
