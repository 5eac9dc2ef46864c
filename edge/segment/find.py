"""Find the cells of a normalised field: likelihood, instances, exact nuclei, and which are cut by the border."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from edge.optics.labels import label_windows
from edge.optics.normal import WORKING_UM_PER_PX, NormalField
from edge.segment.density import stain_channel
from edge.segment.instances import InstanceLimits, label_cells, number_cells
from edge.segment.likelihood import Finder, Likelihood
from edge.segment.nucleus import OutlineOptions, outline_nucleus, tidy
from edge.types import Labels, Outlines, Reason

CUT = "cell.cut"
BORDER_PX = 2
"""A cell this near to the border of the picture is cut by it."""


@dataclass(frozen=True, slots=True)
class SegmentOptions:
    """What makes a cell a cell, and how its nucleus is outlined."""

    instances: InstanceLimits = field(default_factory=InstanceLimits)
    outline: OutlineOptions = field(default_factory=OutlineOptions)


def find_cells(normal: NormalField, finder: Finder, options: SegmentOptions) -> Outlines:
    """All nucleated cells of a field, with the reason for those that are cut by the border."""
    likelihood = _within_picture(finder.likelihood(normal), normal)
    cells = label_cells(likelihood, options.instances)
    nuclei = _exact_nuclei(normal, likelihood, cells, options.outline)
    cells, nuclei = number_cells(cells, nuclei, options.instances)
    return Outlines(cells, nuclei, _cut_by_border(cells))


def _within_picture(likelihood: Likelihood, normal: NormalField) -> Likelihood:
    inside = normal.picture
    return Likelihood(likelihood.cell * inside, likelihood.nucleus * inside, likelihood.seam)


def _exact_nuclei(normal: NormalField, likelihood: Likelihood, cells: Labels, options: OutlineOptions) -> Labels:
    channel = stain_channel(normal.transmittance)
    nuclei = np.zeros_like(cells)
    for k, window in label_windows(cells):
        mask = cells[window] == k
        nucleus = outline_nucleus(channel[window], mask, likelihood.nucleus[window], options)
        clean = tidy(nucleus, options.hole_um2 / WORKING_UM_PER_PX**2, options.bit_um2 / WORKING_UM_PER_PX**2)
        nuclei[window][clean & mask] = k
    return nuclei


def _cut_by_border(cells: Labels) -> Mapping[int, tuple[Reason, ...]]:
    rim = (cells[:BORDER_PX], cells[-BORDER_PX:], cells[:, :BORDER_PX], cells[:, -BORDER_PX:])
    touching = np.unique(np.concatenate([part.ravel() for part in rim]))
    return {int(k): (Reason(CUT),) for k in touching if k}
