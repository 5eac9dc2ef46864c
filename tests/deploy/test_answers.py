"""What the installer takes for a station that is up."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.deploy.station import CHECKOUT

ANSWERS = CHECKOUT / "deploy" / "parts" / "answers.py"
HEALTH = {
    "well": (200, {"ok": True, "source": {}}, 0),
    "without a camera": (503, {"ok": False, "source": {"phase": "lost"}}, 0),
    "unable to start": (503, {"ok": False, "fault": {"code": "bundle.damaged"}}, 1),
}


@pytest.mark.parametrize(("status", "body", "exit_code"), HEALTH.values(), ids=HEALTH)
def test_health_is_read(status: int, body: Mapping[str, object], exit_code: int) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_arguments: object) -> None:
            """Be quiet."""

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        done = _answers("0.0.0.0", server.server_address[1], 5)  # noqa: S104
    assert done.returncode == exit_code
    assert ("bundle.damaged" in done.stderr) == bool(exit_code)


def test_silence_has_an_end() -> None:
    done = _answers("127.0.0.1", 1, 0.1)
    assert (done.returncode, "nothing answers at http://127.0.0.1:1/health" in done.stderr) == (1, True)


def _answers(host: str, port: int, patience_s: float) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ANSWERS), host, str(port), str(patience_s)]
    environment = {"http_proxy": "http://127.0.0.1:9", "PATH": ""}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
