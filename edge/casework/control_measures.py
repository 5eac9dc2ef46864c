"""What one run of a control slide measures, and how it stands to the limits.

Until a slide has its base runs, only the fixed limits hold; then also the mean and spread of those runs, read by
Westgard's rules (`edge.casework.westgard`). Fixed limits are the quality gate's figures (`edge/quality/options.py`);
the least spreads are ours (A): five runs may agree by luck, and a limit narrower than a measure's grain only annoys.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from edge.casework.westgard import broken
from edge.decide.roles import Roles
from edge.document import Document
from edge.record.controls import Level

Measures = Mapping[str, float]
LEVELS: Sequence[Level] = ("ok", "warn", "block")
BY_GATE = ("focus_um", "exposure", "unevenness", "stained", "green_share", "light_red", "light_blue")
"""Measures of the quality gate: sharpness, brightness, evenness, stained share, the stain's hue, the lamp's colour."""
SCALE, CELLS, BLASTS = "um_per_px", "cells_per_field", "blast_percent"
GOOD = "good_fields"
FIXED: Mapping[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "focus_um": ((0.0, 1.1), (0.0, 1.4)),
    "exposure": ((130.0, inf), (100.0, inf)),
    "unevenness": ((0.0, 0.25), (0.0, 0.40)),
}
"""Measure to what is good, and what can be worked with."""
SCALE_OFF = (0.10, 0.20)
"""How far the red cells' scale may lie from what the objective was told to have: warn, block."""
LEAST_SD: Measures = {
    "focus_um": 0.05,
    "exposure": 4.0,
    "unevenness": 0.02,
    "stained": 0.02,
    "green_share": 0.01,
    "light_red": 0.02,
    "light_blue": 0.02,
    BLASTS: 2.0,
}
LEAST_RELATIVE_SD: Measures = {SCALE: 0.02, CELLS: 0.10}


@dataclass(frozen=True, slots=True)
class Limit:
    """Where a measure usually lies: mean and standard deviation of the base runs."""

    mean: float
    sd: float

    @property
    def range(self) -> tuple[float, float]:
        """What is within limits; no measure is ever below zero."""
        return max(0.0, self.mean - 3 * self.sd), self.mean + 3 * self.sd


@dataclass(frozen=True, slots=True)
class Finding:
    """A measure that is not as it should be. `rule`: one of Westgard's, or `fixed`; `low`, `high`: what is usual."""

    measure: str
    rule: str
    level: Level
    value: float
    low: float
    high: float
    z: float | None = None


NONE_GOOD = Finding(GOOD, "fixed", "block", 0.0, 1.0, inf)
"""Of a run whose pictures were all refused."""


def measured_by_gate(documents: Iterable[Document]) -> dict[str, float]:
    """Medians of what the gate measured, over fields that it let pass or not."""
    fields = list(documents)
    return _told({name: _median(document["quality"].get(name) for document in fields) for name in BY_GATE})


def measured(documents: Iterable[Document], roles: Roles) -> dict[str, float]:
    """Medians over the run's good fields; what no field tells is absent."""
    fields = list(documents)
    found: dict[str, float | None] = {**measured_by_gate(fields)}
    red = [document["um_per_px"] for document in fields if document["scale_source"] == "red cells"]
    found[SCALE] = _median(red)
    cells = [cell for document in fields for cell in document["cells"] if cell["countable"]]
    found[CELLS] = len(cells) / len(fields) if fields else None
    found[BLASTS] = 100 * sum(cell["class"] in roles.blast for cell in cells) / len(cells) if cells else None
    return _told(found)


def limits(base: Sequence[Measures], base_runs: int) -> dict[str, Limit]:
    """The limits that the base runs give; empty until there are enough of them."""
    if len(base) < base_runs:
        return {}
    names = {name for run in base for name in run}
    rows = {name: [run[name] for run in base if name in run] for name in sorted(names)}
    return {name: _limit(name, row) for name, row in rows.items() if len(row) >= max(2, base_runs)}


def findings(
    earlier: Sequence[Measures], now: Measures, known: Mapping[str, Limit], told: float | None
) -> list[Finding]:
    """Everything that is not as it should be in the latest run, the gravest first.

    Args:
        earlier: the finished runs before it, in their order.
        now: its measures.
        known: the limits that hold.
        told: µm per pixel that the objective was told to have; None where nobody has.
    """
    found = [*_fixed(now, told), *_by_runs(earlier, now, known)]
    return sorted(found, key=lambda finding: -LEVELS.index(finding.level))


def verdict(found: Iterable[Finding]) -> Level:
    """The gravest of them."""
    return max((finding.level for finding in found), key=LEVELS.index, default="ok")


def as_document(finding: Finding) -> dict[str, Any]:
    """A finding as plain JSON; an open end is null."""
    ends = {"low": _finite(finding.low), "high": _finite(finding.high)}
    names = ("measure", "rule", "level", "value", "z")
    return {**{name: getattr(finding, name) for name in names}, **ends}


def _fixed(now: Measures, told: float | None) -> list[Finding]:
    ranges = dict(FIXED)
    if told is not None:
        warn, block = ((told * (1 - off), told * (1 + off)) for off in SCALE_OFF)
        ranges[SCALE] = (warn, block)
    return [_outside(name, now[name], *ranges[name]) for name in ranges if _is_outside(now.get(name), ranges[name][0])]


def _is_outside(value: float | None, good: tuple[float, float]) -> bool:
    return value is not None and not good[0] <= value <= good[1]


def _outside(name: str, value: float, good: tuple[float, float], bearable: tuple[float, float]) -> Finding:
    level: Level = "block" if _is_outside(value, bearable) else "warn"
    return Finding(name, "fixed", level, value, *good)


def _by_runs(earlier: Sequence[Measures], now: Measures, known: Mapping[str, Limit]) -> list[Finding]:
    found = []
    for name, limit in known.items():
        row = [run[name] for run in (*earlier, now) if name in run]
        if name not in now:
            continue
        zs = [(value - limit.mean) / limit.sd for value in row]
        for rule in broken(zs):
            level: Level = "warn" if rule == "1-2s" else "block"
            found.append(Finding(name, rule, level, now[name], *limit.range, float(f"{zs[-1]:.4g}")))
    return found


def _limit(name: str, row: Sequence[float]) -> Limit:
    mean = statistics.fmean(row)
    least = max(LEAST_SD.get(name, 0.0), LEAST_RELATIVE_SD.get(name, 0.0) * abs(mean), 1e-9)
    return Limit(mean, max(statistics.stdev(row), least))


def _told(found: Mapping[str, float | None]) -> dict[str, float]:
    return {name: float(f"{value:.6g}") for name, value in found.items() if value is not None}


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _finite(value: float) -> float | None:
    return None if value in (inf, -inf) else value
