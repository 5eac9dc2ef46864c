"""What 8 bits cost, layer by layer, as a picture."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from export.quantising.sensitivity import Layer

INCHES_PER_LAYER, MARGIN_INCHES, WIDTH_INCHES = 0.16, 1.2, 7.0
LEAST = 1e-9
"""Nats below which a bar would not be seen."""
IN_8_BITS, IN_FLOAT = "#33658a", "#c1440e"


def svg(layers: Sequence[Layer], kept: Collection[str] = ()) -> str:
    """One bar per layer, those that stay in float in another colour; the same text each time."""
    from matplotlib import rc_context

    out = io.StringIO()
    with rc_context({"svg.hashsalt": "marrowkit"}):
        figure = _drawn(layers, kept)
        FigureCanvasSVG(figure)
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def _drawn(layers: Sequence[Layer], kept: Collection[str]) -> Figure:
    figure = Figure((WIDTH_INCHES, MARGIN_INCHES + INCHES_PER_LAYER * len(layers)), layout="constrained")
    axes = figure.add_subplot()
    colours = [IN_FLOAT if layer.name in kept else IN_8_BITS for layer in layers]
    axes.barh([layer.name for layer in layers], [max(layer.cost.divergence, LEAST) for layer in layers], color=colours)
    axes.set_xscale("log")
    axes.invert_yaxis()
    axes.margins(y=0.01)
    axes.tick_params(axis="y", labelsize=6)
    axes.set_xlabel("divergence from float32 with this layer alone in 8 bits, nats")
    axes.set_title(f"Sensitivity of {len(layers)} convolutions; red ones stay in float" if kept else
                   f"Sensitivity of {len(layers)} convolutions")  # fmt: skip
    return figure
