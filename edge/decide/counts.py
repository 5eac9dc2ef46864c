"""Cells become counts, and counts of fields add up to those of a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import eq
from typing import Any

from edge.decide.roles import Roles
from edge.types import CellResult, Counts

CUT = "cell.cut"
"""The reason code of a cell that the edge of the picture cuts."""
NO_FAULT = frozenset({CUT, "cell.again"})
"""Reason codes that say nothing against the smear: cut, or counted in another picture already."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Everything a decision needs to know of a field or a case; all but the first three count among the countable.

    cut                of the excluded, those that only the edge cut, or that were counted before: no fault of the smear
    doubtful           cells whose label is open
    lymphoid_doubt     doubtful ones between a blast and a benign lymphoid cell (hematogones)
    urgent             cells with an urgent label
    network_blast      blasts by the network alone
    rbf_blast          blasts by the fuzzy-RBF system alone
    alike              cells on which these two say the same, a blast or none
    """

    countable: int = 0
    excluded: int = 0
    cut: int = 0
    blast: int = 0
    doubtful: int = 0
    lymphoid_doubt: int = 0
    urgent: int = 0
    network_blast: int = 0
    rbf_blast: int = 0
    alike: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def counts(self) -> Counts:
        """The part that is shown and recorded."""
        return Counts(self.countable + self.excluded, self.countable, self.excluded, self.blast)


def tally(results: Iterable[CellResult], roles: Roles) -> Tally:
    """Count a field's cells."""
    return _counted([_Vote.of_result(each) for each in results], roles)


def tally_document(cells: Iterable[Mapping[str, Any]], roles: Roles) -> Tally:
    """Count the `cells` of a recorded document (`edge.document`), so that a case can be counted again later."""
    return _counted([_Vote.of_document(each) for each in cells], roles)


def total(tallies: Iterable[Tally]) -> Tally:
    """The case's tally from its fields'."""
    return sum(tallies, Tally())


@dataclass(frozen=True, slots=True)
class _Vote:
    """What counting needs to know of a cell."""

    excluded: frozenset[str]
    label: str
    doubtful: bool
    fused: Mapping[str, float]
    network: Mapping[str, float]
    rbf: Mapping[str, float]

    @classmethod
    def of_result(cls, result: CellResult) -> _Vote:
        excluded = frozenset(reason.code for reason in result.cell.excluded)
        opinions = (result.probability, result.network.probability, result.rbf.probability)
        return cls(excluded, result.label, result.doubtful, *opinions)

    @classmethod
    def of_document(cls, cell: Mapping[str, Any]) -> _Vote:
        excluded = frozenset(reason["code"] for reason in cell["codes"])
        return cls(excluded, cell["class"], cell["doubtful"], cell["p"], cell["network"], cell["rbf"])


def _counted(votes: Sequence[_Vote], roles: Roles) -> Tally:
    valid = [vote for vote in votes if not vote.excluded]
    network = [roles.share(vote.network) >= roles.network_threshold for vote in valid]
    rbf = [roles.share(vote.rbf) >= roles.rbf_threshold for vote in valid]
    return Tally(
        countable=len(valid),
        excluded=len(votes) - len(valid),
        cut=_count(bool(vote.excluded) and vote.excluded <= NO_FAULT for vote in votes),
        blast=_count(vote.label in roles.blast for vote in valid),
        doubtful=_count(vote.doubtful for vote in valid),
        lymphoid_doubt=_count(vote.doubtful and _blast_or_lymphoid(vote, roles) for vote in valid),
        urgent=_count(vote.label in roles.urgent for vote in valid),
        network_blast=_count(network),
        rbf_blast=_count(rbf),
        alike=_count(map(eq, network, rbf)),
    )


def _count(truths: Iterable[bool]) -> int:
    return sum(map(bool, truths))


def _blast_or_lymphoid(vote: _Vote, roles: Roles) -> bool:
    """Whether the two likeliest labels are a blast and a benign lymphoid cell."""
    likeliest = set(sorted(vote.fused, key=lambda label: -vote.fused[label])[:2])
    return bool(likeliest & roles.blast) and bool(likeliest & roles.lymphoid)
