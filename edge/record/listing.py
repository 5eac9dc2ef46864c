"""The list of cases: searched, ordered and cut by the database, with sums after corrections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from edge.record.database import Database
from edge.record.folding import folded
from edge.record.rows import Case, case_of
from edge.types import Counts

STATES = ("open", "finished", "signed", "amended")
ORDERS: Mapping[str, str] = {
    "newest": "id DESC",
    "oldest": "id",
    "pseudonym": "folded(pseudonym), id",
    "changed": "changed_hint DESC, id DESC",
}

_SUMS = """
SELECT f.case_id AS case_id, count(*) AS nucleated,
    total(coalesce(k.counted, c.countable)) AS countable,
    total(coalesce(k.counted, c.countable) AND coalesce(k.class, c.class) IN ({blasts})) AS blast,
    total(coalesce(k.counted, c.countable) AND c.doubtful AND k.class IS NULL) AS doubtful,
    total(k.case_id IS NOT NULL AND k.code != 'cell.again') AS corrected
FROM fields f JOIN cells c ON c.field_id = f.id
LEFT JOIN corrections k ON k.case_id = f.case_id AND k.field = f.number AND k.cell = c.id
WHERE f.ok AND f.case_id IN ({cases}) GROUP BY f.case_id
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases. `query` is looked for in code and note; `state` empty means any; `limit` at most so many."""

    query: str = ""
    state: str = ""
    order: str = "newest"
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Sums:
    """What a case amounts to, after corrections: its fields (refused ones too), and cells of the counted ones."""

    fields: int = 0
    counts: Counts = field(default_factory=lambda: Counts(0, 0, 0, 0))
    doubtful: int = 0
    corrected: int = 0


class Listing:
    """Questions about many cases at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cases(self, wanted: Wanted) -> tuple[Case, ...]:
        """The patients' cases that are wanted."""
        where, values = _where(wanted)
        query = f"SELECT * FROM cases WHERE {where} ORDER BY {ORDERS[wanted.order]} LIMIT ? OFFSET ?"  # noqa: S608 ours
        rows = self._database.select(query, *values, wanted.limit, wanted.offset)
        return tuple(map(case_of, rows))

    def count(self, wanted: Wanted) -> int:
        """How many there are in all."""
        where, values = _where(wanted)
        query = f"SELECT count(*) AS cases FROM cases WHERE {where}"  # noqa: S608 ours
        return int(self._database.select(query, *values)[0]["cases"])

    def states(self) -> Mapping[str, int]:
        """How many cases of patients are in which state."""
        query = "SELECT state, count(*) AS n FROM cases WHERE purpose = 'patient' GROUP BY state"
        return {row["state"]: row["n"] for row in self._database.select(query)}

    def totals(self) -> tuple[int, int]:
        """Fields of patients' cases, and nucleated cells in the counted ones."""
        row = self._database.select(
            "SELECT count(*) AS fields, total(nucleated) AS cells FROM fields"
            " JOIN cases ON cases.id = case_id WHERE purpose = 'patient'"
        )[0]
        return int(row["fields"]), int(row["cells"])

    def fields(self, case_id: int) -> int:
        """How many fields a case has, refused ones too."""
        return int(self._database.select("SELECT count(*) AS n FROM fields WHERE case_id = ?", case_id)[0]["n"])

    def bundles(self, case_ids: Sequence[int]) -> Mapping[int, str]:
        """The digest of the bundle that examined the latest field, by case; cases without fields are left out."""
        query = (
            "SELECT case_id, bundle_digest, max(number) FROM fields"  # noqa: S608 places only
            f" WHERE case_id IN ({_places(case_ids)}) GROUP BY case_id"
        )
        return {row["case_id"]: row["bundle_digest"] for row in self._database.select(query, *case_ids)}

    def sums(self, case_ids: Sequence[int], blast_labels: Iterable[str]) -> Mapping[int, Sums]:
        """By case; every case that was asked for is there."""
        blasts = tuple(blast_labels)
        query = _SUMS.format(blasts=_places(blasts), cases=_places(case_ids))
        cells = {row["case_id"]: row for row in self._database.select(query, *blasts, *case_ids)}
        fields = f"SELECT case_id, count(*) AS n FROM fields WHERE case_id IN ({_places(case_ids)}) GROUP BY case_id"  # noqa: S608
        numbers = {row["case_id"]: row["n"] for row in self._database.select(fields, *case_ids)}
        return {each: _sums(numbers.get(each, 0), cells.get(each)) for each in case_ids}


def _where(wanted: Wanted) -> tuple[str, tuple[str, ...]]:
    parts, values = ["purpose = 'patient'"], []
    if wanted.query:
        parts.append("(instr(folded(pseudonym), ?) OR instr(folded(note), ?))")
        values += [folded(wanted.query)] * 2
    if wanted.state:
        parts.append("state = ?")
        values.append(wanted.state)
    return " AND ".join(parts), tuple(values)


def _places(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _sums(fields: int, row: Mapping[str, Any] | None) -> Sums:
    if row is None:
        return Sums(fields)
    nucleated, countable, blast = (int(row[name]) for name in ("nucleated", "countable", "blast"))
    counts = Counts(nucleated, countable, nucleated - countable, blast)
    return Sums(fields, counts, int(row["doubtful"]), int(row["corrected"]))
