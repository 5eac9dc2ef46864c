"""A case of fifty fields, scanned over the simulated slide through everything that can happen to board and camera.

The board speaks through a real pseudo-terminal, the camera is supervised, the page is served, the record is a real one.
Nothing crashes, no field is lost or counted twice, and every fault is shown with its remedy.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PIL import Image

from edge.intake.live import Live
from edge.web import create_app
from firmware_bridge.errors import Fault
from firmware_bridge.eyes import LiveEye
from firmware_bridge.newest import Newest
from firmware_bridge.picture import Pixels
from firmware_bridge.scope import FocusPlan, Region, Scan, ScanOptions, ScanState, Scope, plan_scan
from firmware_bridge.scope.scan.plan import Stop
from firmware_bridge.sim.boards import SimPort, make_board
from firmware_bridge.sim.boards.faults import KINDS as BOARD_KINDS
from firmware_bridge.sim.boards.faults import Faulty
from firmware_bridge.sim.body import Body
from firmware_bridge.sim.schedule import parse_schedule
from firmware_bridge.sim.troubles import KINDS as CAMERA_KINDS
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.supervision import Supervised, supervise
from tests.boards import bring_back, settings
from tests.browser.kit import serving
from tests.cases import painted_parts
from tests.kits import answer, asked, post_picture

pytestmark = pytest.mark.slow
T = TypeVar("T")

BOARD_FAULTS = (
    "wrong-firmware@1:3,nak@8,half-line@50:4,noise@110:4,silence@230:3,reboot@290,unplug@350:1s,limit@410:3,stall@470:9"
)
"""Command 8 is the first move, which is not asked twice; what is, is damaged as often as it is asked."""
BOARD_CODES = {
    *("board.firmware", "board.refused", "board.nonsense", "board.silent", "board.restarted", "board.lost"),
    *("board.alarm", "scope.move"),
}
"""What that is called at least."""

CAMERA_FAULTS = "unplug@180:1s,torn@400:8,replug-as@500:1s,frozen@700,silence@900,dark@1000:400,flicker@1450:400"
CAMERA_CODES = {
    *("source.lost", "source.unavailable", "picture.unreadable", "source.frozen", "source.silent", "source.light"),
    "light.dark",
}
"""What the page has shown in the end: of the source, and of the newest picture."""

CAMERA = "sim:?width=128&height=96&um_per_px=0.3&fps=60&lock=1&seed=2"
FIELD_UM = (38.4, 28.8)
STOPS = plan_scan(Region(0.0, 0.0, 384.0, 144.0), FIELD_UM, overlap=0.0)
OPTIONS = ScanOptions(FocusPlan(travel_um=6.0, coarse_um=3.0, fine_um=1.0, fine_images=5), skip_empty=False)
PATIENCE_S = 90.0


@dataclass
class Diary:
    """What was shown: code to remedy, of the page and of the scan."""

    page: dict[str, str] = field(default_factory=dict)
    scan: dict[str, str] = field(default_factory=dict)
    phases: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def fault(self, fault: Fault) -> None:
        self.scan[fault.code] = fault.remedy

    def watch(self, state: ScanState) -> None:
        if state.phase == "failed":
            self.problems.append(state.problem)


class CaseKeeper:
    """Keeps a field as a program would: posts it to the open case, and asks the case whether it has it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.new: list[int] = []

    def has(self, stop: Stop) -> bool:
        fields = answer(self._port, "/api/v1/cases/1")["fields"]
        return any(each["name"] == _name(stop) for each in fields)

    def keep(self, stop: Stop, pixels: Pixels) -> None:
        content = BytesIO()
        Image.fromarray(pixels).save(content, "PNG")
        if post_picture(self._port, 1, _name(stop), content.getvalue())["is_new"]:
            self.new.append(stop.index)


def _name(stop: Stop) -> str:
    return f"field-{stop.index:05}.png"


