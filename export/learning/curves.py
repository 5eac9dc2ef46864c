"""A run's loss as a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from export.learning.options import LoopOptions

POINTS = 60


def draw_curve(losses: Sequence[float], options: LoopOptions, unit: str) -> bytes:
    """Each step's loss and its mean over a sixtieth of the run, as PNG."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    scale = "log" if min(losses) > 0 else "symlog"  # a critic's loss has no least value
    axes = figure.add_subplot(xlabel="step", ylabel="loss", yscale=scale, xlim=(0, options.steps))
    steps = np.arange(1, len(losses) + 1)
    axes.plot(steps, losses, color="0.8", linewidth=0.5)
    width = max(1, len(losses) // POINTS)
    means = np.convolve(losses, np.full(width, 1 / width), "valid")
    axes.plot(steps[width - 1 :], means, color="tab:blue")
    axes.set_title(f"{options.steps} steps of {options.batch} {unit}, last mean {means[-1]:.4f}")
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()
