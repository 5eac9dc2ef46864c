"""The radial-basis-function network at run time: measures and fuzzy score to calibrated probabilities.

z = (x − median) / scale, cut to ±limit · unit = exp(−½ Σ ((z − centre) / width)²) · score = unit · weights + bias ·
probability = softmax(slope · score + offset). Far from every centre all units are silent and what remains is the bias:
an unknown cell gets the prior, not a confident answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.decide.measures import checked
from edge.errors import BundleDamaged, BundleUnsupported

DOCUMENT_VERSION = 1

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RbfArrays:
    """What training found, for k measures, m units and L labels.

    median, scale  (k,)     of the training cells, robust
    limit                   how many scales from the median a measure is believed
    centres, widths (m, k)  in standardised measures
    weights, bias  (m, L), (L,)
    slope, offset  scalar, (L,): the calibration
    """

    median: Floats
    scale: Floats
    limit: float
    centres: Floats
    widths: Floats
    weights: Floats
    bias: Floats
    slope: float
    offset: Floats


@dataclass(frozen=True, slots=True)
class NearCentre:
    """A typical cell of the training set near the one in question.

    label     what that centre stands for
    distance  in units of its widths
    response  of its unit, 0–1
    """

    unit: int
    label: str
    distance: float
    response: float


@dataclass(frozen=True, eq=False)
class RbfResult:
    """What the network makes of n cells: calibrated probability (n, labels), distances to the centres (n, units)."""

    probability: Floats
    distances: Floats
    centre_labels: tuple[str, ...]

    def nearest(self, index: int, count: int = 3) -> tuple[NearCentre, ...]:
        """The centres most like one cell, the nearest first."""
        distances = self.distances[index]
        order = np.argsort(distances, kind="stable")[:count]
        return tuple(self._near(int(unit), float(distances[unit])) for unit in order)

    def _near(self, unit: int, distance: float) -> NearCentre:
        return NearCentre(unit, self.centre_labels[unit], distance, float(np.exp(-0.5 * distance**2)))


@dataclass(frozen=True, eq=False)
class RbfNetwork:
    """A trained network; `measures` gives the order of the columns it wants, `fuzzy_score` among them by that name."""

    measures: tuple[str, ...]
    labels: tuple[str, ...]
    centre_labels: tuple[str, ...]
    arrays: RbfArrays

    def __post_init__(self) -> None:
        _check(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> RbfNetwork:
        """The network that `models.ordaz2014_fuzzy_rbf.fit` wrote.

        Raises:
            BundleUnsupported: written by a newer version.
            BundleDamaged: a key is missing, or arrays do not fit each other.
        """
        version = document.get("version")
        if version != DOCUMENT_VERSION:
            raise BundleUnsupported(f"The RBF network is of version {version!r}.", "Update the kit.")
        try:
            measures, labels, centre_labels = (tuple(document[key]) for key in _NAMES)
            return cls(measures, labels, centre_labels, _arrays(document))
        except (KeyError, TypeError, ValueError) as error:
            raise _damaged(f"{error!r}") from error

    def predict(self, values: NDArray[Any]) -> RbfResult:
        """Probabilities for `values` (n, measures).

        Raises:
            BadMeasures: the shape is wrong, or a value is not finite.
        """
        of = self.arrays
        standard = (checked(values, self.measures) - of.median) / of.scale
        distances = _distances(np.clip(standard, -of.limit, of.limit), of)
        logits = of.slope * (np.exp(-0.5 * distances**2) @ of.weights + of.bias) + of.offset
        return RbfResult(softmax(logits), distances, self.centre_labels)


def softmax(logits: Floats) -> Floats:
    """Rows of logits to rows that sum to 1."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)


def _distances(standard: Floats, of: RbfArrays) -> Floats:
    return np.asarray(np.sqrt((((standard[:, None, :] - of.centres) / of.widths) ** 2).sum(axis=2)), dtype=np.float64)


def _arrays(document: Mapping[str, Any]) -> RbfArrays:
    plain = {key: np.array(document[key], dtype=np.float64) for key in _ARRAYS}
    return RbfArrays(limit=float(document["limit"]), slope=float(document["slope"]), **plain)


_NAMES = ("measures", "labels", "centre_labels")
_ARRAYS = ("median", "scale", "centres", "widths", "weights", "bias", "offset")


def _check(network: RbfNetwork) -> None:
    of = network.arrays
    units, measures, labels = len(network.centre_labels), len(network.measures), len(network.labels)
    shapes = {
        "median": (measures,),
        "scale": (measures,),
        "centres": (units, measures),
        "widths": (units, measures),
        "weights": (units, labels),
        "bias": (labels,),
        "offset": (labels,),
    }
    for name, shape in shapes.items():
        array = getattr(of, name)
        if array.shape != shape or not np.isfinite(array).all():
            raise _damaged(f"{name} has shape {array.shape} or is not finite, {shape} is due")
    if not ((of.scale > 0).all() and (of.widths > 0).all() and of.limit > 0 and np.isfinite(of.slope)):
        raise _damaged("a scale, width, limit or slope is out of range")


def _damaged(what: str) -> BundleDamaged:
    return BundleDamaged(f"The RBF network cannot be read: {what}.", "Install the bundle again from its source.")