class Clinic:
    """A microscope with its page, and a person who does what a remedy says."""

    def __init__(self, folder: Path, parts: ExitStack) -> None:
        self.diary, self.progress = Diary(), folder / "progress.json"
        body = Body()
        self.board = Faulty(make_board("grbl", body), BOARD_FAULTS)
        self._gear = self.board.mechanics.gear
        self.ports: list[str] = []
        self.link = folder / "by-id"
        parts.enter_context(SimPort(self.board, self.link, lambda path: self.ports.append(str(self.link.readlink()))))
        self.ports.append(str(self.link.readlink()))
        self.camera: Supervised = supervise(f"{CAMERA}&faults={CAMERA_FAULTS}", lambda uri: SimSource(uri, body))
        self.live = parts.enter_context(Newest(self.camera))
        self.scope = self._opened()
        parts.callback(self.scope.close)

    def scan(self, keeper: CaseKeeper) -> ScanState:
        """Scan, and put right whatever stops it, until it is done."""
        for _ in range(60):
            ended = self._tried(lambda: self._job(keeper).run(self.diary.watch))
            if ended is not None:
                return ended
            self._put_right()
        raise TimeoutError(self.diary.problems)

    def _job(self, keeper: CaseKeeper) -> Scan:
        return Scan(self.scope, LiveEye(self.live), STOPS, keeper, self.progress, OPTIONS)

    def _opened(self) -> Scope:
        """Open the stage; as long as another firmware answers, the right one is put on the board."""
        made = settings("grbl", reach_um=800.0, speed_um_s=1000.0, port=str(self.link))
        for _ in range(20):
            scope = self._tried(lambda: Scope(made))
            if scope is not None:
                return scope
        raise TimeoutError(self.diary.scan)

    def _put_right(self) -> None:
        """Free the stage, plug it in, clear the fault, and say where it is."""
        self.board.mechanics.gear = self._gear
        end_s = time.monotonic() + PATIENCE_S
        while self.scope.fault is not None and time.monotonic() < end_s:
            self._tried(lambda: bring_back(self.scope, self.board.mechanics.body))
            time.sleep(0.05)

    def _tried(self, action: Callable[[], T]) -> T | None:
        """What it gives; None where it ended in a fault, which is noted."""
        try:
            return action()
        except Fault as fault:
            self.diary.fault(fault)
            return None


@contextmanager
def noted(port: int, diary: Diary) -> Iterator[None]:
    """Read what the page tells of its camera, all the time."""
    over = threading.Event()

    def read() -> None:
        with asked(port, "/api/v1/events") as events:
            for line in events:
                if over.is_set():
                    return
                if line.startswith(b"data: "):
                    _note(json.loads(line[6:]), diary)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _note(news: dict[str, Any], diary: Diary) -> None:
    diary.phases |= {news["phase"]} if "phase" in news else set()
    shown = [*filter(None, [news.get("fault")]), *news.get("warnings", ()), *news.get("reasons", ())]
    diary.page.update({each["code"]: each["remedy"] for each in shown})


def until_the_camera_is_through(clinic: Clinic) -> None:
    """The scan may be done before the camera's plan is."""
    end_s = time.monotonic() + PATIENCE_S
    while clinic.diary.page.keys() < CAMERA_CODES or clinic.live.state.phase != "running":
        if time.monotonic() > end_s:
            raise TimeoutError(CAMERA_CODES - clinic.diary.page.keys())
        time.sleep(0.1)


def test_the_plans_hold_every_fault_of_boards_and_cameras() -> None:
    assert {each.kind for each in parse_schedule(BOARD_FAULTS, BOARD_KINDS)} == BOARD_KINDS.keys()
    assert {each.kind for each in parse_schedule(CAMERA_FAULTS, CAMERA_KINDS)} == CAMERA_KINDS.keys()
    assert len(STOPS) == 50


def test_a_case_of_fifty_fields_survives_every_fault_of_board_and_camera(tmp_path: Path) -> None:
    with ExitStack() as opened:
        clinic = Clinic(tmp_path, opened)
        parts = painted_parts(tmp_path / "data", Live(clinic.live))
        opened.callback(parts.record.close)
        port = int(opened.enter_context(serving(create_app(parts), parts)).rpartition(":")[2])
        answer(port, "/api/v1/cases", {"pseudonym": "A-17"})
        keeper = CaseKeeper(port)
        with noted(port, clinic.diary):
            ended = clinic.scan(keeper)
            until_the_camera_is_through(clinic)
        case = answer(port, "/api/v1/cases/1")
        counts = clinic.camera.link.counts
    _nothing_lost_nothing_twice(ended, case, keeper)
    diary = clinic.diary
    assert clinic.board.schedule.to_come == ()
    assert diary.scan.keys() >= BOARD_CODES
    assert diary.page.keys() >= CAMERA_CODES
    assert all(remedy.endswith(".") for remedy in (*diary.scan.values(), *diary.page.values()))
    assert all(problem.endswith(".") for problem in diary.problems)
    assert {"live", "reconnecting", "frozen"} <= diary.phases
    assert counts.losses >= 4
    assert counts.freezes >= 1
    assert len(clinic.ports) == len(set(clinic.ports)) == 2


def _nothing_lost_nothing_twice(ended: ScanState, case: dict[str, Any], keeper: CaseKeeper) -> None:
    assert (ended.phase, ended.kept, ended.left) == ("done", 50, 0)
    assert sorted(keeper.new) == list(range(50))
    assert sorted(each["name"] for each in case["fields"]) == [_name(stop) for stop in STOPS]
    assert [each["number"] for each in case["fields"]] == list(range(1, 51))
    assert len({each["digest"] for each in case["fields"]}) == 50
