"""What the simulated boards say, as the real ones do: whole conversations as data."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.boards.numbering import numbered
from firmware_bridge.errors import BadScopeSettings
from firmware_bridge.sim.boards.faults import KINDS, Faulty
from firmware_bridge.sim.boards.make import BOARDS, make_board
from firmware_bridge.sim.boards.mechanics import Gear, Mechanics
from firmware_bridge.sim.body import Body
from firmware_bridge.sim.schedule import Planned, Span
from firmware_bridge.transport import FakeClock
from tests.boards import wire

# (board, [(bytes, seconds that pass, what it has said by then)])
TALKS: dict[str, tuple[str, list[tuple[bytes, float, bytes]]]] = {
    "a blocking move answers at its end": (
        "sangaboard",
        [
            (b"mrx 100\n", 0.05, b""),
            (b"p?\r\n", 0.0, b"50 0 0\r\n"),
            (b"", 0.1, b"done.\r\n"),
            (b"p?\n", 0, b"100 0 0\r\n"),
        ],
    ),
    "a second blocking move waits for the first": (
        "sangaboard",
        [(b"mrx 10\nmrx 10\n", 0.011, b"done.\r\n"), (b"", 0.02, b"done.\r\n"), (b"p?\n", 0, b"20 0 0\r\n")],
    ),
    "a move that does not block answers at once": (
        "sangaboard",
        [
            (b"blocking_moves false\n", 0, b"done.\r\n"),
            (b"mr 10 -20 5\n", 0, b"done.\r\n"),
            (b"moving?\n", 0, b"true\r\n"),
            (b"notify_on_stop\n", 0.1, b"stopped\r\n"),
            (b"moving?\np?\n", 0, b"false\r\n10 -20 5\r\n"),
            (b"notify_on_stop\n", 0, b"Error: stage is not moving\r\n"),
        ],
    ),
    "stop keeps the count": (
        "sangaboard",
        [(b"mrz 1000\n", 0.25, b""), (b"stop\np?\n", 0, b"Move aborted\r\n0 0 250\r\n"), (b"", 2, b"")],
    ),
    "old firmware hears nothing while it moves": (
        "sangaboard-0.5",
        [
            (b"mrx 100\np?\n", 0.05, b""),
            (b"", 0.1, b"done.\r\n100 0 0\r\n"),
            (b"stop\n", 0, b"Type 'help' for a list of commands.\r\n"),
        ],
    ),
    "its settings": (
        "sangaboard",
        [
            (b"dt?\nramp_time?\n", 0, b"minimum step delay 1000\r\nramp time 0\r\n"),
            (b"dt 500\nmin_step_delay?\n", 0, b"done.\r\nminimum step delay 500\r\n"),
            (b"ramp_time 7\nramp_time?\n", 0, b"done.\r\nramp time 7\r\n"),
            (b"version\nboard\n", 0, b"Sangaboard Firmware v1.0.4\r\nSangaboard v0.5.5\r\n"),
            (b"zero\nrelease\n", 0, b"position reset to 0 0 0\r\nmotors released\r\n"),
            (b"led_cc 0.25\nled_cc?\n", 0, b"CC LED:0.25\r\nCC LED:0.25\r\n"),
            (b"light_sensor_gain 3\n", 0, b"Error: gain may only be 1, 25, 428, 9876\r\n"),
            (b"light_sensor_gain 1\nlight_sensor_intensity?\n", 0, b"light sensor gain 1x (Low)\r\n400\r\n"),
            (b"list_modules\n", 0, b"Light Sensor: TSL2591\r\nIllumination: CC\r\n--END--\r\n"),
        ],
    ),
    "what it does not understand": (
        "sangaboard",
        [
            (b"xyzzy\n", 0, b"Type 'help' for a list of commands.\r\n"),
            (b"mr 1 2\n", 0, b"Error: command is mr <int> <int> <int>\r\n"),
            (b"mrx\n", 0, b"Bad command.\r\n"),
            (b"y" * 300 + b"\np?\n", 0, b"Type 'help' for a list of commands.\r\n0 0 0\r\n"),
        ],
    ),
    "marlin moves behind its ok": (
        "marlin",
        [
            (b"G91\nG1 X1 F60\n", 0.5, b"ok\nok\n"),
            (b"M114\n", 0, b"X:1.00 Y:0.00 Z:0.00 E:0.00 Count X:1600 Y:0 Z:0\nok\n"),
            (b"M400\n", 0.6, b"ok\n"),
            (b"G90\nG1 X0 F600\nM400\n", 0.2, b"ok\nok\nok\n"),
        ],
    ),
    "marlin says when it is busy": (
        "marlin",
        [
            (b"G1 X10 F60\nM400\n", 2.1, b"ok\necho:busy: processing\n"),
            (b"", 8, b"echo:busy: processing\n" * 3 + b"ok\n"),
        ],
    ),
    "marlin stops in mid-move": (
        "marlin",
        [
            (b"G1 X10 F60\nM400\n", 1.0, b"ok\n"),
            (b"M410\n", 0, b"ok\nok\n"),
            (b"M114\n", 0, b"X:1.00 Y:0.00 Z:0.00 E:0.00 Count X:3200 Y:0 Z:0\nok\n"),
        ],
    ),
    "marlin reads M410 in its turn where it was built without the emergency parser": (
        "marlin-plain",
        [
            (b"G1 X10 F600\nM400\n", 0.5, b"ok\n"),
            (b"M410\n", 0.4, b""),
            (b"", 0.2, b"ok\nok\n"),
            (b"M114\n", 0, b"X:10.00 Y:0.00 Z:0.00 E:0.00 Count X:32000 Y:0 Z:0\nok\n"),
        ],
    ),
    "marlin answers what waits behind a stop": (
        "marlin",
        [(b"G1 X10 F60\nM400\nM105\n", 1.0, b"ok\n"), (b"M410\n", 0, b"ok\nok\nok\n")],
    ),
    "marlin is dead after M112": (
        "marlin",
        [
            (b"M112\n", 0, b"Error:Printer halted. kill() called!\n"),
            (b"M114\n", 0, b""),
            (b"M999\n", 0, b"ok\nX:0.00 Y:0.00 Z:0.00 E:0.00 Count X:0 Y:0 Z:0\nok\n"),
        ],
    ),
    "marlin asks for damaged lines again": (
        "marlin",
        [
            (b"N1 G91*1\n", 0, b"Error:checksum mismatch, Last Line: 0\nResend: 1\nok\n"),
            (numbered(1, "G91").encode() + b"\n", 0, b"ok\n"),
            (
                numbered(3, "G91").encode() + b"\n",
                0,
                b"Error:Line Number is not Last Line Number+1, Last Line: 1\nResend: 2\nok\n",
            ),
            (numbered(9, "M110 N9").encode() + b"\n", 0, b"ok\n"),
        ],
    ),
    "marlin answers nonsense with ok": (
        "marlin",
        [
            (b"M999999\n", 0, b'echo:Unknown command: "M999999"\nok\n'),
            (b"hello\n", 0, b'echo:Unknown command: "hello"\nok\n'),
        ],
    ),
    "grbl jogs": (
        "grbl",
        [
            (b"$J=G91 X1 F60\n?", 0.25, b"ok\r\n<Jog|MPos:0.000,0.000,0.000|FS:60,0>\r\n"),
            (b"?", 0, b"<Jog|MPos:0.250,0.000,0.000|FS:60,0>\r\n"),
            (b"G90\n", 0, b"error:9\r\n"),
            (b"\x85?", 0, b"<Idle|MPos:0.250,0.000,0.000|FS:0,0>\r\n"),
        ],
    ),
    "grbl holds and goes on": (
        "grbl",
        [
            (b"G91G1X1F60\n", 0.5, b"ok\r\n"),
            (b"!?", 1, b"<Hold:0|MPos:0.500,0.000,0.000|FS:0,0>\r\n"),
            (b"~", 3, b""),
            (b"?", 0, b"<Idle|MPos:1.000,0.000,0.000|FS:0,0>\r\n"),
        ],
    ),
    "grbl answers empty lines, and CRLF is two line ends to it": (
        "grbl",
        [
            (b"\n", 0, b"ok\r\n"),
            (b"G21\r\n", 0, b"ok\r\nok\r\n"),
            (b"(a remark)\n ; another\n", 0, b"ok\r\nok\r\n"),
        ],
    ),
    "grbl reports the lamp's figure, and a reset puts it out": (
        "grbl",
        [
            (b"M3 S250\n?", 0, b"ok\r\n<Idle|MPos:0.000,0.000,0.000|FS:0,250>\r\n"),
            (b"$G\n", 0, b"[GC:G0 G54 G17 G21 G90 G94 M3 M9 T0 F0 S250]\r\nok\r\n"),
            (b"M3 S9999\n?", 0, b"ok\r\n<Idle|MPos:0.000,0.000,0.000|FS:0,1000>\r\n"),
            (b"\x18?", 0, b"\r\nGrbl 1.1h ['$' for help]\r\n<Idle|MPos:0.000,0.000,0.000|FS:0,0>\r\n"),
        ],
    ),
    "grbl knows modes": (
        "grbl",
        [
            (b"G20 G91\nG1 X1 F6000\n", 2, b"ok\r\nok\r\n"),
            (b"X1\n", 2, b"ok\r\n"),
            (b"?", 0, b"<Idle|MPos:50.800,0.000,0.000|FS:0,0>\r\n"),
            (b"$G\n", 0, b"[GC:G1 G54 G17 G20 G91 G94 M5 M9 T0 F6000 S0]\r\nok\r\n"),
        ],
    ),
    "grbl takes the modes that it names": (
        "grbl",
        [
            (b"G54 G17 G21 G90 G94\n", 0, b"ok\r\n"),
            (b"G18\n", 0, b"error:20\r\n"),
            (b"$N\n", 0, b"$N0=\r\n$N1=\r\nok\r\n"),
        ],
    ),
    "grbl reads and does not move in check mode": (
        "grbl",
        [
            (b"$C\n", 0, b"[MSG:Enabled]\r\nok\r\n"),
            (b"G0 X9\n?", 1, b"ok\r\n<Check|MPos:0.000,0.000,0.000|FS:0,0>\r\n"),
            (b"$J=G91 X1 F60\n", 0, b"error:8\r\n"),
            (b"$C\n", 0, b"[MSG:Disabled]\r\nok\r\n\r\nGrbl 1.1h ['$' for help]\r\n"),
            (b"G0 X9\n$C\n", 0, b"ok\r\nerror:8\r\n"),
        ],
    ),
    "marlin takes letters without figures": (
        "marlin",
        [
            (b"G0 X5 Y5 Z5 F3000\nM400\n", 1, b"ok\nok\n"),
            (b"G28 X Y\n", 2, b""),
            (b"", 2, b"echo:busy: processing\nok\n"),
            (b"M114 D\n", 0, b"X:0.00 Y:0.00 Z:5.00 E:0.00 Count X:0 Y:0 Z:64000\nok\n"),
            (b"M18\nM84 X Y\n", 0, b"ok\nok\n"),
            (b"M503\n", 0, b"echo: M92 X3200 Y3200 Z12800\nok\n"),
        ],
    ),
    "grbl locks itself when it is reset in mid-move": (
        "grbl",
        [
            (b"G91G1X9F60\n", 0.5, b"ok\r\n"),
            (b"\x18", 0, b"ALARM:3\r\n\r\nGrbl 1.1h ['$' for help]\r\n[MSG:'$H'|'$X' to unlock]\r\n"),
            (b"G1X1\n", 0, b"error:9\r\n"),
            (b"$X\n", 0, b"[MSG:Caution: Unlocked]\r\nok\r\n"),
            (b"$H\n", 3.1, b"ok\r\n"),
        ],
    ),
    "grbl names it otherwise when it is reset while it homes": (
        "grbl",
        [
            (b"$J=G91X9F6000\n", 1, b"ok\r\n"),
            (b"$H\n", 1, b""),
            (b"\x18", 0, b"ALARM:6\r\n\r\nGrbl 1.1h ['$' for help]\r\n[MSG:'$H'|'$X' to unlock]\r\n"),
        ],
    ),
    "grbl keeps its soft limits": (
        "grbl",
        [
            (b"$20=1\n", 0, b"ok\r\n"),
            (b"$J=G91 X1 F60\n", 0, b"error:15\r\n"),
            (b"G0 X1\n", 0, b"ALARM:2\r\n[MSG:Reset to continue]\r\n"),
        ],
    ),
    "grbl hears nothing but a reset after a limit switch": (
        "grbl",
        [
            (b"G0 X9999\n", 400, b"ok\r\nALARM:1\r\n[MSG:Reset to continue]\r\n"),
            (b"?\n$X\n$H\n!~\x85", 9, b""),
            (b"\x18", 0, b"\r\nGrbl 1.1h ['$' for help]\r\n[MSG:'$H'|'$X' to unlock]\r\n"),
            (b"G0 X1\n$X\nG0 X1\n", 0, b"error:9\r\n[MSG:Caution: Unlocked]\r\nok\r\nok\r\n"),
        ],
    ),
    "grbl's errors": (
        "grbl",
        [
            (b"G1 X1\n", 0, b"error:22\r\n"),
            (b"G999\n", 0, b"error:20\r\n"),
            (b"$Q\n", 0, b"error:3\r\n"),
            (b"$Xylophone\n$Hello\n$GO\n", 0, b"error:3\r\n" * 3),
            (b"hello\n", 0, b"error:2\r\n"),
            (b"123\n", 0, b"error:1\r\n"),
            (b"$J=X1\n", 0, b"error:22\r\n"),
            (b"$J=F60\n", 0, b"error:16\r\n"),
            (b"$22=0\n$H\n", 0, b"ok\r\nerror:5\r\n"),
            (b"$999=1\n", 0, b"error:3\r\n"),
            (b"z" * 200 + b"\n", 0, b"error:11\r\n"),
        ],
    ),
}


@pytest.mark.parametrize("talk", TALKS.values(), ids=TALKS.keys())
def test_a_board_says_what_real_ones_say(talk: tuple[str, list[tuple[bytes, float, bytes]]]) -> None:
    name, turns = talk
    clock = FakeClock()
    board = make_board(name, clock=clock)
    for told, for_s, expected in turns:
        said = board.feed(told)
        for _ in range(max(1, math.ceil(for_s / 0.01))):
            clock.sleep(min(0.01, for_s))
            said += board.tick()
        assert said == expected, told


@pytest.mark.parametrize("name", BOARDS)
def test_help_and_settings_name_every_command_or_setting(name: str) -> None:
    clock = FakeClock()
    board = make_board(name, clock=clock)
    listed = board.feed({"grbl": b"$$\n", "marlin": b"M115\n"}.get(name.partition("-")[0], b"help\n"))
    assert listed.count(b"\n") >= {"grbl": 30, "marlin": 3, "marlin-plain": 3, "marlin-mega": 3, "sangaboard": 28}.get(
        name, 20
    )


def test_the_help_of_a_sangaboard_has_plain_letters() -> None:
    listed = make_board("sangaboard", clock=FakeClock()).feed(b"help\n")
    assert b"time to speed up, us" in listed
    assert b"brightness of the lamp, 0-1" in listed
    assert b"?s" not in listed


@given(
    st.sampled_from(BOARDS),
    st.lists(
        st.one_of(
            st.binary(max_size=30), st.sampled_from([b"mr 5 5 5\n", b"G1 X1 F100\n", b"$J=X1F9\n", b"!", b"~", b"\x18"])
        ),
        max_size=12,
    ),
)
def test_no_bytes_break_a_board(name: str, pieces: list[bytes]) -> None:
    clock = FakeClock()
    board = make_board(name, clock=clock)
    for piece in pieces:
        said = board.feed(piece)
        clock.sleep(0.5)
        said += board.tick()
        assert said.isascii()
        assert not said or said.endswith(b"\n")


MOVES = st.lists(st.tuples(*[st.floats(-50, 50)] * 3), min_size=1, max_size=8)


@given(MOVES, st.floats(0, 10))
def test_the_stage_hangs_below_its_motor_by_no_more_than_the_play(
    moves: list[tuple[float, ...]], play_um: float
) -> None:
    clock = FakeClock()
    mechanics = Mechanics(Body(clock=clock), Gear(um_per_unit=(1, 1, 1), play_um=(play_um,) * 3), clock)
    for x, y, z in moves:
        mechanics.go((x, y, z), 1.0)
        clock.sleep(1.1)
        pose = mechanics.body.pose
        for motor, stage in zip(mechanics.count, (pose.x_um, pose.y_um, pose.z_um), strict=True):
            assert motor - play_um - 1e-6 <= stage <= motor + 1e-6


def test_an_end_of_the_travel_stops_the_count() -> None:
    clock = FakeClock()
    mechanics = Mechanics(Body(clock=clock), Gear(um_per_unit=(1, 1, 1), high_um=(10, 10, 10)), clock)
    mechanics.go((25.0, 0.0, 0.0), 1.0)
    assert mechanics.blocked
    clock.sleep(2)
    assert mechanics.count == (10.0, 0.0, 0.0)


def test_the_lamp_follows_while_the_stage_moves() -> None:
    clock = FakeClock()
    mechanics = Mechanics(Body(clock=clock), Gear(um_per_unit=(1, 1, 1)), clock)
    mechanics.go((100.0, 0.0, 0.0), 10.0)
    clock.sleep(5)
    mechanics.light(0.25)
    assert mechanics.body.pose.x_um == pytest.approx(50.0)
    assert mechanics.body.pose.lamp == 0.25
    clock.sleep(5.01)
    assert mechanics.body.pose.x_um == pytest.approx(100.0)


def test_boards_and_cameras_have_one_grammar_and_a_fault_of_a_board_happens_once() -> None:
    board = Faulty(make_board("grbl"), "half-line@3, noise@5:2,unplug@9s,wrong-firmware@0")
    assert board.schedule.to_come == (
        Planned("half-line", Span(count=3), Span(count=1)),
        Planned("noise", Span(count=5), Span(count=2)),
        Planned("unplug", Span(seconds=9.0)),
        Planned("wrong-firmware", Span(count=0)),
    )
    assert Faulty(make_board("grbl"), "").schedule.to_come == ()


@pytest.mark.parametrize("text", ["sabotage@3", "noise@x", "noise@1:", "noise@1*2", "@3", "noise 3", "noise"])
def test_an_unknown_fault_is_refused_with_the_known_ones(text: str) -> None:
    with pytest.raises(BadScopeSettings) as told:
        Faulty(make_board("grbl"), text)
    assert all(kind in told.value.remedy for kind in KINDS)


def test_a_fault_may_come_and_go_by_the_clock() -> None:
    transport, _, clock = wire("grbl", "silence@2s:2.9s")
    heard = []
    for _ in range(7):
        transport.write(b"$I\n")
        heard.append(bool(transport.read(0.1)))
        clock.sleep(0.9)
    assert heard == [True, True, True, False, False, False, True]


def test_the_same_schedule_does_the_same() -> None:
    said = []
    for _ in range(2):
        transport, _, _ = wire("grbl", "noise@2:3,half-line@6")
        for _ in range(8):
            transport.write(b"$I\n")
        said.append(transport.read(0.1))
    assert said[0] == said[1]
