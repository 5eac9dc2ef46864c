"""Why a machine should not decide this one alone: each concern is a reason to refer to a haematologist.

A concern is raised only where it could change the call. A case with 80 % blasts is no less suspicious because a tenth
of its cells are doubtful: it is checked by counting every cell in question once as a blast and once as not.
"""

from __future__ import annotations

from edge.decide.counts import Tally
from edge.decide.limits import Limits
from edge.decide.systems import systems_of
from edge.decide.wilson import wilson_percent
from edge.types import DecisionLabel, Reason


def plain_call(hits: int, total: int, limits: Limits) -> DecisionLabel:
    """What the interval alone says: wholly above the blast limit, wholly below remission, or open (*refer*)."""
    low, high = wilson_percent(hits, total)
    if low > limits.blast_percent:
        return "suspicious"
    return "not suspicious" if high < limits.remission_percent else "refer"


def concerns(tally: Tally, limits: Limits) -> tuple[Reason, ...]:
    """Every concern about these counts; empty where the counts may speak for themselves."""
    found = (_doubtful(tally, limits), _hematogones(tally, limits), _excluded(tally, limits), _disagree(tally, limits))
    return tuple(reason for reason in found if reason)


def urgent(tally: Tally, limits: Limits) -> tuple[Reason, ...]:
    """Cells that ask for an urgent look, whatever the count says."""
    return (Reason("decide.urgent", {"cells": tally.urgent}),) if tally.urgent >= limits.urgent_cells else ()


def _doubtful(tally: Tally, limits: Limits) -> Reason | None:
    cells = tally.doubtful
    if cells <= limits.doubtful_share * tally.countable or _either_way(tally, cells, limits):
        return None
    return Reason("decide.doubtful", {"cells": cells, "percent": 100 * cells / tally.countable})


def _hematogones(tally: Tally, limits: Limits) -> Reason | None:
    cells = tally.lymphoid_doubt
    if cells <= limits.lymphoid_share * tally.countable or _either_way(tally, cells, limits):
        return None
    return Reason("decide.hematogones", {"cells": cells, "percent": 100 * cells / tally.countable})


def _excluded(tally: Tally, limits: Limits) -> Reason | None:
    spoiled = tally.excluded - tally.cut
    whole = tally.countable + spoiled
    if spoiled <= limits.excluded_share * whole or _settled(tally.blast, tally.blast + spoiled, whole, limits):
        return None
    return Reason("decide.excluded", {"cells": spoiled, "percent": 100 * spoiled / whole})


def _disagree(tally: Tally, limits: Limits) -> Reason | None:
    """The two systems' own counts differ by more than sampling explains."""
    alone = systems_of(tally)
    if not alone.apart or _settled(alone.network.cells, alone.rbf.cells, tally.countable, limits):
        return None
    return Reason("decide.disagree", {"network": alone.network.percent, "rbf": alone.rbf.percent})


def _either_way(tally: Tally, open_cells: int, limits: Limits) -> bool:
    """Whether the call is the same with every open cell counted as a blast and with none."""
    least, most = max(0, tally.blast - open_cells), min(tally.countable, tally.blast + open_cells)
    return _settled(least, most, tally.countable, limits)


def _settled(hits: int, other_hits: int, total: int, limits: Limits) -> bool:
    """Whether both counts give the same call, and one that is not open."""
    calls = {plain_call(hits, total, limits), plain_call(other_hits, total, limits)}
    return len(calls) == 1 and "refer" not in calls
