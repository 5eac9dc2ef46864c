"""Which cells may be counted: not smudged, naked or crushed nuclei, not clumps that were never parted.

ICSH and WHO count intact nucleated cells only. The limits are ours (A), set on marked fields of one laboratory; they
err towards counting, since an excluded blast is lost and a counted smudge is one doubtful cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edge.types import Features, Reason


@dataclass(frozen=True, slots=True)
class CountableLimits:
    """When a cell is not intact.

    pale                nuclear density over the field's reference below which an uneven nucleus is a smudge
    uneven              solidity of the nucleus below which it is uneven
    crushed_elongation  major over minor axis of a one-lobed nucleus above which it is crushed or drawn out
    clump_nucleus_um    nuclear diameter above which it is several nuclei (megakaryocytes are not counted either)

    A nucleus is naked if it is all of these: one-lobed, paler than the field's reference, and
    naked_share         more than this share of the cell,
    naked_hue           with round it only what has the nucleus's own hue (cytoplasm's over nucleus's, below this),
    naked_roundness     and of a ragged outline (circularity below this)
    """

    pale: float = 0.85
    uneven: float = 0.93
    crushed_elongation: float = 2.2
    clump_nucleus_um: float = 18.0
    naked_share: float = 0.6
    naked_hue: float = 1.3
    naked_roundness: float = 0.84


STANDARD = CountableLimits()


def exclusions(features: Features, limits: CountableLimits = STANDARD) -> tuple[Reason, ...]:
    """Why a cell of these features is not countable; empty if it is."""
    return tuple(_reasons(features, limits))


def _reasons(cell: Features, limits: CountableLimits) -> Iterator[Reason]:
    if cell.nucleus_diameter_um > limits.clump_nucleus_um:
        yield Reason("cell.clumped", {"diameter_um": cell.nucleus_diameter_um})
    elif cell.lobes < 2 and cell.elongation > limits.crushed_elongation:
        yield Reason("cell.crushed", {"elongation": cell.elongation})
    elif cell.nuclear_density < limits.pale and cell.solidity < limits.uneven:
        yield Reason("cell.smudged", {"percent": round(100 * cell.nuclear_density)})
    elif _naked(cell, limits):
        yield Reason("cell.naked", {})


def _naked(cell: Features, limits: CountableLimits) -> bool:
    return (
        cell.lobes < 2
        and cell.nuclear_density < 1
        and cell.nc_ratio > limits.naked_share
        and cell.cytoplasm_hue < limits.naked_hue
        and cell.circularity < limits.naked_roundness
    )
