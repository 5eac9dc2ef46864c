"""Which family of boards answers? One harmless question tells them apart."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from firmware_bridge.boards import DIALECTS
from firmware_bridge.boards.dialect import Dialect
from firmware_bridge.boards.host import REPLY_LIMIT
from firmware_bridge.boards.lines import Line, Lines
from firmware_bridge.errors import BoardSilent, WrongFirmware
from firmware_bridge.transport import Transport

EACH_S = 1.5
"""An Arduino starts anew when its port is opened, and takes two seconds."""

_QUESTIONS = 2 * (b"\nversion\n", b"version\n")
"""The line end in front ends what the board was left with; a board that drops what follows a line end hears only it."""

_SIGNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("sangaboard", ("version",)),
    ("grbl", ("error", "alarm", "welcome")),
    ("marlin", ("unknown", "ok", "start")),
)
"""What each family says to `version`, which is a command to one of them only; the clearest sign first, because GRBL too
says `ok`, to an empty line.
"""


def which_board(transport: Transport, clock: Callable[[], float] = time.monotonic) -> Dialect:
    """The dialect of whoever answers.

    Raises:
        BoardSilent: nobody answers.
        WrongFirmware: somebody does, in no known dialect.
        BoardLost: the port is gone.
    """
    heard: list[str] = []
    for question in _QUESTIONS:
        transport.write(question)
        came = _lines(transport, clock)
        heard += came
        dialect = _recognised(came)
        if dialect is not None:
            return dialect
    if not heard:
        raise BoardSilent(f"Nobody answers at {transport.address}.", "Check power, cable and baud rate.")
    what = f"What answers at {transport.address} speaks no dialect that is known: “{heard[0][:40]}”."
    raise WrongFirmware(what, "See PROTOCOL.md for what a board must speak.")


def wait_awake(transport: Transport, clock: Callable[[], float] = time.monotonic) -> None:
    """Before a board of a known kind is tried: one that begins anew when its port is opened has that behind it then.

    Raises:
        BoardLost: the port is gone.
    """
    with suppress(BoardSilent, WrongFirmware):
        which_board(transport, clock)


def _lines(transport: Transport, clock: Callable[[], float]) -> list[str]:
    reader, until_s, found = Lines(REPLY_LIMIT), clock() + EACH_S, list[str]()
    while clock() < until_s:
        came = transport.read(0.1)
        found += [line.text for line in reader.feed(came) if isinstance(line, Line) and line.clean]
        if found and not came:
            return found
    return found


def _recognised(texts: list[str]) -> Dialect | None:
    for name, replies in _SIGNS:
        forms = [DIALECTS[name].replies[reply].form for reply in replies]
        if any(form.read(text) is not None for form in forms for text in texts):
            return DIALECTS[name]
    return None
