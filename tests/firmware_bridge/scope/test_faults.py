"""Every fault on every board ends in one clear fault, with the stage at rest, and can be cleared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as tuned
from hypothesis import strategies as st

from firmware_bridge.errors import (
    BoardAlarm,
    BoardLost,
    BoardNonsense,
    BoardRefused,
    BoardRestarted,
    BoardSilent,
    MotionLocked,
    MoveFailed,
    ScopeFault,
    WrongFirmware,
)
from firmware_bridge.scope import Scope
from firmware_bridge.sim.boards.faults import KINDS, Faulty
from firmware_bridge.sim.boards.mechanics import Gear
from firmware_bridge.sim.schedule import Schedule
from firmware_bridge.transport import LoopTransport
from tests.boards import FAMILIES, Stand, settings, stand, wire

WAYS: dict[str, tuple[type[ScopeFault], ...]] = {
    "half-line": (BoardSilent, BoardNonsense, MoveFailed),
    "noise": (BoardSilent, BoardNonsense, MoveFailed),
    "nak": (BoardRefused, BoardSilent, MoveFailed),
    "silence": (BoardSilent, MoveFailed),
    "reboot": (BoardRestarted, BoardAlarm),
    "stall": (MoveFailed, BoardSilent),
    "limit": (MoveFailed, BoardAlarm),
    "unplug": (BoardLost,),
}
"""What each fault may be called, by when it comes."""

GREETED = {
    "sangaboard": 4,
    "sangaboard-0.5": 3,
    "sangaboard-0.4": 3,
    "marlin": 5,
    "marlin-plain": 5,
    "marlin-mega": 8,
    "grbl": 4,
    "grbl-uno": 5,
}
"""How many commands a scope asks when it opens."""


def moved_about(stood: Stand, times: int = 12) -> ScopeFault | None:
    """The first fault of a walk."""
    try:
        for turn in range(times):
            stood.scope.move_by(3.0, 3.0, -3.0 if turn % 2 else 2.0)
    except ScopeFault as fault:
        return fault
    return None


def healed(stood: Stand) -> None:
    """The cause is gone: the board is back at the wire; what hears nothing while it hangs was switched off and on."""
    assert isinstance(stood.board, Faulty)
    stood.board.schedule = Schedule(())
    if stood.mechanics.moving and stood.scope.settings.port.endswith(("0.5", "0.4", "plain")):
        stood.board.reset()
    stood.board.replugged()


@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize("name", FAMILIES)
@tuned(max_examples=15)
@given(after=st.integers(1, 12))
def test_a_lasting_fault_ends_in_one_clear_fault(name: str, kind: str, after: int) -> None:
    stood = stand(name, f"{kind}@{GREETED[name] + after}{'' if kind == 'unplug' else ':999'}")
    fault = moved_about(stood)
    if kind == "nak" and name == "marlin":
        assert fault is None or isinstance(fault, WAYS[kind])
    else:
        assert isinstance(fault, WAYS[kind])
    if fault is not None:
        _is_clear(fault)
        _nothing_cascades(stood, fault)


def _is_clear(fault: ScopeFault) -> None:
    assert fault.what.endswith(".")
    assert fault.remedy.endswith(".")
    assert fault.code.startswith(("board.", "scope."))


def _nothing_cascades(stood: Stand, fault: ScopeFault) -> None:
    """It is locked under the first fault's name, it stands still, and asking again asks nothing of the board."""
    assert stood.scope.fault is fault
    stood.clock.sleep(30)
    stood.board.tick()
    before = stood.body.pose
    for _ in range(3):
        with pytest.raises(MotionLocked) as locked:
            stood.scope.move_by(1.0)
        assert fault.what in locked.value.what
        assert locked.value.remedy == fault.remedy
    stood.clock.sleep(30)
    stood.board.tick()
    assert stood.body.pose == before
    assert stood.scope.fault is fault


@pytest.mark.parametrize("kind", [kind for kind in WAYS if kind != "limit"])
@pytest.mark.parametrize("name", FAMILIES)
@tuned(max_examples=10)
@given(after=st.integers(1, 12))
def test_when_the_cause_is_gone_it_can_be_cleared_and_knows_its_place(name: str, kind: str, after: int) -> None:
    stood = stand(name, f"{kind}@{GREETED[name] + after}{'' if kind == 'unplug' else ':999'}")
    fault = moved_about(stood)
    if fault is None:
        return
    healed(stood)
    stood.clock.sleep(60)
    stood.board.tick()
    stood.scope.clear()
    if stood.scope.fault is not None:
        assert "not known" in stood.scope.fault.what
        with pytest.raises(MotionLocked, match="not known"):
            stood.scope.move_by(1.0)
        stood.scope.place()
    here = stood.body.pose
    stood.scope.move_by(10.0)
    assert stood.body.pose.x_um - here.x_um == pytest.approx(10.0, abs=1.2)


