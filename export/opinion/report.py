"""The results as JSON for programs and as a table for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from export.cells.figures import Figure
from export.opinion.exams import Result
from export.opinion.opinions import SYSTEMS

COLUMNS = ("AUC", "sensitivity", "specificity")
NOT_ESTIMABLE = "–"


def as_json(results: Sequence[Result], thresholds: Mapping[str, float]) -> bytes:
    """Thresholds, and one object per figure."""
    content = {"thresholds": dict(thresholds), "figures": [asdict(each) for each in results]}
    return json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n"


def from_json(content: bytes) -> list[Result]:
    """The results that `as_json` wrote."""
    read: dict[str, Any] = json.loads(content)
    return [Result(each["system"], Figure(**each["figure"])) for each in read["figures"]]


def as_markdown(results: Sequence[Result]) -> str:
    """One row per exam and system; 95 % intervals in brackets."""
    return "\n".join(["| measured on | system | " + " | ".join(COLUMNS) + " |", "|---" * 5 + "|", *_rows(results), ""])


def _rows(results: Sequence[Result]) -> Iterator[str]:
    cells: dict[tuple[str, str], dict[str, Figure]] = {}
    for each in results:
        cells.setdefault((each.figure.on, each.system), {})[each.figure.name] = each.figure
    for on in dict.fromkeys(on for on, _ in cells):
        for system in SYSTEMS:
            if (on, system) in cells:
                found = cells[on, system]
                told = " | ".join(_cell(found.get(column)) for column in COLUMNS)
                yield f"| {on} ({_units(found)}) | {system} | {told} |"


def _units(found: Mapping[str, Figure]) -> str:
    figure = next(iter(found.values()))
    return f"{figure.n} × {figure.unit}"


def _cell(figure: Figure | None) -> str:
    return NOT_ESTIMABLE if figure is None else f"{figure.value:.3f} [{figure.low:.3f}–{figure.high:.3f}]"
