"""Where a network looked: how its answer changes when a part of what it is shown is blurred out.

Occlusion (Zeiler and Fergus 2014), by blur rather than by black: a nucleus with a bite taken out is a shape that no
network has ever seen, one whose outline is smooth there is not. Small networks are asked on a fine grid; large ones,
where each question costs a tenth of a second, about the parts of the cell.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.bundle.tensors import IMAGE, MEASURES
from edge.decide.network import NetworkOpinion, batch_of
from edge.decide.symmetry import logits
from edge.explain.shown import ShownCell
from edge.optics.planes import Mask, Plane

FINE_SIZE_PX = 96
"""Side of the picture up to which a network is asked on a grid."""
PATCH, STEP = 0.1, 1 / 16
"""Side of what is blurred out, and of a step of the grid, over the picture's side."""
BLUR = 0.05
"""Spread of the blur over the picture's side: a micrometre."""
SECTORS = 4
"""Parts that nucleus and cytoplasm are cut into for large networks."""
UNCHANGED = 1e-3
"""Change of the input, in its own standard deviations, below which a network need not be asked."""

Regions = NDArray[np.bool_]
"""(regions, s, s)."""


@dataclass(frozen=True, eq=False)
class Looked:
    """What mattered to a network.

    blast      its probability of a blast for this cell
    influence  at each pixel of what it is shown: how far the log-odds of a blast fall when that is blurred out, in
               favour of a blast above 0, (s, s)
    measures   the same for each measure it is given beside, when that is replaced by the training cells' mean
    regions    how many parts were asked about
    """

    blast: float
    influence: Plane
    measures: dict[str, float]
    regions: int


def looked(network: NetworkOpinion, shown: ShownCell, is_blast: NDArray[np.bool_]) -> Looked:
    """Where the network looked; `is_blast` (labels,) are the labels that count as blasts. The same cell gives the same.

    Raises:
        EngineFault: the network fails.
    """
    image = shown.given[IMAGE][0]
    regions = _grid(image.shape[-1]) if image.shape[-1] <= FINE_SIZE_PX else _parts(shown)
    blurred = _blurred(image)
    regions = regions[_changing(regions, image, blurred)]
    names = network.inputs.measures
    pictures = np.stack([image, *(np.where(region, blurred, image) for region in regions), *([image] * len(names))])
    odds = _log_odds(network, pictures, _measures(shown, len(regions), len(names)), is_blast)
    falls = odds[0] - odds[1:]
    return Looked(
        blast=float(1 / (1 + np.exp(-odds[0]))),
        influence=_laid(regions, falls[: len(regions)], image.shape[-2:]),
        measures=dict(zip(names, falls[len(regions) :].tolist(), strict=True)),
        regions=len(regions),
    )


def _blurred(image: NDArray[np.float32]) -> NDArray[np.float32]:
    spread = BLUR * image.shape[-1]
    return np.stack([cv2.GaussianBlur(plane, (0, 0), spread, borderType=cv2.BORDER_REPLICATE) for plane in image])


def _grid(side: int) -> Regions:
    """Overlapping squares over all of the picture."""
    half, step = max(1, round(PATCH * side / 2)), max(1, round(STEP * side))
    middles = range(step // 2, side, step)
    regions = np.zeros((len(middles) ** 2, side, side), bool)
    for k, (row, column) in enumerate((row, column) for row in middles for column in middles):
        regions[k, max(0, row - half) : row + half, max(0, column - half) : column + half] = True
    return regions


def _parts(shown: ShownCell) -> Regions:
    """Sectors of nucleus and cytoplasm, and everything around the cell."""
    side = shown.cell.shape[0]
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    sector = np.floor((np.arctan2(y, x) + math.pi) / (2 * math.pi) * SECTORS).clip(0, SECTORS - 1)
    cytoplasm = shown.cell & ~shown.nucleus
    cut = [part & (sector == k) for part in (shown.nucleus, cytoplasm) for k in range(SECTORS)]
    return np.stack([*cut, ~shown.cell & ~shown.nucleus])


def _changing(regions: Regions, image: NDArray[np.float32], blurred: NDArray[np.float32]) -> Mask:
    changed = np.abs(blurred - image).max(axis=0) > UNCHANGED
    return np.asarray((regions & changed).any(axis=(1, 2)))


def _measures(shown: ShownCell, regions: int, names: int) -> NDArray[np.float32] | None:
    """The cell's own for every picture; and of the last ones, each with one replaced by its mean, which is 0."""
    if MEASURES not in shown.given:
        return None
    measures = np.repeat(shown.given[MEASURES], 1 + regions + names, axis=0).astype(np.float32)
    for k in range(names):
        measures[1 + regions + k, k] = 0
    return measures


def _log_odds(
    network: NetworkOpinion, pictures: NDArray[np.float32], measures: NDArray[np.float32] | None, is_blast: Mask
) -> NDArray[np.float64]:
    """Log-odds of a blast for each picture, calibrated."""
    answers = [_asked(network, pictures, measures, some) for some in _batches(len(pictures), batch_of(network.inputs))]
    scaled = np.concatenate(answers).astype(np.float64) / network.calibration.temperature + np.asarray(
        network.calibration.bias
    )
    return _log_sum(scaled[:, is_blast]) - _log_sum(scaled[:, ~is_blast])


def _log_sum(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithm of the sum of powers, without overflow: a probability of 10⁻⁹ still has its log-odds."""
    most = logits.max(axis=1)
    return np.asarray(most + np.log(np.exp(logits - most[:, None]).sum(axis=1)))


def _asked(
    network: NetworkOpinion, pictures: NDArray[np.float32], measures: NDArray[np.float32] | None, some: slice
) -> NDArray[np.float32]:
    given = {IMAGE: np.ascontiguousarray(pictures[some], np.float32)}
    if measures is not None:
        given[MEASURES] = measures[some]
    return logits(network.session, given, network.inputs.symmetric)


def _batches(count: int, size: int) -> Iterator[slice]:
    return (slice(at, at + size) for at in range(0, count, size))


def _laid(regions: Regions, falls: NDArray[np.float64], shape: tuple[int, ...]) -> Plane:
    """Each pixel's mean over the regions that hold it."""
    if not len(regions):
        return np.zeros(shape, np.float32)
    total = np.tensordot(falls, regions.astype(np.float64), axes=1)
    return np.asarray(total / np.maximum(regions.sum(axis=0), 1), np.float32)
