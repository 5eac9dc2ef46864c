"""What the kit was told about itself: settings, the first run, scales by objective, and the bundles that answered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from edge.record.clock import clock_hint
from edge.record.database import Database
from edge.record.rows import as_json


@dataclass(frozen=True, slots=True)
class ToldScale:
    """How large a pixel is with an objective, and how that was found.

    method               given, red_cells, micrometre
    width_px, height_px  of the pictures that it holds for
    facts                what it was worked out from
    """

    objective: str
    um_per_px: float
    relative_sd: float
    method: str
    width_px: int
    height_px: int
    facts: Mapping[str, Any]
    operator: str
    clock_hint: str


@dataclass(frozen=True, slots=True)
class StepState:
    """How far one step of the first run is: todo, done or skipped."""

    step: str
    state: str
    facts: Mapping[str, Any]
    clock_hint: str


class StationFacts:
    """Rows that belong to the kit and to no case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def settings(self) -> dict[str, Any]:
        """What was set, by name."""
        return {row["key"]: json.loads(row["value"]) for row in self._database.select("SELECT * FROM settings")}

    def set(self, changes: Mapping[str, Any]) -> None:
        """Set some, all at once."""
        rows = [(key, as_json(value)) for key, value in changes.items()]
        with self._database.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", rows)

    def first_run(self) -> Mapping[str, StepState]:
        """The steps that somebody has been at."""
        rows = self._database.select("SELECT * FROM first_run")
        return {row["step"]: StepState(**{**row, "facts": json.loads(row["facts"])}) for row in rows}

    def set_step(self, step: str, state: str, facts: Mapping[str, Any]) -> None:
        """How far a step is now."""
        values = (step, state, as_json(dict(facts)), clock_hint())
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO first_run VALUES (?, ?, ?, ?)", values)

    def scales(self) -> Sequence[ToldScale]:
        """All that were ever told, the newest last."""
        return [_scale(row) for row in self._database.select("SELECT * FROM scales ORDER BY id")]

    def add_scale(self, scale: ToldScale) -> None:
        """One more; earlier ones are kept."""
        values = {**asdict(scale), "facts": as_json(dict(scale.facts))}
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO scales (objective, um_per_px, relative_sd, method, width_px, height_px, facts, operator,"
                " clock_hint) VALUES (:objective, :um_per_px, :relative_sd, :method, :width_px, :height_px, :facts,"
                " :operator, :clock_hint)",
                values,
            )

    def bundle(self, digest: str) -> Mapping[str, Any] | None:
        """What is known of a bundle that answered once."""
        rows = self._database.select("SELECT document FROM bundles WHERE digest = ?", digest)
        known: Mapping[str, Any] | None = json.loads(rows[0]["document"]) if rows else None
        return known

    def keep_bundle(self, digest: str, document: Mapping[str, Any]) -> None:
        """Remember a bundle. What its labels count as never changes with one digest; how it did here may."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO bundles VALUES (?, ?)", (digest, as_json(dict(document))))


def _scale(row: dict[str, Any]) -> ToldScale:
    return ToldScale(**{key: value for key, value in row.items() if key != "id"} | {"facts": json.loads(row["facts"])})
