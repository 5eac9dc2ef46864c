"""Damaged bytes against both ends of every dialect, guided by what they reach: where atheris is installed.

    pip install atheris==3.0.0
    python -m tests.firmware_bridge.guided_fuzz -max_total_time=600

`fuzz-boards` of the kit does the same without guidance, and needs nothing (DECISIONS.md: why atheris is no dependency).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from firmware_bridge.boards import DIALECTS, Said
from firmware_bridge.boards.device import DeviceEnd
from firmware_bridge.boards.dialect import Dialect, Kind
from firmware_bridge.boards.host import ASKING, REPLY_LIMIT, HostEnd
from firmware_bridge.boards.said import Value

KNOWN = tuple(DIALECTS.values())
FILLED: dict[str, Value] = {
    "int": -7,
    "count": 3,
    "float": 0.5,
    "fixed": 1.25,
    "flag": "true",
    "word": "w",
    "text": "t",
}


def survive(data: bytes) -> None:
    """Let both ends hear these bytes: the first byte chooses the dialect; each piece begins with one that says what is
    asked before it, and one that is its length.

    Raises:
        AssertionError: an end keeps more than one line, or says what nobody may say.
    """
    if not data:
        return
    dialect = KNOWN[data[0] % len(KNOWN)]
    host, device = HostEnd(dialect), DeviceEnd(dialect)
    for question, piece in pieces(data[1:]):
        ask(host, question)
        host.receive(piece)
        device.receive(piece)
        if host._lines.held > REPLY_LIMIT + 1:
            raise AssertionError(f"our end keeps {host._lines.held} bytes of a line")


def pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Question and bytes, as long as there are any."""
    while len(data) >= 2:
        question, length = data[0], data[1]
        yield question, data[2 : 2 + length]
        data = data[2 + length :]


def ask(host: HostEnd, question: int) -> None:
    """One of the dialect's questions, if it may be asked now; every second time the line is given up before."""
    dialect: Dialect = host.dialect
    names = list(dialect.commands)
    command = dialect.commands[names[question // 2 % len(names)]]
    if question % 2:
        host.abandon()
    if (host.phase, command.kind) in ASKING and command.kind is not Kind.REALTIME:
        host.ask(Said(command.name, {place: FILLED[kind] for place, kind in command.form.places.items()}))


def main() -> None:
    """Until it is told to stop by libFuzzer's own options; a crash ends it with the bytes that caused it."""
    import atheris

    atheris.instrument_all()
    atheris.Setup(sys.argv, survive)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
