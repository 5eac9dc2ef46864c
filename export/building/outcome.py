"""What a build found out about its variants: everything that the report, the card and the manifest say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge.bundle.manifest import Calibration
from edge.bundle.tensors import Floats, probabilities
from edge.decide.wilson import wilson
from export.building.limits import Line, lines
from export.building.marks import Ints, Marks, calibration_error, marks
from export.building.spec import BuildSpec
from export.building.speed import Speed
from export.cells.figures import TAILS_PERCENT, Figure
from export.opinion.figures import hit_figure, numbered
from export.quantising.search import Step
from export.quantising.sensitivity import Layer

ORIGINAL = "float32"
RESAMPLES = 300
FEW = 20
"""Cells of a label below which the interval of its recall says nothing: one cell more or less is 5 points."""
CELL = "cell"


@dataclass(frozen=True, eq=False)
class Said:
    """What one variant said of the held-out cells: logits (n, labels), and the bytes that it weighs."""

    variant: str
    engine: str
    logits: Floats
    weight_bytes: int


@dataclass(frozen=True, eq=False)
class Searched:
    """How a variant was brought within its limits: what each layer costs alone in 8 bits, and every attempt."""

    variant: str
    layers: Sequence[Layer]
    steps: Sequence[Step]

    @property
    def kept(self) -> tuple[str, ...]:
        """Layers in float at last."""
        return self.steps[-1].kept


@dataclass(frozen=True, eq=False)
class Outcome:
    """Of a build.

    truth        places of the held-out cells' labels, (n,)
    groups       what is resampled for intervals, (n,)
    original     the float32 network's logits, (n, labels)
    said         every variant's, in the order of the manifest
    calibration  from logits to probabilities
    speeds       of every variant and of float32
    searched     variants for which layers were sought that stay in float
    """

    spec: BuildSpec
    truth: Ints
    groups: NDArray[np.str_]
    original: Floats
    said: Sequence[Said]
    calibration: Calibration
    speeds: Sequence[Speed] = ()
    searched: Sequence[Searched] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """Held-out cells of each label."""
        found = np.bincount(self.truth, minlength=len(self.spec.labels))
        return dict(zip(self.spec.labels, found.tolist(), strict=True))

    @property
    def unit(self) -> str:
        """What is resampled."""
        return CELL if len(np.unique(self.groups)) == len(self.groups) else "group"

    def shares(self, logits: Floats) -> Floats:
        """Calibrated probabilities, (n, labels)."""
        return probabilities(logits, self.calibration)

    def every(self) -> Iterator[tuple[str, Floats]]:
        """Name and probabilities: first float32's, then each variant's."""
        yield ORIGINAL, self.shares(self.original)
        yield from ((each.variant, self.shares(each.logits)) for each in self.said)

    def different(self) -> Iterator[tuple[str, Floats]]:
        """The same without variants that say just what float32 says."""
        same = {each.variant for each in self.said if np.array_equal(each.logits, self.original)}
        return ((name, shares) for name, shares in self.every() if name not in same)

    def marks(self) -> Mapping[str, Marks]:
        """By name, float32 among them."""
        due = self.shares(self.original)
        return {name: marks(shares, self.truth, due) for name, shares in self.every()}

    def lines(self) -> list[Line]:
        """Every limit of every variant."""
        found, spec, counts = self.marks(), self.spec, list(self.counts.values())
        return [
            line
            for each in self.said
            for line in lines(each.variant, found[each.variant], found[ORIGINAL], counts, spec.limits, spec.labels)
        ]

    def figures(self) -> list[Figure]:
        """With 95 % intervals, as the manifest lists them; a variant that says just what float32 says has none."""
        return [figure for name, shares in self.different() for figure in self._figures(name, shares)]

    def _figures(self, name: str, shares: Floats) -> Iterator[Figure]:
        on, groups = f"held-out cells, {name}", numbered(self.groups)
        said, blast = shares.argmax(axis=1), [label in self.spec.positive for label in self.spec.labels]
        called, is_blast = shares[:, blast].sum(axis=1) >= self.spec.call.threshold, np.array(blast)[self.truth]
        everywhere = np.ones(len(self.truth), np.bool_)
        asked = {
            "top-1 accuracy": (said == self.truth, everywhere),
            "sensitivity to blasts": (called, is_blast),
            "specificity for blasts": (~called, ~is_blast),
        }
        for title, (hits, among) in asked.items():
            figure = self._share(title, on, hits, among)
            if figure is not None:
                yield figure
        yield self._worst_recall(on, said)
        yield _error_figure(on, shares, self.truth, groups, self.unit)

    def _worst_recall(self, on: str, said: Ints) -> Figure:
        """Of the labels with cells enough, else of all."""
        enough = [at for at, count in enumerate(self.counts.values()) if count >= FEW] or [*range(len(self.counts))]
        named = {at: f"recall of {self.spec.labels[at]}, the worst" for at in enough}
        found = [self._share(name, on, said == at, self.truth == at) for at, name in named.items()]
        return min((each for each in found if each is not None), key=lambda each: each.value)

    def _share(self, name: str, on: str, hits: NDArray[np.bool_], among: NDArray[np.bool_]) -> Figure | None:
        """Hits among some cells: Wilson's interval where every cell stands for itself, else resampled over groups."""
        if self.unit != CELL:
            return hit_figure(name, on, hits, among, numbered(self.groups), self.unit)
        right, many = int(np.count_nonzero(hits & among)), int(np.count_nonzero(among))
        low, high = wilson(right, many)
        return Figure(name, on, right / many, low, high, many, CELL) if many else None


def _error_figure(on: str, shares: Floats, truth: Ints, groups: NDArray[np.intp], unit: str) -> Figure:
    """The calibration error with its percentile bootstrap interval over groups (Efron 1979)."""
    value, count = calibration_error(shares, truth), int(groups.max()) + 1
    members = np.split(np.argsort(groups, kind="stable"), np.cumsum(np.bincount(groups))[:-1])
    random = np.random.default_rng(0)
    drawn = (np.concatenate([members[k] for k in random.integers(count, size=count)]) for _ in range(RESAMPLES))
    low, high = np.percentile([calibration_error(shares[rows], truth[rows]) for rows in drawn], TAILS_PERCENT)
    figure = Figure("calibration error (ECE)", on, round(value, 4), float(low), float(high), count, unit)
    return replace(figure, low=round(min(low, figure.value), 4), high=round(max(high, figure.value), 4))
