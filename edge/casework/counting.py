"""A field's document after corrections: the kit's words with a person's in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from edge.decide.roles import Roles
from edge.document import Document
from edge.record.corrections import AS_FOUND, CellKey, Correction
from edge.types import Reason

BY_PERSON = "cell.person"
AGAIN = "cell.again"


def corrected(document: Document, number: int, corrections: Mapping[CellKey, Correction], roles: Roles) -> Document:
    """The document of field `number` with its cells as they hold now, and counts that fit them.

    Each cell also says `machine`, its class and countability by the kit; `corrected` where a person decided something,
    `settled` where it was the class. Sentences are said anew by `edge.document.said_again`.
    """
    cells = [_cell(cell, corrections.get((number, cell["id"]), AS_FOUND)) for cell in document["cells"]]
    return {**document, "cells": cells, "counts": counts(cells, roles)}


def for_decision(document: Document) -> Document:
    """The same, where a class that a person gave outweighs every system: the systems' dispute on it is settled."""
    return {**document, "cells": [_settled(cell) for cell in document["cells"]]}


def counts(cells: Iterable[Mapping[str, Any]], roles: Roles) -> dict[str, int]:
    """The counts of a field's cells as they stand in its document."""
    all_cells = list(cells)
    countable = [cell for cell in all_cells if cell["countable"]]
    blasts = sum(cell["class"] in roles.blast for cell in countable)
    sizes = {"nucleated": len(all_cells), "countable": len(countable), "excluded": len(all_cells) - len(countable)}
    return {**sizes, "blast": blasts}


def doubt(cell: Mapping[str, Any], roles: Roles) -> float:
    """How unsure the kit is whether a cell is a blast: 0 sure, 1 as unsure as can be."""
    return 1.0 - abs(2.0 * min(1.0, roles.share(cell["p"])) - 1.0)


def _cell(cell: Mapping[str, Any], said: Correction) -> dict[str, Any]:
    machine = {"class": cell["class"], "countable": cell["countable"]}
    countable = cell["countable"] if said.counted is None else said.counted
    return {
        **cell,
        "class": said.label or cell["class"],
        "doubtful": cell["doubtful"] and said.label is None,
        "countable": countable,
        "codes": list(_codes(cell, said)),
        "machine": machine,
        "corrected": not said.is_nothing and said.code != AGAIN,
        "settled": said.label is not None,
    }


def _codes(cell: Mapping[str, Any], said: Correction) -> Iterator[dict[str, Any]]:
    if said.counted:
        return
    yield from cell["codes"]
    if said.counted is False:
        reason = _reason(said)
        yield {"code": reason.code, "values": dict(reason.values)}


def _reason(said: Correction) -> Reason:
    if said.code == AGAIN:
        return Reason("cell.again", {"field": int(said.reason)})
    return Reason("cell.person", {"reason": said.reason or "–"})


def _settled(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    if not cell["settled"]:
        return cell
    sure = {cell["class"]: 1.0}
    return {**cell, "p": sure, "network": sure, "rbf": sure}
