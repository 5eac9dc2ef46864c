"""`marrowkit serve` as a process: it starts, says what keeps it from starting, and stops cleanly while people watch."""

from __future__ import annotations

import http.client
import json
import resource
import signal
import socket
import time
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from edge.commands import serve as command
from edge.errors import BadSetting, BundleDamaged, StoreBusy
from edge.fault_words import OF_REQUESTS
from edge.record import Record
from firmware_bridge.errors import BadSourceUri
from tests.cases import PaintedStation, painted_frame, write_png
from tests.kits import answer, asked, served

STOPS_WITHIN_S = 6
FILES, NO_MORE = 1024, 1
"""Open files that a process may have; what it has open stays."""


@pytest.fixture
def smear(tmp_path: Path) -> str:
    folder = tmp_path / "smear"
    folder.mkdir()
    write_png(folder / "one.png", painted_frame(1, 3, (320, 240)))
    return f"folder://{folder}"


def test_it_serves_and_leaves_when_told_though_people_watch(tmp_path: Path, smear: str) -> None:
    with served(smear, tmp_path / "data") as (process, port):
        with asked(port, "/health") as health:
            assert (health.status, json.loads(health.read())["bundle"]["name"]) == (200, "painted")
        with asked(port, "/live.mjpg") as pictures, asked(port, "/api/v1/events") as events:
            assert pictures.read(1)
            assert events.read(1)
            process.send_signal(signal.SIGTERM)
            _, complaints = process.communicate(timeout=STOPS_WITHIN_S)
    assert (process.returncode, complaints) == (0, "")
    assert (tmp_path / "data" / "marrowkit.lock").read_text() == ""


def test_without_a_camera_the_page_is_up_and_health_says_why(tmp_path: Path) -> None:
    with served(f"folder://{tmp_path}/nowhere", tmp_path / "data") as (_, port):
        with asked(port, "/") as page:
            assert page.status == 200
        with asked(port, "/health") as health:
            assert health.status == 503
            assert json.loads(health.read())["source"]["fault"]["remedy"]


def test_it_records_while_it_serves_and_the_recording_can_be_served(tmp_path: Path) -> None:
    sim = "sim:?width=96&height=64&um_per_px=0.5&fps=30"
    with served(sim, tmp_path / "data", record=str(tmp_path / "film")) as (process, port):
        while answer(port, "/health")["recording"]["pictures"] < 3:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        process.wait(STOPS_WITHIN_S)
    with served(f"replay://{tmp_path}/film", tmp_path / "again") as (_, port):
        assert answer(port, "/health")["recording"] is None
        assert answer(port, "/health")["source"]["phase"] in ("waiting", "live", "ended")


def test_an_objective_without_a_flat_field_is_said_on_the_page(tmp_path: Path, smear: str) -> None:
    with served(smear, tmp_path / "data", objective="100x") as (_, port), asked(port, "/health") as health:
        assert health.status == 503
        fault = json.loads(health.read())["fault"]
    assert fault["code"] == "flatfield.damaged"
    assert "marrowkit-bridge flatfield" in fault["remedy"]


def test_out_of_files_it_says_so_and_goes_on_afterwards(tmp_path: Path, smear: str) -> None:
    cell = "/api/v1/cases/1/fields/1/cells/1/thumbnail.jpg"
    with served(smear, tmp_path / "data") as (process, port):
        answer(port, "/api/v1/cases", {"pseudonym": "A-17"})
        answer(port, "/api/v1/cases/1/fields", {})
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as visitor:
            said = []
            for limit in (FILES, NO_MORE, FILES):
                resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (limit, FILES))
                visitor.request("GET", cell)
                with visitor.getresponse() as response:
                    said.append((response.status, response.read()))
    assert [status for status, _ in said] == [200, 503, 200]
    problem = json.loads(said[1][1])
    assert (problem["code"], problem["remedy"]) == ("kit.files", OF_REQUESTS["kit.files"][1])


def test_a_second_instance_is_refused(tmp_path: Path, smear: str) -> None:
    first = Record(tmp_path / "data")
    with ExitStack() as parts, pytest.raises(StoreBusy):
        command.application(parts, smear, tmp_path / "data", None, lambda *_: PaintedStation())
    first.close()


def test_a_mistyped_source_is_refused(tmp_path: Path) -> None:
    with ExitStack() as parts, pytest.raises(BadSourceUri):
        command.application(parts, "camra:0", tmp_path / "data", None, lambda *_: PaintedStation())


def test_a_broken_bundle_becomes_a_page(tmp_path: Path, smear: str) -> None:
    def broken(_name: str | None, _folder: Path) -> PaintedStation:
        raise BundleDamaged("A file differs from the signed list.", "Copy it again.")

    with ExitStack() as parts:
        app, made = command.application(parts, smear, tmp_path / "data", None, broken)
    assert made is None
    assert app.title == "Marrowkit"


def test_a_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(BadSetting, match="Cannot listen"):
        command.listen("127.0.0.1", taken.getsockname()[1])
