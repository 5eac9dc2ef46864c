"""What a bundle said of cells whose truth somebody knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.bundle.tensors import Floats

BENIGN = -1
"""Place of a truth that is known to be no blast, and no more."""

Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Cells that were found and counted.

    labels       the bundle's, in its order; `positive` of them count as blasts
    probability  (n, labels), calibrated as the kit shows it
    said         place of the label that the kit gave, (n,)
    truth        place of the true label, or BENIGN, (n,)
    groups       0, 1, 2 … of the patient, slide or image, (n,): cells of one group are alike
    """

    labels: tuple[str, ...]
    positive: frozenset[str]
    probability: Floats
    said: Ints
    truth: Ints
    groups: Ints

    @property
    def is_blast(self) -> Bools:
        """By the truth."""
        return np.isin(self.truth, self._positive)

    @property
    def called_blast(self) -> Bools:
        """By the kit."""
        return np.isin(self.said, self._positive)

    @property
    def blast_share(self) -> Floats:
        """Probability of all positive labels together, (n,)."""
        return np.asarray(self.probability[:, self._positive].sum(axis=1), np.float32)

    @property
    def many_labels(self) -> bool:
        """Whether more than one label is known of the cells."""
        return len(np.unique(self.truth[self.truth != BENIGN])) > 1

    def named(self) -> Answers:
        """The cells whose label is known."""
        return self.rows(self.truth != BENIGN)

    def rows(self, chosen: Bools) -> Answers:
        """Some of the cells, their groups numbered anew."""
        groups = np.unique(self.groups[chosen], return_inverse=True)[1].astype(np.intp)
        some = self.probability[chosen], self.said[chosen], self.truth[chosen]
        return Answers(self.labels, self.positive, *some, groups)

    @property
    def _positive(self) -> Ints:
        return places_of(self.labels, sorted(self.positive))


def places_of(labels: Sequence[str], some: Sequence[str]) -> Ints:
    """Where these labels stand."""
    return np.array([labels.index(each) for each in some], np.intp)
