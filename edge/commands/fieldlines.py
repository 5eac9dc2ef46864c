"""Examinations as lines of text: JSON for programs, or a table for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable

from edge.document import document
from edge.errors import RecordFault
from edge.papers.reader import plain_number
from edge.types import Counts, Decision, Examination
from edge.words import say

Show = Callable[[Examination], None]

WIDEST_NAME = 40
NONE = "–"
_ROW = "{:<{}}  {:<7}  {:>5}  {:<26}  {:<14}  {}"


def json_lines() -> Show:
    """Prints each examination as one line of JSON, at once, in ASCII: no name of a file is beyond its reach."""
    return lambda examination: _print(json.dumps(document(examination), allow_nan=False))


def table(names: Iterable[str]) -> Show:
    """Prints a heading, and returns what prints a row, for pictures of these names."""
    width = min(WIDEST_NAME, max(map(len, (*names, "image"))))
    _print(_ROW.format("image", width, "quality", "cells", "blasts (95 % interval)", "decision", "why"))
    return lambda examination: _print(_row(examination, width))


def _row(examination: Examination, width: int) -> str:
    ok, counts, decision = examination.verdict.ok, examination.counts, examination.decision
    examined = ok or bool(examination.cells)
    return _ROW.format(
        _shortened(examination.frame_name, width),
        width,
        "good" if ok else "poor",
        counts.nucleated if examined else NONE,
        _blasts(counts, decision),
        decision.label,
        _why(examination),
    ).rstrip()


def _blasts(counts: Counts, decision: Decision) -> str:
    """`12 of 38, 32 % (19–48)`: blasts among the countable cells."""
    low, high = decision.interval
    share = f"{plain_number(decision.score, 0)} % ({plain_number(low, 0)}–{plain_number(high, 0)})"
    return f"{counts.blast} of {counts.countable}, {share}" if counts.countable else NONE


def _why(examination: Examination) -> str:
    """The first thing to know: what is wrong with the picture, else what the decision rests on."""
    reasons = (*examination.verdict.reasons, *examination.decision.reasons)
    return str(say(reasons[0])) if reasons else ""


def _shortened(name: str, width: int) -> str:
    """The end of a long path: that is where pictures differ."""
    return name if len(name) <= width else f"…{name[-(width - 1) :]}"


def _print(line: str) -> None:
    """At once; a name that the terminal cannot show is shown with escapes.

    Raises:
        BrokenPipeError: nobody reads on; Typer ends the command quietly.
        RecordFault: the file that the lines go to cannot grow.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"  # there is no stdout at all after `>&-`
    try:
        print(line.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise RecordFault(
            f"The results could not be written ({error.strerror}).", "Free some space, then analyse the rest again."
        ) from error
