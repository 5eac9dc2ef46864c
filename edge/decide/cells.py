"""All opinions on a field's cells, side by side and fused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.decide.fuse import Fused, Fusion, fuse
from edge.decide.fuzzy import FuzzyResult, FuzzySystem
from edge.decide.measures import checked, table
from edge.decide.rbf import RbfNetwork, RbfResult
from edge.decide.roles import Roles
from edge.errors import BundleDamaged
from edge.types import Cell, CellResult, Features, Opinion

FUZZY_SCORE = "fuzzy_score"
"""The RBF network's measure that is not measured but inferred."""

Floats = NDArray[np.float64]
Members = Mapping[str, NDArray[Any]]
NOBODY: Members = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class FuzzyRbf:
    """The Ordaz-Gutierrez system of a bundle: the rules, and the network that reads their score."""

    fuzzy: FuzzySystem
    rbf: RbfNetwork

    def judge(self, features: Sequence[Features]) -> tuple[FuzzyResult, RbfResult]:
        """Both results for n cells.

        Raises:
            BadMeasures: a measure is unknown or not finite.
        """
        fuzzy = self.fuzzy.infer(table(features, self.fuzzy.names))
        measured = [name for name in self.rbf.measures if name != FUZZY_SCORE]
        columns = dict(zip(measured, table(features, measured).T, strict=True)) | {FUZZY_SCORE: fuzzy.scores}
        return fuzzy, self.rbf.predict(np.column_stack([columns[name] for name in self.rbf.measures]))


@dataclass(frozen=True, eq=False)
class Jury:
    """Everything a bundle brings to turn cells into results.

    labels        the network's labels, in the order of its columns
    network_name  shown beside the network's opinion
    """

    fuzzy_rbf: FuzzyRbf
    labels: tuple[str, ...]
    roles: Roles
    fusion: Fusion = field(default_factory=Fusion)
    network_name: str = "network"

    def __post_init__(self) -> None:
        for owner, labels in (("network", self.labels), ("RBF network", self.fuzzy_rbf.rbf.labels)):
            sides = {label in self.roles.blast for label in labels}
            if sides != {True, False}:
                what = f"The {owner}'s labels {', '.join(labels)} do not tell blasts from other cells."
                raise BundleDamaged(what, "Install the bundle again from its source.")

    def results(
        self, cells: Sequence[Cell], network: NDArray[Any], members: Members = NOBODY
    ) -> tuple[CellResult, ...]:
        """One result per cell from the cells' measures and the network's calibrated probabilities (cells, labels).

        members  what each network that it asks says by itself, name to (cells, labels); shown, never counted

        Raises:
            BadMeasures: measures or probabilities are not finite, or do not fit the cells.
        """
        if not cells:
            return ()
        fuzzy, rbf = self.fuzzy_rbf.judge([cell.features for cell in cells])
        shares = checked(network, self.labels)
        apart = {name: checked(each, self.labels) for name, each in members.items()}
        fused = self._fused(shares, rbf)
        results = tuple(self._result(cell, i, fuzzy, rbf, shares, fused) for i, cell in enumerate(cells))
        if not apart:
            return results
        return tuple(replace(each, members=self._apart(i, apart)) for i, each in enumerate(results))

    def _apart(self, i: int, members: Members) -> tuple[Opinion, ...]:
        return tuple(Opinion(name, _named(self.labels, each[i])) for name, each in members.items())

    def _fused(self, network: Floats, rbf: RbfResult) -> Fused:
        is_blast = self._are_blasts(self.labels)
        of_rbf = rbf.probability[:, self._are_blasts(self.fuzzy_rbf.rbf.labels)].sum(axis=1)
        return fuse(network, of_rbf, is_blast, self.fusion)

    def _are_blasts(self, labels: Sequence[str]) -> NDArray[np.bool_]:
        return np.array([label in self.roles.blast for label in labels])

    def _result(
        self, cell: Cell, i: int, fuzzy: FuzzyResult, rbf: RbfResult, network: Floats, fused: Fused
    ) -> CellResult:
        return CellResult(
            cell=cell,
            fuzzy=fuzzy.explain(i),
            rbf=Opinion("fuzzy-rbf", _named(self.fuzzy_rbf.rbf.labels, rbf.probability[i])),
            network=Opinion(self.network_name, _named(self.labels, network[i])),
            label=self.labels[fused.label[i]],
            probability=_named(self.labels, fused.probability[i]),
            doubtful=bool(fused.doubtful[i]),
        )


def _named(labels: Sequence[str], shares: Floats) -> Mapping[str, float]:
    return dict(zip(labels, map(float, shares), strict=True))
