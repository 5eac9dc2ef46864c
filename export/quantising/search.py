"""Keep the most sensitive layers in float, more of them step by step, until the limits hold."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from export.building.limits import Line

Made = TypeVar("Made")
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Step:
    """One attempt: the layers kept in float, what was measured, and how long it took, seconds."""

    kept: tuple[str, ...]
    lines: tuple[Line, ...]
    took_s: float

    @property
    def holds(self) -> bool:
        """Whether every limit holds."""
        return all(line.kept for line in self.lines)

    @property
    def broken(self) -> int:
        """How many limits do not hold."""
        return sum(not line.kept for line in self.lines)


@dataclass(frozen=True, eq=False)
class Found(Generic[Made]):
    """The last attempt that was made, and all steps to it; `holds` says whether it is within the limits."""

    made: Made
    steps: tuple[Step, ...]

    @property
    def holds(self) -> bool:
        """Whether the limits hold for what was made."""
        return self.steps[-1].holds


def search(
    ranking: Sequence[str],
    make: Callable[[tuple[str, ...]], Made],
    judge: Callable[[Made], Sequence[Line]],
    most: int | None = None,
    clock: Clock = time.perf_counter,
) -> Found[Made]:
    """Quantise with none, one, two, four, … of the most sensitive layers in float, until every limit holds.

    ranking  names of layers, the most sensitive first
    make     the network with these layers in float
    judge    its lines of limits
    most     layers that may be kept in float; none: all but one

    Where the limits hold at no step, the last is given back: fine-tuning in 8 bits is next.
    """
    steps: list[Step] = []
    for count in counts(len(ranking) - 1 if most is None else min(most, len(ranking) - 1)):
        begun, kept = clock(), tuple(sorted(ranking[:count]))
        made = make(kept)
        steps.append(Step(kept, tuple(judge(made)), clock() - begun))
        if steps[-1].holds:
            break
    return Found(made, tuple(steps))


def counts(most: int) -> list[int]:
    """0, 1, 2, 4, … up to `most`, which is the last."""
    doubled = [2**k for k in range(max(most, 1).bit_length()) if 2**k < most]
    return [0, *doubled, *([most] if most > 0 else [])]


def table(steps: Sequence[Step]) -> str:
    """What every step gave, as Markdown: a column for each limit."""
    columns, rows = cells(steps)
    return "\n".join(["| " + " | ".join(row) + " |" for row in (columns, ["---"] * len(columns), *rows)])


def cells(steps: Sequence[Step]) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of that table; a limit that a step says nothing of is empty there."""
    names = list(dict.fromkeys(_kind(line) for step in steps for line in step.lines))
    rows = [[str(len(step.kept)), *_found(step, names), f"{step.took_s:.1f}"] for step in steps]
    return ["in float", *names, "s"], rows


def _found(step: Step, names: Sequence[str]) -> list[str]:
    told = {_kind(line): f"{line.found:.2f}" if line.kept else f"**{line.found:.2f}**" for line in step.lines}
    return [told.get(name, "") for name in names]


def _kind(line: Line) -> str:
    """The limit without the class that it is about in this step."""
    return line.limit_of.partition(" (")[0]
