"""Try every clause, and say what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from firmware_bridge.conform.bench import Bench, Broken, NotHere
from firmware_bridge.conform.clauses import CLAUSES, Clause
from firmware_bridge.errors import BoardFault, BoardLost

Outcome = Literal["pass", "FAIL", "skip"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one clause: whether it is kept, and what was seen."""

    clause: Clause
    outcome: Outcome
    seen: str


def conform(bench: Bench) -> Iterator[Finding]:
    """One finding per clause, as it is tried; the last puts the board's own modes back.

    Where nobody says who or where it is, the rest is skipped.
    """
    broken = ""
    bench.note_modes()
    for clause in CLAUSES:
        finding = Finding(clause, "skip", broken) if broken else _tried(bench, clause)
        if finding.outcome == "FAIL" and clause.name in ("who", "where"):
            broken = f"not tried: the board fails “{clause.name}”"
        yield finding


def _tried(bench: Bench, clause: Clause) -> Finding:
    try:
        return Finding(clause, "pass", clause.check(bench))
    except NotHere as absent:
        return Finding(clause, "skip", str(absent))
    except BoardLost:
        raise
    except Broken as broken:
        seen = str(broken)
    except BoardFault as fault:
        seen = fault.what
    bench.calm()
    return Finding(clause, "FAIL", seen)
