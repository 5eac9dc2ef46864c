"""The evaluation card of a network, as JSON for programs and as Markdown for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from export.report.sections import Section, Table, markdown
from export.validating.estimates import Estimate
from export.validating.exams import CALLED_FROM, Result

COLUMNS = ("accuracy", "precision", "sensitivity", "specificity", "F1", "weighted F1", "AUC", "ECE")


def as_json(about: dict[str, Any], results: Sequence[Result]) -> bytes:
    """What was examined, and every figure."""
    return (
        json.dumps({**about, "results": [asdict(each) for each in results]}, indent=1, allow_nan=False) + "\n"
    ).encode()


def read_results(content: bytes) -> tuple[dict[str, Any], tuple[Result, ...]]:
    """What `as_json` wrote: about the network, and its results."""
    fields = json.loads(content)
    results = fields.pop("results")
    return fields, tuple(_result(each) for each in results)


def as_markdown(results: Sequence[Result]) -> str:
    """One row for each exam, blasts against all others; then the labels of those that know them."""
    rows = tuple((each.name, f"{each.on} ({each.cells} cells, {each.groups} × {each.unit})", *_figures(each.blasts))
                 for each in results)  # fmt: skip
    told = (f"A cell is called a blast from a probability of {CALLED_FROM:g} on.",
            "Intervals are 95 %, by a bootstrap over whole groups.")  # fmt: skip
    blasts = Section("Blasts against all others", told, Table(("exam", "on", *COLUMNS), rows))
    named = [Section(f"Labels: {each.on}", (), _label_table(each)) for each in results if each.labels]
    return markdown([blasts, *named])


def _label_table(result: Result) -> Table:
    return Table(("figure", "value"), tuple((each.name, str(each)) for each in result.labels))


def _figures(estimates: Sequence[Estimate]) -> tuple[str, ...]:
    known = {each.name: str(each) for each in estimates}
    return tuple(known[name] for name in COLUMNS)


def _result(fields: dict[str, Any]) -> Result:
    blasts, labels = (tuple(map(_estimate, fields.pop(name))) for name in ("blasts", "labels"))
    return Result(**fields, blasts=blasts, labels=labels)


def _estimate(fields: dict[str, Any]) -> Estimate:
    interval = fields.pop("interval")
    return Estimate(**fields, interval=None if interval is None else (interval[0], interval[1]))
