"""That what limits are measured on is of nobody whom calibration or fine-tuning has seen."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from export.errors import BadCrops
from export.opinion.table import CellTable, Planes8, Texts

HOLD_OUT = "Hold out cells of other patients: limits mean nothing on what calibration saw."
SHOWN = 3


class Known(Protocol):
    """Cells as they are told apart."""

    @property
    def where(self) -> str:
        """The folder or file they are from."""

    @property
    def groups(self) -> Texts:
        """What must stay together: patient, slide, or where nothing is known the picture, (n,)."""

    @property
    def digests(self) -> Sequence[str]:
        """Of their pixels, n of them."""


@dataclass(frozen=True, slots=True, eq=False)
class KnownCells:
    """A table of cells as `Known`."""

    where: str
    cells: CellTable

    @property
    def groups(self) -> Texts:
        """See `Known`."""
        return self.cells.films

    @property
    def digests(self) -> tuple[str, ...]:
        """See `Known`."""
        return digests_of(self.cells.planes)


def digests_of(planes: Planes8) -> tuple[str, ...]:
    """Of each cell's pixels."""
    return tuple(hashlib.sha256(each.tobytes()).hexdigest() for each in planes)


def require_apart(seen: Known, held_out: Known) -> None:
    """No held-out crop is among those seen, nor of a patient, slide or picture of theirs: copies that were stored anew,
    and neighbours on one film, have other pixels and are as well known.

    Raises:
        BadCrops: some are.
    """
    among = set(seen.digests)
    shared = sum(digest in among for digest in held_out.digests)
    if shared:
        what = f"{shared} of the {len(held_out.digests)} held-out crops are among those of {seen.where}."
        raise BadCrops(what, HOLD_OUT)
    both = sorted(set(held_out.groups.tolist()) & set(seen.groups.tolist()))
    if both:
        more = f" and {len(both) - SHOWN} more" if len(both) > SHOWN else ""
        what = f"{seen.where} and {held_out.where} both hold cells of {', '.join(map(repr, both[:SHOWN]))}{more}."
        raise BadCrops(what, f"{HOLD_OUT} Where only the names are the same, give them others.")
