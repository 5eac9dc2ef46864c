"""What was measured of a build, drawn: each picture is an SVG that always has the same bytes for the same figures."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from edge.bundle.tensors import Floats
from export.building.marks import BINS, Ints
from export.building.outcome import ORIGINAL, Outcome
from export.building.speed import BATCHES, Speed

COLOURS = ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Told apart by colour-blind eyes as well (Okabe and Ito 2008)."""
WIDTH_IN = 5.0
FEW_LABELS = 12
"""Up to so many labels the cells of a confusion matrix are wide enough for their numbers."""

Draw = Callable[[Axes], None]


def accuracy(outcome: Outcome) -> str:
    """Top-1 of every variant with its interval, and the least that is allowed."""
    found = [each for each in outcome.figures() if each.name == "top-1 accuracy"]
    names = [each.on.rpartition(", ")[2] for each in found]

    def draw(axes: Axes) -> None:
        for row, (name, each) in enumerate(zip(names, found, strict=True)):
            axes.plot([each.low, each.high], [row, row], color=_colour(outcome, name), linewidth=2)
            axes.plot(each.value, row, "o", color=_colour(outcome, name))
        least = max(0.0, found[0].value - outcome.spec.limits.top1 / 100)
        axes.axvline(least, color="0.5", linestyle=":", linewidth=1.2)
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
        axes.set_xlabel(f"held-out cells named rightly, 95 % interval\ndotted: least allowed, {100 * least:.1f} %")

    return svg(draw, 1.2 + 0.45 * len(names))


def confusion(outcome: Outcome, name: str) -> str:
    """What cells of each label were called by one variant."""
    said, labels = dict(outcome.every())[name].argmax(axis=1), outcome.spec.labels
    return confusion_of(confused(said, outcome.truth, len(labels)), labels, f"called by {name}")


def confusion_of(counts: np.ndarray[tuple[int, ...], np.dtype[np.intp]], labels: Sequence[str], called: str) -> str:
    """Numbers of cells by what they are (rows) and were called (columns), coloured as shares of the row."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)

    def draw(axes: Axes) -> None:
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        axes.set_xticks(range(len(labels)), labels, rotation=45, ha="right")
        axes.set_yticks(range(len(labels)), labels)
        axes.set(xlabel=called, ylabel="is")
        if len(labels) <= FEW_LABELS:
            _numbered(axes, counts, shares)

    return svg(draw, 1.6 + 0.42 * max(4, len(labels)))


def confused(said: Ints, truth: Ints, labels: int) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    """How many cells of each label (rows) were called what (columns)."""
    counts = np.zeros((labels, labels), np.intp)
    np.add.at(counts, (truth, said), 1)
    return counts


def reliability(outcome: Outcome) -> str:
    """How often a variant is right, by how sure it says it is."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        for name, shares in outcome.different():
            sure, right, many = reliable(shares, outcome.truth)
            axes.plot(sure, right, color=_colour(outcome, name), linewidth=1.2, label=name)
            axes.scatter(sure, right, s=60 * np.sqrt(many / many.max()), color=_colour(outcome, name), alpha=0.7)
        axes.set(xlabel="it says that it is so sure", ylabel="and is right so often", xlim=(0, 1.02), ylim=(0, 1.02))
        axes.legend(loc="upper left", frameon=False)

    return svg(draw, 3.6)


def reliable(shares: Floats, truth: Ints) -> tuple[Floats, Floats, Floats]:
    """Mean confidence, share of right answers, and number of cells, of each bin of confidence that has any."""
    sure, right = shares.max(axis=1), shares.argmax(axis=1) == truth
    inside = np.minimum((sure * BINS).astype(np.intp), BINS - 1)
    many = np.bincount(inside, minlength=BINS)
    kept = many > 0
    sums = [np.bincount(inside, weights=each, minlength=BINS)[kept] for each in (sure, right)]
    means = [np.asarray(each / many[kept], np.float32) for each in sums]
    return means[0], means[1], np.asarray(many[kept], np.float32)


def speed(found: Sequence[Speed]) -> str:
    """Milliseconds per cell, one by one and sixteen at once."""
    names = list(dict.fromkeys(each.variant for each in found))
    times = {(each.variant, each.batch): each.ms / each.batch for each in found}

    def draw(axes: Axes) -> None:
        for turn, batch in enumerate(BATCHES):
            rows = np.arange(len(names)) + 0.4 * turn - 0.2
            widths = [times[name, batch] for name in names]
            bars = axes.barh(rows, widths, 0.36, color=COLOURS[1 + turn], label=f"batch {batch}")
            axes.bar_label(bars, [f"{width:.3g}" for width in widths], padding=3)
        _named_bars(axes, names, "milliseconds per cell")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(BATCHES), frameon=False)

    return svg(draw, 1.2 + 0.6 * len(names))


def size(weights_mb: Mapping[str, float]) -> str:
    """Megabytes of every variant."""

    def draw(axes: Axes) -> None:
        bars = axes.barh(range(len(weights_mb)), list(weights_mb.values()), 0.6, color=COLOURS[1])
        axes.bar_label(bars, [f"{weight:.2f}" for weight in weights_mb.values()], padding=3)
        _named_bars(axes, list(weights_mb), "megabytes (10⁶ bytes)")

    return svg(draw, 1.0 + 0.4 * len(weights_mb))


def _named_bars(axes: Axes, names: Sequence[str], told: str) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlabel(told)
    axes.margins(x=0.16)


def _numbered(axes: Axes, counts: np.ndarray[tuple[int, ...], np.dtype[np.intp]], shares: Floats) -> None:
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=colour)


def _colour(outcome: Outcome, name: str) -> str:
    names = [ORIGINAL, *(each.variant for each in outcome.said)]
    return COLOURS[names.index(name) % len(COLOURS)]


def svg(draw: Draw, height_in: float) -> str:
    """A picture of a page's column width, the same bytes for the same drawing."""
    settings: Any = {"svg.hashsalt": "marrowkit", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    with mpl.rc_context(settings):
        figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
        draw(figure.add_subplot())
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return file.getvalue()
