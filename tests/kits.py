"""`marrowkit serve` as a process of its own, over a painted station: to be asked, stopped and killed."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PROGRAM = """
import json
import sys
import edge.commands.serve as command
from pathlib import Path
from tests.cases import PaintedStation

more = json.loads(sys.argv[3])
more = {name: Path(value) if name == "record" else value for name, value in more.items()}
command._open_station = lambda bundle, folder: PaintedStation()
command.serve(source=sys.argv[1], host="127.0.0.1", port=0, data=Path(sys.argv[2]), bundle=None, **more)
"""
Kit = tuple["subprocess.Popen[str]", int]


@contextmanager
def served(source: str, data: Path, **more: str) -> Iterator[Kit]:
    """A kit that has started, and its port; killed at the end if it still runs. `more`: further options of `serve`."""
    command = [sys.executable, "-c", PROGRAM, source, str(data), json.dumps(more)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT) as process:
        if process.stdout is None:
            raise RuntimeError("no pipe")
        found = re.search(r":(\d+)/", process.stdout.readline())
        if found is None:
            raise RuntimeError(process.communicate()[1])
        try:
            yield process, int(found[1])
        finally:
            if process.poll() is None:
                process.kill()


@contextmanager
def asked(port: int, path: str, value: object = None) -> Iterator[http.client.HTTPResponse]:
    """The kit's answer: to a GET, or to a POST of `value` as JSON."""
    method, body = ("GET", None) if value is None else ("POST", json.dumps(value))
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        with connection.getresponse() as response:
            yield response


def answer(port: int, path: str, value: object = None) -> Any:
    """The kit's answer as JSON, where it is a good one."""
    with asked(port, path, value) as response:
        content = json.loads(response.read())
        if response.status >= 400:
            raise RuntimeError(content)
        return content


def post_picture(port: int, case: int, name: str, content: bytes) -> Any:
    """Hand in a picture file as a field."""
    edge = "painted"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="picture"; filename="{name}"\r\n\r\n'.encode()
    body = head + content + f"\r\n--{edge}--\r\n".encode()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        kind = f"multipart/form-data; boundary={edge}"
        connection.request("POST", f"/api/v1/cases/{case}/fields", body, {"Content-Type": kind})
        with connection.getresponse() as response:
            return json.loads(response.read())
