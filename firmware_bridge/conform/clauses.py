"""The clauses of the contract, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from firmware_bridge.conform.bench import LONG_S, Bench, Broken, NotHere, shown
from firmware_bridge.errors import BoardFault, BoardRefused
from firmware_bridge.scope.drives.drive import Triple

TOLD_AFTER_S, STOP_WITHIN_S = 0.1, 0.5
BETWEEN_PIECES_S = 1.2
"""Longer than the second after which `Serial.readStringUntil` of an Arduino takes half a line for a whole one."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that a board must do.

    name   short, for the report
    rule   what it must do
    fix    what to change in the firmware where it does not
    check  raises `Broken`, `NotHere` or a BoardFault; returns what it found
    """

    name: str
    rule: str
    fix: str
    check: Callable[[Bench], str]


def _who(bench: Bench) -> str:
    return bench.drive.greet()


def _where(bench: Bench) -> str:
    return _words(bench.drive.position())


def _no_echo(bench: Bench) -> str:
    answered = bench.expect_where(bench.where + b"\n")
    if bench.where.decode("ascii") in answered:
        raise Broken("it sends back what it is sent")
    return "none"


def _line_ends(bench: Bench) -> str:
    bench.expect_where(bench.where + b"\n")
    bench.link.settle()
    bench.expect_where(bench.where + b"\r\n")
    bench.link.settle()
    return "LF and CRLF"


def _pieces(bench: Bench) -> str:
    bench.transport.write(bench.where[:1])
    bench.transport.read(BETWEEN_PIECES_S)
    bench.expect_where(bench.where[1:] + b"\n")
    return "joined"


def _together(bench: Bench) -> str:
    bench.link.settle()
    bench.transport.write((bench.where + b"\n") * 2)
    answers = sum(map(bench.is_answer, bench.lines(bench.is_end, ends=2)))
    if answers != 2:
        raise Broken(f"two lines in one write got {answers} answers")
    return "2 of 2"


def _unknown(bench: Bench) -> str:
    answered = _twice_alike(bench, b"xyzzy\n")
    if not answered:
        raise Broken("an unknown command gets no answer")
    return f"“{answered[:50]}”"


def _long_line(bench: Bench) -> str:
    answered = _twice_alike(bench, b"x" * 300 + b"\n")
    return f"300 bytes, “{answered[:40]}”" if answered else "300 bytes, dropped"


def _twice_alike(bench: Bench, line: bytes) -> str:
    """What it says to a line that is none of its commands, after which it must go on. Lines are lost one at a time, and
    a board may be silent here, so only two that differ show it.
    """
    first, second = (_answer_to(bench, line) for _ in range(2))
    if first != second:
        raise Broken(f"to the same line it said “{first[:50]}” and “{second[:50]}”")
    bench.expect_where(bench.where + b"\n")
    return first


def _answer_to(bench: Bench, line: bytes) -> str:
    answered = bench.exchange(line)
    bench.link.settle()
    return answered[0] if answered else ""


def _quiet(bench: Bench) -> str:
    bench.link.settle()
    said = bench.lines(lambda line: True, within_s=0.5)
    if said:
        raise Broken(f"at rest it said “{said[0][:50]}”")
    return "silent"


@contextmanager
def _returning(bench: Bench) -> Iterator[Triple]:
    """Whatever happens, the stage goes back to where it was; failing to go back hides nothing of what came before."""
    here = bench.drive.position()
    try:
        yield here
    except (Broken, BoardFault):
        with suppress(Broken, BoardFault):
            bench.calm()
            _return_to(bench, here)
        raise
    _return_to(bench, here)


def _there_and_back(bench: Bench, by: Triple) -> str:
    with _returning(bench) as here:
        _expect_move(bench, by)
        x, y, z = by
        _expect_move(bench, (-x, -y, -z))
    if _off(bench.drive.position(), here) > bench.drive.slack:
        raise Broken(f"from {_words(here)} and back it came to {_words(bench.drive.position())}")
    return f"{_words(by)} and back"


def _expect_move(bench: Bench, by: Triple) -> None:
    before = bench.drive.position()
    bench.move(by)
    after = bench.drive.position()
    goal = (before[0] + by[0], before[1] + by[1], before[2] + by[2])
    if _off(after, goal) > bench.drive.slack:
        raise Broken(f"a move by {_words(by)} led from {_words(before)} to {_words(after)}")


def _x(bench: Bench) -> str:
    return _there_and_back(bench, (bench.step, 0.0, 0.0))


def _y(bench: Bench) -> str:
    return _there_and_back(bench, (0.0, bench.step, 0.0))


def _z(bench: Bench) -> str:
    return _there_and_back(bench, (0.0, 0.0, bench.step))


def _all_axes(bench: Bench) -> str:
    return _there_and_back(bench, (bench.step, -bench.step, bench.step))


def _status(bench: Bench) -> str:
    """Ask where it is while a long move is under way, then go back."""
    if bench.dialect.name == "marlin":
        raise NotHere("Marlin answers in order while M400 waits; M410 overtakes it")
    if not bench.drive.listens:
        raise Broken("this firmware hears nothing while it moves")
    with _returning(bench):
        bench.drive.set_out((bench.long, 0.0, 0.0), LONG_S)
        bench.transport.read(0.05)
        seen, early = bench.drive.position(), not bench.drive.arrived(0.0)
        _end_move(bench)
    if not early:
        raise Broken("it answers only when it has arrived")
    return f"{_words(seen)} on the way"


def _stop(bench: Bench) -> str:
    with _returning(bench) as here:
        reckoned_s = bench.drive.set_out((bench.long, 0.0, 0.0), LONG_S)
        bench.transport.read(TOLD_AFTER_S)
        told_s = bench.clock()
        _told_to_stop(bench)
        bench.drive.recover()
        took_s = bench.clock() - told_s
        went = bench.drive.position()[0] - here[0]
        bench.transport.read(0.1)
        creeps = bench.drive.position()[0] - here[0] != went
    farthest = bench.long * min(0.9, (TOLD_AFTER_S + STOP_WITHIN_S) / max(reckoned_s, 1e-3))
    if abs(went) <= bench.drive.slack:
        raise Broken("it had not begun to move when it was told to stop")
    if creeps or not abs(went) < farthest:
        raise Broken(f"told to stop at once it went {went:g} of {bench.long:g}")
    how = f"after {went:.4g} of {bench.long:g}, listening again in {took_s:.2f} s"
    return f"{how}. {bench.drive.warning}" if bench.drive.warning else how


def _told_to_stop(bench: Bench) -> None:
    """In the dialect's own way, and every line of it answered; some are bytes that nothing answers."""
    halting = bench.drive.halting()
    bench.link.shout(halting)
    said = bench.lines(bench.is_obedience, STOP_WITHIN_S, ends=halting.count(b"\n"))
    if sum(map(bench.is_obedience, said)) < halting.count(b"\n"):
        raise Broken(f"to {halting!r} it said {shown(said)}")


