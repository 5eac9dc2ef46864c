"""What a person says of a cell, or the kit of one that it has counted before, beside what the kit said at first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge.record.database import Database

CellKey = tuple[int, int]
"""Number of the field in its case, and id of the cell in its field."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What holds of a cell now; None means: as the kit said.

    label    its class
    counted  whether it takes part in counts
    code     why it does not: `cell.person` by a person, `cell.again` where it was seen before; empty if it does
    reason   of a person: a key of `edge.nouns.LEFT_OUT` or their own words; or the number of the field it was seen in
    """

    label: str | None = None
    counted: bool | None = None
    code: str = ""
    reason: str = ""

    @property
    def is_nothing(self) -> bool:
        """Whether the kit's word stands."""
        return self.label is None and self.counted is None


AS_FOUND = Correction()


class Corrections:
    """The corrections of all cases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, case_id: int) -> Mapping[CellKey, Correction]:
        """By field and cell."""
        rows = self._database.select("SELECT * FROM corrections WHERE case_id = ? ORDER BY field, cell", case_id)
        return {(row["field"], row["cell"]): _correction(row) for row in rows}

    def set(self, case_id: int, key: CellKey, correction: Correction) -> None:
        """Let it hold from now on."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM corrections WHERE case_id = ? AND field = ? AND cell = ?", (case_id, *key))
            if not correction.is_nothing:
                counted = None if correction.counted is None else int(correction.counted)
                values = (case_id, *key, correction.label, counted, correction.code, correction.reason)
                connection.execute("INSERT INTO corrections VALUES (?, ?, ?, ?, ?, ?, ?)", values)


def _correction(row: Mapping[str, Any]) -> Correction:
    counted = None if row["counted"] is None else bool(row["counted"])
    return Correction(row["class"], counted, row["code"], row["reason"])
