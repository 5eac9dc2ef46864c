"""A slide of fifty fields through every fault that a board can have: nothing lost, nothing twice, every fault told."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_bridge.errors import Fault
from firmware_bridge.scope import FocusPlan, Region, Scan, ScanOptions, ScanState, Scope, plan_scan
from firmware_bridge.sim.boards.faults import KINDS, Faulty
from firmware_bridge.sim.boards.make import make_board
from firmware_bridge.sim.schedule import parse_schedule
from firmware_bridge.transport import FakeClock, LoopTransport
from tests.boards import bring_back, settings
from tests.eyes import SlideEye
from tests.firmware_bridge.scope.test_scan import Counting

STOPS = plan_scan(Region(0.0, 0.0, 500.0, 230.0), (54.0, 50.0), overlap=0.0)
SCHEDULE = "half-line@60:4,noise@120:4,nak@190:4,silence@250:6,reboot@310,stall@370:9,limit@450:3,unplug@530"
OPTIONS = ScanOptions(FocusPlan(travel_um=8.0, coarse_um=4.0, fine_um=1.0, fine_images=5))


class Clinic:
    """A microscope, and a person who does what a remedy says."""

    def __init__(self, name: str, path: Path) -> None:
        self.clock = FakeClock()
        self.board = Faulty(make_board(name, clock=self.clock), SCHEDULE, self.clock)
        self.gear = self.board.mechanics.gear
        self.scope = Scope(settings(name, reach_um=800.0), self._way, self.clock)
        self.keeper, self.path = Counting(), path / "progress.json"
        self.faults: list[Fault] = []

    def scan(self) -> ScanState:
        look = SlideEye(self.board.mechanics.body)
        job = Scan(self.scope, look, STOPS, self.keeper, self.path, OPTIONS)
        job._clock = self.clock
        return job.run()

    def put_right(self) -> None:
        """Free the stage, plug the board in, clear, and say where it is."""
        self.board.mechanics.gear = self.gear
        self.board.replugged()
        self.clock.sleep(5)
        try:
            bring_back(self.scope, self.board.mechanics.body)
        except Fault as fault:
            self.faults.append(fault)

    def _way(self) -> LoopTransport:
        return LoopTransport(self.board, self.clock, self.clock.sleep)


@pytest.mark.parametrize("name", ["sangaboard", "marlin", "grbl"])
def test_fifty_fields_through_every_fault(name: str, tmp_path: Path) -> None:
    clinic, ended = Clinic(name, tmp_path), None
    for _ in range(60):
        try:
            ended = clinic.scan()
            break
        except Fault as fault:
            clinic.faults.append(fault)
            clinic.put_right()
    assert ended is not None
    assert (ended.phase, ended.kept, ended.left) == ("done", len(STOPS), 0)
    assert clinic.keeper.times == dict.fromkeys(range(len(STOPS)), 1)
    assert len(STOPS) == 50
    assert {fault.code for fault in clinic.faults} >= {"board.lost", "board.restarted"}
    assert len({fault.code for fault in clinic.faults}) >= 4
    assert all(fault.what.endswith(".") and fault.remedy.endswith(".") for fault in clinic.faults)


def test_the_schedule_has_every_fault() -> None:
    assert {fault.kind for fault in parse_schedule(SCHEDULE, KINDS)} == KINDS.keys() - {"wrong-firmware"}
