"""Both ends of every dialect, from the same tables, against each other."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.boards import DIALECTS, Said
from firmware_bridge.boards.device import DeviceEnd, Sentences
from firmware_bridge.boards.dialect import Command, Dialect, Kind, Reply, Role
from firmware_bridge.boards.events import Again, Heard, Noise
from firmware_bridge.boards.grbl import GRBL, Status, read_status, write_status
from firmware_bridge.boards.host import ASKING, HEARING, MOST_REPEATS, HostEnd, Phase
from firmware_bridge.boards.marlin import MARLIN
from firmware_bridge.boards.numbering import Counted, Damaged, counted, numbered
from firmware_bridge.boards.sangaboard import SANGABOARD

PLACES: dict[str, st.SearchStrategy[int | float | str]] = {
    "int": st.integers(-99999, 99999),
    "count": st.integers(0, 99999),
    "float": st.integers(-(10**8), 10**8).map(lambda n: n / 1e4),
    "fixed": st.integers(-(10**6), 10**6).map(lambda n: n / 100),
    "flag": st.sampled_from(["true", "false"]),
    "word": st.text("abcXYZ019.", min_size=1, max_size=8),
    "text": st.text("abc XYZ019", min_size=1, max_size=20).map(lambda text: " ".join(text.split()) or "a"),
}


@st.composite
def sentences(draw: st.DrawFn) -> tuple[Dialect, Command, Said]:
    dialect = draw(st.sampled_from(list(DIALECTS.values())))
    command = draw(st.sampled_from(list(dialect.commands.values())))
    return (
        dialect,
        command,
        Said(command.name, {place: draw(PLACES[kind]) for place, kind in command.form.places.items()}),
    )


@st.composite
def answers(draw: st.DrawFn) -> tuple[Dialect, Reply, Said]:
    dialect = draw(st.sampled_from(list(DIALECTS.values())))
    reply = draw(st.sampled_from(list(dialect.replies.values())))
    return dialect, reply, Said(reply.name, {place: draw(PLACES[kind]) for place, kind in reply.form.places.items()})


@given(sentences())
def test_the_board_understands_whatever_we_may_ask(asked: tuple[Dialect, Command, Said]) -> None:
    dialect, _, said = asked
    (heard,) = DeviceEnd(dialect).receive(HostEnd(dialect).ask(said))
    assert isinstance(heard, Sentences)
    (sentence,) = heard.said
    assert sentence.name == said.name
    assert {place: sentence.values[place] for place in said.values} == said.values


@given(answers())
def test_we_understand_whatever_the_board_may_answer(answer: tuple[Dialect, Reply, Said]) -> None:
    dialect, reply, said = answer
    asker = next((each for each in dialect.commands.values() if reply.name in (*each.ends, *each.answers)), None)
    data = DeviceEnd(dialect).reply(said.name, **said.values)
    found = dialect.reply_to(data.decode().strip(), asker)
    assert found is not None
    if reply.name in asker.ends if asker else not reply.loose:
        assert found[0].form.write(found[1]) == data.decode().strip()


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.name)
def test_tables_name_only_what_exists(dialect: Dialect) -> None:
    for name, command in dialect.commands.items():
        assert name == command.name
        assert {*command.ends, *command.answers} <= dialect.replies.keys()
        assert command.help
    assert set(dialect.realtime.values()) <= dialect.commands.keys()


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.name)
def test_no_command_is_longer_than_the_board_takes(dialect: Dialect) -> None:
    longest: dict[str, int | float | str] = {
        "int": -(10**9),
        "count": 999_999,
        "float": -99999.12345,
        "fixed": -99999.12,
        "flag": "false",
        "word": "w",
        "text": "t",
    }
    for command in dialect.commands.values():
        values = {place: longest[kind] for place, kind in command.form.places.items()}
        line = command.form.write(values)
        written = numbered(999_999, line) if dialect.numbered else line
        assert len(written) <= dialect.line_limit


def test_one_question_at_a_time() -> None:
    host = HostEnd(SANGABOARD)
    host.ask(Said("position"))
    with pytest.raises(ValueError, match="may not be asked while asked"):
        host.ask(Said("position"))
    host.receive(b"1 2 3\r\n")
    host.ask(Said("position"))


def test_answers_come_with_their_role() -> None:
    host = HostEnd(GRBL)
    host.ask(Said("$$"))
    events = host.receive(b"$0=10\r\n<Idle|MPos:0,0,0>\r\nok\r\nok\r\n")
    assert [(event.said.name, event.role) for event in events if isinstance(event, Heard)] == [
        ("setting", Role.ANSWER),
        ("status", Role.UNASKED),
        ("ok", Role.END),
        ("ok", Role.STRAY),
    ]


def test_in_an_alarm_only_rescue_is_asked() -> None:
    host = HostEnd(GRBL)
    host.receive(b"ALARM:1\r\n")
    assert host.halted
    with pytest.raises(ValueError, match="halted"):
        host.ask(Said("G90"))
    host.ask(Said("$X"))
    host.receive(b"[MSG:Caution: Unlocked]\r\nok\r\n")
    assert not host.halted


def test_a_version_is_a_restart_unless_it_was_asked_for() -> None:
    host = HostEnd(SANGABOARD)
    (event,) = host.receive(b"Sangaboard Firmware v1.0.4\r\n")
    assert isinstance(event, Heard)
    assert event.role is Role.RESTART
    host.ask(Said("version"))
    (event,) = host.receive(b"Sangaboard Firmware v1.0.4\r\n")
    assert isinstance(event, Heard)
    assert event.role is Role.END


@pytest.mark.parametrize("data", [b"gibberish\r\n", b"o\xffk\r\n", b"x" * 2000 + b"\r\n"])
def test_what_fits_nothing_is_noise(data: bytes) -> None:
    (event,) = HostEnd(GRBL).receive(data)
    assert isinstance(event, Noise)
    assert event.text.isascii()
    assert event.text.isprintable()
    assert len(event.text) <= 40


def test_a_damaged_line_is_sent_again_under_the_number_that_is_wanted() -> None:
    host, device = HostEnd(MARLIN), DeviceEnd(MARLIN)
    first = host.ask(Said("G91"))
    assert host.receive(b"ok\n")
    host.ask(Said("M114"))
    (again,) = (
        event
        for event in host.receive(b"Error:checksum mismatch, Last Line: 0\nResend: 1\nok\n")
        if isinstance(event, Again)
    )
    assert first.startswith(b"N1 ")
    assert again.data == numbered(1, "M114").encode() + b"\n"
    assert isinstance(device.receive(again.data)[0], Sentences)


def test_no_line_is_sent_again_for_ever() -> None:
    host = HostEnd(MARLIN)
    host.ask(Said("M114"))
    plea = b"Resend: 1\nok\n"
    again = [event for _ in range(99) for event in host.receive(plea) if isinstance(event, Again)]
    assert len(again) == MOST_REPEATS


@given(st.integers(0, 10**6), st.text("GMXY0123456789 .-", min_size=1, max_size=40), st.data())
def test_one_damaged_byte_never_passes(number: int, line: str, data: st.DataObject) -> None:
    sound = numbered(number, line.strip() or "M114")
    at = data.draw(st.integers(0, len(sound) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126).filter(lambda sign: sign != sound[at]))
    damaged = sound[:at] + other + sound[at + 1 :]
    found = counted(damaged, number - 1)
    assert counted(sound, number - 1) == Counted(line.strip() or "M114", number)
    if isinstance(found, Counted) and found.number is not None:
        raise AssertionError(f"{damaged!r} passed as {found}")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("G1 X1", Counted("G1 X1", None)),
        (numbered(5, "M114"), Counted("M114", 5)),
        (numbered(7, "M114"), Damaged("number", 5)),
        (numbered(0, "M110 N0"), Counted("M110 N0", 0)),
        ("N5 M114", Damaged("no_checksum", 5)),
        ("N5 M114*1", Damaged("checksum", 5)),
    ],
)
def test_lines_are_counted(text: str, found: Counted | Damaged) -> None:
    assert counted(text, 4) == found


def test_the_checksum_is_the_xor_that_marlin_documents() -> None:
    assert numbered(3, "T0") == "N3 T0*57"
    assert reduce(lambda a, b: a ^ b, b"N3 T0") == 57


def test_realtime_bytes_overtake_the_line_they_stand_in() -> None:
    heard = DeviceEnd(GRBL).receive(b"G9?0\n!")
    names = [sentence.said[0].name for sentence in heard if isinstance(sentence, Sentences)]
    assert names == ["?", "G90", "!"]


@given(st.sampled_from(["Idle", "Jog", "Alarm"]), st.integers(0, 9999), st.integers(0, 1000), st.booleans())
def test_a_status_report_survives(state: str, feed: int, spindle: int, placed: bool) -> None:
    status = Status(state, "MPos", (1.5, -2.25, 0.001) if placed else None, float(feed), float(spindle))
    assert read_status(write_status(status)) == status


@pytest.mark.parametrize(
    ("report", "status"),
    [
        ("Hold:0|WPos:1,2,3|FS:0,0", Status("Hold", "WPos", (1, 2, 3))),
        ("Run|FS:5,0", Status("Run", feed=5.0)),
        ("Run|MPos:1,2,3|F:500", Status("Run", "MPos", (1, 2, 3), 500.0)),
        ("Run|MPos:1,2,3|Bf:15,128|FS:500,8000|Ov:100,100,100", Status("Run", "MPos", (1, 2, 3), 500.0, 8000.0)),
        ("Idle", Status("Idle")),
        ("Run|MPos:1,2,3|FS:5", None),
        ("Run|MPos:1,2,3|FS:x,0", None),
        ("Idle|MPos:1,2", None),
        ("Idle|MPos:1,x,3", None),
        ("Idle|MPos:1,nan,3", None),
    ],
)
def test_status_reports_as_boards_write_them(report: str, status: Status | None) -> None:
    assert read_status(report) == status


def test_every_state_hears_every_alarm_and_restart() -> None:
    for phase in Phase:
        assert HEARING[phase, Role.ALARM] is Phase.HALTED
        assert HEARING[phase, Role.RESTART] is Phase.READY
        assert (phase, Kind.REALTIME) in ASKING


@given(st.lists(st.binary(max_size=40), max_size=20), st.sampled_from(list(DIALECTS.values())))
def test_no_bytes_break_either_end(pieces: list[bytes], dialect: Dialect) -> None:
    host, device = HostEnd(dialect), DeviceEnd(dialect)
    for piece in pieces:
        assert all(isinstance(event, Heard | Noise | Again) for event in host.receive(piece))
        assert isinstance(device.receive(piece), list)
    assert host.phase in Phase