def _lamp(bench: Bench) -> str:
    try:
        bench.drive.lamp(0.5)
        bench.drive.lamp(1.0)
    except BoardRefused as refused:
        raise NotHere(refused.what) from refused
    return "0.5, then 1"


def _steady(bench: Bench) -> str:
    """Last, because it judges all that was said before, putting lamp and moves back as they were found included."""
    bench.put_back()
    if bench.troubles:
        raise Broken(bench.troubles)
    return "nothing lost, damaged or begun anew"


def _end_move(bench: Bench) -> None:
    until_s = bench.clock() + 10 * LONG_S
    while bench.clock() < until_s and not bench.drive.arrived(0.05):
        continue


def _return_to(bench: Bench, place: Triple) -> None:
    now = bench.drive.position()
    if _off(now, place) > bench.drive.slack:
        bench.move((place[0] - now[0], place[1] - now[1], place[2] - now[2]), LONG_S)


def _off(a: Triple, b: Triple) -> float:
    return max(abs(one - other) for one, other in zip(a, b, strict=True))


def _words(place: Triple) -> str:
    return " ".join(f"{each:g}" for each in place)


CLAUSES: tuple[Clause, ...] = (
    Clause("who", "says who it is", "Answer the question for the version, see the tables of its family.", _who),
    Clause("where", "says where it is", "Answer the question for the position with three figures.", _where),
    Clause("no-echo", "does not send back what it is sent", "Switch the echo off.", _no_echo),
    Clause("line-ends", "takes lines that end in LF or CRLF", "End a line at LF, and drop a CR before it.", _line_ends),
    Clause("pieces", "takes a line that comes in pieces", "Collect bytes until the line end; no time-out.", _pieces),
    Clause("together", "answers two lines that come at once", "Keep what follows the line end for later.", _together),
    Clause("unknown", "refuses unknown commands, and goes on", "Answer every line, known or not.", _unknown),
    Clause("long-line", "survives a line of 300 bytes", "Drop what does not fit, up to the line end.", _long_line),
    Clause("quiet", "says nothing unasked at rest", "Remove debugging output and automatic reports.", _quiet),
    Clause("x", "moves x by what it is told, and back", "Count every step; check the wiring of x.", _x),
    Clause("y", "moves y by what it is told, and back", "Count every step; check the wiring of y.", _y),
    Clause("z", "moves the focus by what it is told, and back", "Count every step; check the wiring of z.", _z),
    Clause("all-axes", "moves all axes together", "Take three figures in one command.", _all_axes),
    Clause("status", "answers while it moves", "Step from a timer, and listen in the main loop.", _status),
    Clause("stop", "stops at once, and knows where it is", "Obey stop in mid-move, and keep counting.", _stop),
    Clause("lamp", "sets its lamp (may be left out)", "Answer the lamp command, or refuse it.", _lamp),
    Clause(
        "steady", "loses and damages nothing on the line", "Check cable, plugs, power supply and baud rate.", _steady
    ),
)
"""The contract. PROTOCOL.md lists the same."""
