"""Parsers under damaged bytes: random ones, and sound sentences that were mutated."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

from firmware_bridge.boards import DIALECTS
from firmware_bridge.boards.device import DeviceEnd
from firmware_bridge.boards.dialect import Dialect
from firmware_bridge.boards.forms import Form
from firmware_bridge.boards.host import HostEnd
from firmware_bridge.boards.said import Said, Value

LONGEST = 200
_FILLED: dict[str, Value] = {
    **{"int": 17, "count": 3, "float": -1.25, "fixed": 2.5},
    **{"flag": "true", "word": "Idle", "text": "MPos:1.000,2.000,3.000|FS:0,0"},
}


@dataclass(frozen=True, slots=True)
class FuzzFigures:
    """What came of it.

    strings     byte strings that were fed, each to both ends of one dialect
    events      what the two ends made of them
    crashes     exceptions, each with the bytes that caused it
    slowest_ms  longest time that one string took
    grown_kib   growth of the process's peak memory after the first tenth
    """

    strings: int
    events: int
    crashes: tuple[str, ...]
    slowest_ms: float
    seconds: float
    grown_kib: int


def fuzz(strings: int, seed: int, clock: Callable[[], float] = time.perf_counter) -> FuzzFigures:
    """Feed so many strings; the same seed feeds the same ones. Ends live on, so that what grows would show."""
    made = random.Random(seed)  # noqa: S311  damage, not secrets
    targets = [_Target(dialect, made) for dialect in DIALECTS.values()]
    began_s, slowest_s, events, early_kib = clock(), 0.0, 0, _peak_kib()
    crashes: list[str] = []
    for number in range(strings):
        target = targets[number % len(targets)]
        data = target.data()
        before_s = clock()
        events += _fed(target, data, crashes)
        slowest_s = max(slowest_s, clock() - before_s)
        if number == strings // 10:
            early_kib = _peak_kib()
    return FuzzFigures(strings, events, tuple(crashes), 1e3 * slowest_s, clock() - began_s, _peak_kib() - early_kib)


def _fed(target: _Target, data: bytes, crashes: list[str]) -> int:
    try:
        return target.feed(data)
    except Exception as error:  # noqa: BLE001  any exception at all is what is looked for
        crashes.append(f"{target.dialect.name} {data!r}: {error!r}")
        return 0


class _Target:
    """Both ends of a dialect, and damaged sentences for them."""

    def __init__(self, dialect: Dialect, made: random.Random) -> None:
        self.dialect = dialect
        self._made = made
        self._host, self._device = HostEnd(dialect), DeviceEnd(dialect)
        self._sound = [_written(row.form) for row in dialect.commands.values()]
        self._sound += [_written(row.form) for row in dialect.replies.values()]
        self._questions = [Said(each.name, _values(each.form)) for each in dialect.commands.values()]

    def data(self) -> bytes:
        """Random bytes one time in four; else a sentence, mutated up to four times."""
        if self._made.random() < 0.25:
            return self._made.randbytes(self._made.randrange(LONGEST))
        data = bytearray(self._made.choice(self._sound) + self._made.choice((b"\n", b"\r\n", b"\r", b"")))
        for _ in range(self._made.randrange(5)):
            self._made.choice(_MUTATIONS)(self._made, data)
        return bytes(data)

    def feed(self, data: bytes) -> int:
        """Both ends hear it, sometimes in the middle of a question."""
        if self._made.random() < 0.3:
            self._ask()
        return len(self._host.receive(data)) + len(self._device.receive(data))

    def _ask(self) -> None:
        try:
            self._host.ask(self._made.choice(self._questions))
        except ValueError:  # not now, says the table
            self._host.abandon()


def _written(form: Form) -> bytes:
    return form.write(_values(form)).encode("latin-1")


def _values(form: Form) -> dict[str, Value]:
    return {place: _FILLED[kind] for place, kind in form.places.items()}


def _flip(made: random.Random, data: bytearray) -> None:
    if data:
        data[made.randrange(len(data))] ^= 1 << made.randrange(8)


def _drop(made: random.Random, data: bytearray) -> None:
    if data:
        del data[made.randrange(len(data))]


def _insert(made: random.Random, data: bytearray) -> None:
    data.insert(made.randrange(len(data) + 1), made.randrange(256))


def _double(made: random.Random, data: bytearray) -> None:
    at = made.randrange(len(data) + 1)
    data[at:at] = data[at : at + made.randrange(1, 60)]


def _cut(made: random.Random, data: bytearray) -> None:
    del data[made.randrange(len(data) + 1) :]


def _digits(made: random.Random, data: bytearray) -> None:
    at = made.randrange(len(data) + 1)
    data[at:at] = bytes(made.choices(b"0123456789.-+eEx", k=made.randrange(1, 40)))


_MUTATIONS = (_flip, _drop, _insert, _double, _cut, _digits)


def _peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