@pytest.mark.parametrize("kind", ["half-line", "noise", "silence", "nak"])
@pytest.mark.parametrize("name", FAMILIES)
@tuned(max_examples=15)
@given(after=st.integers(1, 20))
def test_one_lost_line_never_makes_a_move_happen_twice(name: str, kind: str, after: int) -> None:
    """Either all arrive, or there is a fault; never is the stage elsewhere than the scope says."""
    stood = stand(name, f"{kind}@{GREETED[name] + after}")
    fault = moved_about(stood)
    if fault is None:
        assert (stood.body.pose.x_um, stood.body.pose.y_um) == pytest.approx((36.0, 36.0), abs=0.2)
        assert stood.scope.position.x_um == pytest.approx(stood.body.pose.x_um, abs=0.1)
    else:
        assert stood.body.pose.x_um <= 36.2


@pytest.mark.parametrize("name", ["sangaboard", "marlin", "grbl"])
def test_a_restart_loses_the_place_until_somebody_says_it(name: str) -> None:
    stood = stand(name, f"reboot@{GREETED[name] + 5}")
    fault = moved_about(stood)
    assert isinstance(fault, BoardRestarted)
    assert fault.position_lost
    stood.scope.clear()
    with pytest.raises(MotionLocked, match="not known"):
        stood.scope.move_to(0.0)
    stood.scope.place(x_um=42.0)
    assert stood.scope.position.x_um == 42.0
    stood.scope.move_to(40.0)


@pytest.mark.parametrize("name", ["sangaboard", "marlin", "grbl"])
def test_a_restart_at_rest_is_told_before_the_next_move(name: str) -> None:
    stood = stand(name)
    stood.scope.move_to(10.0)
    stood.scope._motion.link.transport._said += stood.board.reset()  # type: ignore[attr-defined]
    with pytest.raises(BoardRestarted):
        stood.scope.move_to(20.0)
    stood.clock.sleep(10)
    stood.board.tick()
    assert stood.body.pose.x_um < 20.5


def test_a_limit_switch_needs_homing() -> None:
    stood = stand("grbl", "limit@6")
    fault = moved_about(stood)
    assert isinstance(fault, BoardAlarm)
    assert "limit switch" in fault.what
    stood.scope.clear()
    with pytest.raises(MotionLocked):
        stood.scope.move_by(1.0)


def at_the_switch() -> Stand:
    """A stage that ran into the switch at +100 µm; GRBL is deaf to all but a reset then."""
    stood = stand("grbl", gear=Gear(high_um=(100.0, 1e4, 1e4)))
    with pytest.raises(BoardAlarm, match="limit switch"):
        stood.scope.move_to(300.0)
    assert stood.board.feed(b"?$X\n") == b""
    return stood


def test_a_board_that_a_limit_switch_made_deaf_is_cleared_at_once_and_homed() -> None:
    stood = at_the_switch()
    stood.scope.clear()
    with pytest.raises(MotionLocked, match="not known"):
        stood.scope.move_by(1.0)
    stood.scope.home()
    assert stood.scope.fault is None
    stood.scope.move_to(50.0)
    assert stood.body.pose.x_um == pytest.approx(stood.mechanics.gear.home_um[0] + 50.0, abs=0.1)


def test_a_board_that_is_deaf_when_it_is_opened_is_met_with_its_alarm() -> None:
    stood = at_the_switch()
    again = Scope(settings("grbl"), lambda: LoopTransport(stood.board, stood.clock, stood.clock.sleep), stood.clock)
    assert isinstance(again.fault, BoardAlarm)
    again.clear()
    again.place(100.0)
    again.move_to(90.0)


def test_a_fault_that_stays_stays_told() -> None:
    stood = stand("grbl", "silence@5:99999")
    assert isinstance(moved_about(stood), BoardSilent)
    with pytest.raises(BoardSilent):
        stood.scope.clear()
    assert isinstance(stood.scope.fault, BoardSilent)


@pytest.mark.parametrize("name", FAMILIES)
def test_wrong_firmware_is_told_at_once(name: str) -> None:
    transport, _, clock = wire(name, "wrong-firmware@0")
    with pytest.raises(WrongFirmware, match="Klipper"):
        Scope(settings(name), lambda: transport, clock)


@pytest.mark.parametrize("name", FAMILIES)
def test_silence_from_the_beginning_is_told(name: str) -> None:
    transport, _, clock = wire(name, "silence@1:99999")
    with pytest.raises(BoardSilent):
        Scope(settings(name), lambda: transport, clock)


def test_every_kind_of_fault_is_tried() -> None:
    assert {*WAYS, "wrong-firmware"} == KINDS.keys()
