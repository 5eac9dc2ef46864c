"""The table of a case's cells: one row each, units in the column's name, and a second table that says what each means.

Opened in a spreadsheet nothing in it is a formula: text that could start one is preceded by an apostrophe (OWASP, "CSV
Injection"). Figures have a decimal point in every language; UTF-8 with a mark, so that spreadsheets know it (RFC 4180).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

from edge.figures import shortened
from edge.nouns import FEATURES
from edge.papers.case_file import CaseFile, CellFacts
from edge.types import Features

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
Value = str | int | float


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name with its unit, what it means, and its value for a cell."""

    name: str
    means: str
    value: Callable[[CellFacts], Value]


def cells_csv(file: CaseFile) -> bytes:
    """The cells, those not counted included, in the order of fields and cells."""
    columns = columns_of(file)
    ordered = sorted(file.cells, key=lambda cell: (cell.field, cell.id))
    rows = ([column.value(cell) for column in columns] for cell in ordered)
    return _csv([column.name for column in columns], rows)


def columns_csv(file: CaseFile) -> bytes:
    """What each column of the cells' table means."""
    return _csv(["column", "meaning"], ([column.name, column.means] for column in columns_of(file)))


def columns_of(file: CaseFile) -> tuple[Column, ...]:
    """Every column of a case's table."""
    labels = [each.label for each in file.by_class]
    return (*_about(file), *_place(), *_measures(), *_opinions(labels), *_members(file.cells, labels))


def safe(value: Value) -> Value:
    """The value as a spreadsheet may see it: text stays text."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULAS) else value
    return shortened(value, 6) if isinstance(value, float) else value


def _about(file: CaseFile) -> Iterator[Column]:
    yield Column("case", "the case's code", lambda _: file.case.pseudonym)
    yield Column("case_version", "1, and one more with each amendment", lambda _: file.case.version)
    yield Column("field", "number of the field in the case", lambda cell: cell.field)
    yield Column("cell", "number of the cell in its field", lambda cell: cell.id)
    yield Column("class", "class after corrections", lambda cell: cell.label)
    yield Column("machine_class", "class that the kit gave", lambda cell: cell.machine)
    yield Column("corrected", "1 if a person changed the class", lambda cell: int(cell.corrected))
    yield Column("blast", "1 if the class counts as a blast", lambda cell: int(cell.blast))
    yield Column("counted", "1 if the cell is in the counts", lambda cell: int(cell.counted))
    yield Column("excluded_because", "codes of the reasons, if it is not", _why)
    yield Column("doubtful", "1 if the kit left the class open", lambda cell: int(cell.doubtful))
    yield Column("doubt", "0 (sure) to 1", lambda cell: float(cell.doubt))


def _place() -> Iterator[Column]:
    yield Column(
        "nucleus_x_px", "centre of the nucleus from the field's left edge", lambda cell: float(cell.centre_px[0])
    )
    yield Column(
        "nucleus_y_px", "centre of the nucleus from the field's top edge", lambda cell: float(cell.centre_px[1])
    )


def _measures() -> Iterator[Column]:
    for each in fields(Features):
        yield Column(each.name, _meaning(each.name), _measure(each.name))


def _meaning(name: str) -> str:
    figure = FEATURES[name]
    return f"{figure.name}, {figure.unit or 'a ratio without unit'}"


def _measure(name: str) -> Callable[[CellFacts], Value]:
    return lambda cell: float(getattr(cell.features, name))


def _opinions(labels: Sequence[str]) -> Iterator[Column]:
    yield Column("fuzzy_score", "suspicion by the fuzzy rules, 0 to 100", lambda cell: float(cell.fuzzy_score))
    for label in labels:
        yield Column(f"p_{label}", f"probability of {label}, both systems fused", _share("probability", label))
        yield Column(f"network_{label}", f"probability of {label}, the network alone", _share("network", label))
        yield Column(f"rbf_{label}", f"probability of {label}, the fuzzy-RBF system alone", _share("rbf", label))


def _members(cells: Iterable[CellFacts], labels: Sequence[str]) -> Iterator[Column]:
    """Of every network that was asked of any cell; cells of another bundle leave them empty."""
    for name in sorted({member for cell in cells for member in cell.members}):
        for label in labels:
            means = f"probability of {label}, {name} alone, one of the networks that were asked"
            yield Column(f"{name}_{label}", means, _member(name, label))


def _member(name: str, label: str) -> Callable[[CellFacts], Value]:
    return lambda cell: cell.members.get(name, {}).get(label, "")


def _share(system: str, label: str) -> Callable[[CellFacts], Value]:
    """Empty where a system has no such class, as the RBF of a lender may."""
    return lambda cell: getattr(cell, system).get(label, "")


def _why(cell: CellFacts) -> Value:
    return " ".join(reason.code for reason in cell.excluded)


def _csv(head: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([safe(each) for each in head])
    writer.writerows([safe(each) for each in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
