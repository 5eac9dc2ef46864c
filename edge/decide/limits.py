"""The limits that a decision is held against, all in one place; shares are of the countable unless said otherwise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Clinical limits (SYSTEMS.md, clinical facts) and the kit's own (A: our assumption).

    remission_percent, blast_percent, protocol_percent
                      5: remission below it. 20: no ALL diagnosis below it. 25: many protocols' limit
    provisional_cells, full_cells
                      200, the teaching minimum: fewer is *insufficient* for a case. 500, the full count (WHO)
    field_cells       fewer in one field say nothing (diluted or empty; facts: fewer than 10)
    doubtful_share    A: more doubtful cells than this, and a person must look
    lymphoid_share    A: the same for doubt between blast and benign lymphoid cell (hematogones)
    excluded_share    A: of the nucleated that no edge cuts; more than this, and the smear misleads the count
    urgent_cells      A: cells of an urgent label that ask for an urgent review; fewer may be mistaken ones
    """

    remission_percent: float = 5.0
    blast_percent: float = 20.0
    protocol_percent: float = 25.0
    provisional_cells: int = 200
    full_cells: int = 500
    field_cells: int = 10
    doubtful_share: float = 0.20
    lymphoid_share: float = 0.10
    excluded_share: float = 0.40
    urgent_cells: int = 3
