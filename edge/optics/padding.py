"""What of an image is not picture: letter-box bars, black surrounds of cut-outs, the dark around an eyepiece's disc."""

from __future__ import annotations

import cv2
import numpy as np

from edge.optics.channels import most_channel
from edge.optics.planes import Mask
from edge.types import Pixels

BLACK = 10
"""Brightest channel, of 255, still read as "no light at all": JPEG ringing around a black cut-out stays below it."""
FLAT = 6
"""Spread, of 255, within a letter-box bar: what JPEG leaves of one colour."""


def padding(pixels: Pixels) -> Mask:
    """Where `pixels` (RGB uint8) hold no picture; True is padding.

    Two kinds: whole rows and columns of one colour along the borders (letter-boxes), and black areas that reach
    the border (cut-outs, the outside of a disc). A picture of one colour is all padding.
    """
    return _bars(pixels) | _black_surround(pixels)


def _bars(pixels: Pixels) -> Mask:
    height, width = pixels.shape[:2]
    mask = np.zeros((height, width), bool)
    (top, bottom), (left, right) = _border_runs(pixels), _border_runs(pixels.transpose(1, 0, 2))
    mask[:top] = mask[height - bottom :] = True
    mask[:, :left] = mask[:, width - right :] = True
    return mask


def _border_runs(lines: Pixels) -> tuple[int, int]:
    """Lengths of the runs of flat lines at both ends, one line longer where there is one: the seam is half picture."""
    first = _flat_run(lines)
    if first == len(lines):
        return first, 0
    last = _flat_run(lines[::-1])
    return first + (first > 0), last + (last > 0)


def _flat_run(lines: Pixels) -> int:
    """How many lines are flat before the first that is not: most pictures have none, so no more is looked at."""
    return next((number for number, line in enumerate(lines) if np.ptp(line, axis=0).max() > FLAT), len(lines))


def _black_surround(pixels: Pixels) -> Mask:
    black = (most_channel(pixels) <= BLACK).view(np.uint8)
    if not black.any():
        return black.astype(bool)
    count, parts = cv2.connectedComponents(black, connectivity=4)
    border = np.concatenate((parts[0], parts[-1], parts[:, 0], parts[:, -1]))
    reaches = np.zeros(count, bool)
    reaches[border] = True
    reaches[0] = False
    surround: Mask = cv2.dilate(reaches[parts].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return surround
