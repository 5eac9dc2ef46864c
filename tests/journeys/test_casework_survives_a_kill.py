"""The kit is killed in the middle of a person's work: they are still signed in, and go on exactly where they were."""

from __future__ import annotations

import json
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from tests.cases import painted_frame, write_png
from tests.kits import served

pytestmark = pytest.mark.slow
PIN = "2468"
CASE = "/cases/1"
CELL = f"{CASE}/fields/1/cells/2"


class Visitor:
    """A browser as far as cookies go; it outlives the kit that it visits."""

    def __init__(self) -> None:
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.port = 0

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """The kit's answer as JSON, or its bytes; an error raises."""
        content = None if body is None else json.dumps(body).encode()
        head = {"Content-Type": "application/json"} if body is not None else {}
        address = f"http://127.0.0.1:{self.port}/api/v1{path}"
        request = urllib.request.Request(address, content, head, method=method)
        with self._opener.open(request, timeout=30) as answer:
            known = answer.read()
            return json.loads(known) if answer.headers["content-type"].startswith("application/json") else known


def test_a_person_goes_on_where_the_kit_was_killed(tmp_path: Path) -> None:
    (tmp_path / "smear").mkdir()
    write_png(tmp_path / "smear" / "live.png", painted_frame(1, 6, (640, 480)))
    source, data, visitor = f"folder://{tmp_path}/smear", tmp_path / "data", Visitor()
    with served(source, data) as (process, visitor.port):
        visitor.ask("POST", "/operators", {"name": "Amina", "pin": PIN})
        visitor.ask("POST", "/session", {"operator": 1, "pin": PIN})
        visitor.ask("PUT", "/first-run/language", {"state": "done"})
        visitor.ask("POST", "/cases", {"pseudonym": "A-17"})
        visitor.ask("POST", f"{CASE}/fields")
        visitor.ask("PATCH", CELL, {"class": "granulocyte"})
        visitor.ask("PATCH", CELL, {"excluded": True, "reason": "torn"})
        before = visitor.ask("GET", CASE)
        process.kill()
    with served(source, data) as (process, visitor.port):
        assert visitor.ask("GET", "/session")["operator"]["name"] == "Amina"
        assert visitor.ask("GET", "/first-run")["next"] == "operator"
        assert visitor.ask("GET", CASE) == before
        assert visitor.ask("POST", f"{CASE}/undo", {"step": before["undo"]["number"]})["cell"]["countable"] is True
        seal = visitor.ask("POST", f"{CASE}/finish")["seal"]
        signed = visitor.ask("POST", f"{CASE}/sign", {"operator": 1, "pin": PIN, "seal": seal})
        process.kill()
    with served(source, data) as (_, visitor.port):
        assert visitor.ask("GET", CASE) == signed
        (version,) = visitor.ask("GET", f"{CASE}/versions")
        assert (version["digest"], version["intact"]) == (signed["signature"]["digest"], True)
        assert visitor.ask("GET", f"{CASE}/report.pdf").startswith(b"%PDF")
        kinds = [(step["kind"], step["operator"]) for step in visitor.ask("GET", f"{CASE}/audit")]
        assert kinds == [(each, "Amina") for each in ("begin", "field", "class", "exclude", "undo", "finish", "sign")]
