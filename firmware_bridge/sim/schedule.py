"""A plan of what goes wrong and when, for cameras and boards alike; the same plan gives the same faults.

unplug@40:3s,frozen@200:50,torn@12.5s

kind@when[:howlong], joined by commas
when      a count (of pictures from 0, of commands from 1) or seconds since the start, with an s
how long  a count, seconds with an s, or nothing: as long as is usual for its kind, or until it is cured; what is
          unplugged counts nothing, so its time is given in seconds
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from firmware_bridge.errors import BadSourceUri, Fault

AWAY = ("unplug", "replug-as")
"""Kinds during which nothing is counted."""
_ITEM = re.compile(r"([a-z-]+)@([0-9]+(?:\.[0-9]+)?s|[0-9]+)(?::([0-9]+(?:\.[0-9]+)?s|[0-9]+))?")


@dataclass(frozen=True, slots=True)
class Span:
    """A number of counted events, or of seconds; exactly one is given."""

    count: int | None = None
    seconds: float | None = None

    def reached(self, count: int, seconds: float) -> bool:
        """Whether so many events, or seconds, are that long."""
        if self.count is not None:
            return count >= self.count
        return self.seconds is not None and seconds >= self.seconds


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault: its kind, when it begins, how long it lasts (None: until it is cured)."""

    kind: str
    when: Span
    lasts: Span | None = None


def parse_schedule(text: str, kinds: Collection[str], wrong: type[Fault] = BadSourceUri) -> tuple[Planned, ...]:
    """The faults of a plan, in its order; an empty text is a plan without faults.

    Args:
        kinds: what may go wrong here.
        wrong: what to raise; it depends on where the plan was written.

    Raises:
        Fault: `wrong`: it is not written as above, or a kind is not among `kinds`.
    """
    return tuple(_planned(item.strip(), kinds, wrong) for item in text.split(",")) if text.strip() else ()


def with_usual(plan: Collection[Planned], lasts: Mapping[str, Span]) -> tuple[Planned, ...]:
    """The plan, where a fault without a duration lasts as long as its kind usually does."""
    return tuple(replace(each, lasts=each.lasts or lasts.get(each.kind)) for each in plan)


def _planned(item: str, kinds: Collection[str], wrong: type[Fault]) -> Planned:
    match = _ITEM.fullmatch(item)
    if match is None or match[1] not in kinds:
        remedy = f"Write kind@when:howlong, like {min(kinds)}@40:3s; kinds: {', '.join(sorted(kinds))}."
        raise wrong(f"“{item}” is not a fault that can be simulated here.", remedy)
    lasts = None if match[3] is None else _span(match[3])
    if match[1] in AWAY and lasts is not None and lasts.seconds is None:
        raise wrong(f"“{item}” would never end: what is unplugged counts nothing.", f"Write {match[1]}@40:3s.")
    return Planned(match[1], _span(match[2]), lasts)


def _span(text: str) -> Span:
    return Span(seconds=float(text[:-1])) if text.endswith("s") else Span(count=int(text))


@dataclass(slots=True)
class _Begun:
    fault: Planned
    count: int
    seconds: float


class Schedule:
    """Follows a plan; asked with the count of events and the seconds since the start, both growing.

    Safe from any thread: a reader that was left behind in a silence still asks while the next one cures it.
    """

    def __init__(self, plan: Collection[Planned]) -> None:
        self._alone = threading.RLock()
        self._to_come = list(plan)
        self._going_on: list[_Begun] = []

    @property
    def to_come(self) -> tuple[Planned, ...]:
        """What has not begun yet."""
        return tuple(self._to_come)

    def begins(self, kind: str, count: int, seconds: float) -> Planned | None:
        """The next fault of this kind whose time has come, once."""
        with self._alone:
            for fault in self._to_come:
                if fault.kind == kind and fault.when.reached(count, seconds):
                    self._to_come.remove(fault)
                    self._going_on.append(_Begun(fault, count, seconds))
                    return fault
        return None

    def goes_on(self, kind: str, count: int, seconds: float) -> bool:
        """Whether a fault of this kind begins now or is under way."""
        with self._alone:
            self.begins(kind, count, seconds)
            self._going_on = [each for each in self._going_on if not _is_over(each, count, seconds)]
            return any(each.fault.kind == kind for each in self._going_on)

    def cure(self, *kinds: str) -> None:
        """End what is under way of these kinds."""
        with self._alone:
            self._going_on = [each for each in self._going_on if each.fault.kind not in kinds]


def _is_over(begun: _Begun, count: int, seconds: float) -> bool:
    lasts = begun.fault.lasts
    return lasts is not None and lasts.reached(count - begun.count, seconds - begun.seconds)
