"""What a bundle's network is given of cells, by tensor name: pictures and, where it names any, measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from edge.bundle.manifest import Preprocessing
from edge.bundle.tensors import IMAGE, MEASURES, Floats
from export.building.marks import Ints

Given = Mapping[str, Floats]
"""`image` (n, channels, size, size), and `measures` (n, k) where there are any; both standardised."""


def shapes(inputs: Preprocessing, cells: int) -> dict[str, tuple[int, ...]]:
    """Of everything that the network is given of so many cells."""
    picture = (cells, len(inputs.mean), inputs.size_px, inputs.size_px)
    return {IMAGE: picture, **({MEASURES: (cells, len(inputs.measures))} if inputs.measures else {})}


def even(inputs: Preprocessing, value: float) -> Given:
    """One cell that is the same everywhere."""
    return {name: np.full(shape, value, np.float32) for name, shape in shapes(inputs, 1).items()}


def measured(raw: Floats, inputs: Preprocessing) -> dict[str, Floats]:
    """Measures (n, k) as the network is given them; nothing where it names none."""
    if not inputs.measures:
        return {}
    mean, std = (np.asarray(each, np.float32) for each in (inputs.measures_mean, inputs.measures_std))
    return {MEASURES: np.asarray((raw - mean) / std, np.float32)}


def together(batches: Iterable[Given]) -> Given:
    """At least one batch, one after the other."""
    every = list(batches)
    return {name: np.concatenate([each[name] for each in every]) for name in every[0]}


def rows(given: Given, chosen: Ints | slice) -> Given:
    """Some of the cells."""
    return {name: np.ascontiguousarray(each[chosen]) for name, each in given.items()}
