"""The outline of a cell inside its box: GrabCut (Rother, Kolmogorov and Blake 2004), told where the nucleus is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge.optics.planes import Mask
from edge.types import Pixels
from export.cells.regions import closed, filled, hull, largest, opened
from export.sources.example import Box

UNUSED = (0, 0, 1, 1)
"""GrabCut's rectangle, where a mask tells more."""


@dataclass(frozen=True, slots=True)
class OutlineSeeds:
    """What GrabCut is told, and how its answer is smoothed.

    reach, core  ellipses in the box, in half boxes: nothing outside `reach` is cell, what is inside `core` probably is
    rounds       iterations
    open_px, close_px  widths of the discs that smooth the answer
    """

    reach: float = 1.12
    core: float = 0.8
    rounds: int = 4
    open_px: int = 5
    close_px: int = 7


def outline_cell(clear: Pixels, nucleus: Mask, box: Box, seeds: OutlineSeeds) -> Mask:
    """The cell that fills `box`, bool (height, width).

    clear    the field with its lamp divided out, RGB uint8, 255 is clear, somewhat smoothed
    nucleus  pixels that are surely nucleus; at least one, and within the box
    """
    belief = _belief(nucleus, box, seeds)
    cv2.setRNGSeed(0)  # GrabCut begins with k-means, which draws
    cv2.grabCut(clear, belief, UNUSED, np.zeros((1, 65)), np.zeros((1, 65)), seeds.rounds, cv2.GC_INIT_WITH_MASK)
    inside = (belief == cv2.GC_FGD) | (belief == cv2.GC_PR_FGD)
    return filled(largest(closed(largest(opened(inside | nucleus, seeds.open_px)), seeds.close_px)))


def _belief(nucleus: Mask, box: Box, seeds: OutlineSeeds) -> Pixels:
    within = inside_box(nucleus.shape, box)
    possible = within & _ellipse(nucleus.shape, box, seeds.reach)
    probable = possible & (hull(nucleus) | _ellipse(nucleus.shape, box, seeds.core))
    belief = np.full(nucleus.shape, cv2.GC_BGD, np.uint8)
    belief[possible] = cv2.GC_PR_BGD
    belief[probable] = cv2.GC_PR_FGD
    belief[nucleus] = cv2.GC_FGD
    return belief


def inside_box(shape: tuple[int, ...], box: Box) -> Mask:
    """The pixels of a box, but for the outermost of the image: there must be some background to compare with."""
    mask = np.zeros(shape, np.bool_)
    left, top = max(1, round(box.left)), max(1, round(box.top))
    right, bottom = min(shape[1] - 1, round(box.right)), min(shape[0] - 1, round(box.bottom))
    mask[top:bottom, left:right] = True
    return mask


def _ellipse(shape: tuple[int, ...], box: Box, size: float) -> Mask:
    """The ellipse that touches the box grown by `size`."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    across = (x - (box.left + box.right) / 2) / ((box.right - box.left) / 2 * size)
    down = (y - (box.top + box.bottom) / 2) / ((box.bottom - box.top) / 2 * size)
    return np.asarray(across**2 + down**2 < 1, np.bool_)
