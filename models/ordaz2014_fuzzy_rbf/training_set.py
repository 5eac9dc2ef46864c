"""Labelled cells to train on, checked once: what cannot be learned from is refused with a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.errors import Fault

FEWEST_PER_LABEL = 20

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


class FitFault(Fault):
    """These cells cannot train a network."""

    code = "room.fit"


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """n labelled cells.

    values       (n, k) finite measures, named by `measures`
    label_index  (n,) into `labels`
    weights      (n,) positive; by default every label weighs the same in sum
    groups       (n,) integers; cells of one group (patient, slide) never part when folds are made
    """

    measures: tuple[str, ...]
    labels: tuple[str, ...]
    values: Floats
    label_index: Ints
    weights: Floats
    groups: Ints

    def refuse_constant(self, scale: Floats) -> None:
        """Raise FitFault where a measure's scale (k,) is zero."""
        constant = [name for name, each in zip(self.measures, scale, strict=True) if not each > 0]
        _require(not constant, f"{', '.join(constant)} is the same for every cell.", "Leave it out of the measures.")

    def without(self, fold: Ints) -> TrainingSet:
        """The set with the cells of a fold left out."""
        kept = np.setdiff1d(np.arange(len(self.values)), fold)
        parts = {name: getattr(self, name)[kept] for name in ("values", "label_index", "weights", "groups")}
        return replace(self, **parts)

    def folds(self, count: int, seed: int) -> Iterator[Ints]:
        """Disjoint index arrays that cover all cells; a group is in one fold only, and the folds are alike in size.

        Raises:
            FitFault: leaving a fold out would leave a label out.
        """
        groups, sizes = np.unique(self.groups, return_counts=True)
        _require(len(groups) >= 2, "All cells belong to one group.", "Give at least two patients or slides.")
        order = np.random.default_rng(seed).permutation(len(groups))
        home = _levelled(sizes[order], min(count, len(groups)))
        for fold in range(home.max() + 1):
            inside = np.flatnonzero(np.isin(self.groups, groups[order[home == fold]]))
            left = np.bincount(np.delete(self.label_index, inside), minlength=len(self.labels))
            missing = [label for label, cells in zip(self.labels, left, strict=True) if not cells]
            _require(not missing, f"All cells of {missing} are in one fold.", "Give more groups, or fewer folds.")
            yield inside


def training_set(
    values: NDArray[Any],
    labels: Sequence[str],
    measures: Sequence[str],
    *,
    weights: NDArray[Any] | None = None,
    groups: NDArray[np.integer[Any]] | None = None,
) -> TrainingSet:
    """Check cells (n, measures) with their labels; labels are sorted by name.

    Raises:
        FitFault: shapes that do not fit, NaN, one label only, too few cells of a label, weights not positive.
    """
    array = np.asarray(values, dtype=np.float64)
    _check_values(array, labels, measures)
    names, index = np.unique(np.asarray(labels), return_inverse=True)
    counts = np.bincount(index)
    _check_labels([str(name) for name in names], counts)
    balanced = len(index) / len(names) / counts[index]
    chosen = balanced if weights is None else np.asarray(weights, dtype=np.float64)
    fits = chosen.shape == (len(array),) and bool(np.isfinite(chosen).all() and (chosen > 0).all())
    _require(fits, "The weights are not one positive number per cell.", "Give one each, or none at all.")
    own = np.arange(len(array)) if groups is None else np.asarray(groups, dtype=np.intp)
    _require(own.shape == (len(array),), "The groups are not one number per cell.", "Give one each, or none at all.")
    return TrainingSet(tuple(measures), tuple(map(str, names)), array, index, chosen, own)


def _check_values(values: Floats, labels: Sequence[str], measures: Sequence[str]) -> None:
    due = (len(labels), len(measures))
    _require(values.shape == due, f"Measures of shape {values.shape} came, {due} is due.", "One row per label.")
    rows, columns = np.nonzero(~np.isfinite(values))
    bad = sorted({measures[int(each)] for each in columns})
    _require(not rows.size, f"{rows.size} values of {', '.join(bad)} are not finite.", "Drop those cells first.")


def _check_labels(names: list[str], counts: Ints) -> None:
    _require(len(names) >= 2, f"Only one label came: {names}.", "Give cells of at least two.")
    few = {name: int(count) for name, count in zip(names, counts, strict=True) if count < FEWEST_PER_LABEL}
    _require(not few, f"Too few cells: {few}.", f"Give at least {FEWEST_PER_LABEL} of each label.")


def _levelled(sizes: Ints, count: int) -> Ints:
    """For each group a fold, (groups,): the largest groups first, each into the fold that is smallest so far."""
    home, filled = np.zeros(len(sizes), dtype=np.intp), np.zeros(count)
    for group in np.argsort(-sizes, kind="stable"):
        home[group] = int(np.argmin(filled))
        filled[home[group]] += sizes[group]
    return home


def _require(holds: bool, what: str, remedy: str) -> None:
    if not holds:
        raise FitFault(what, remedy)
