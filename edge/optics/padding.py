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
    top, bottom = _border_runs(_flat_lines(pixels, along=1))
    left, right = _border_runs(_flat_lines(pixels, along=0))
    mask[:top] = mask[height - bottom :] = True
    mask[:, :left] = mask[:, width - right :] = True
    return mask


def _flat_lines(pixels: Pixels, along: int) -> Mask:
    spread = cv2.reduce(pixels, along, cv2.REDUCE_MAX) - cv2.reduce(pixels, along, cv2.REDUCE_MIN)
    flat: Mask = spread.reshape(-1, 3).max(axis=1) <= FLAT
    return flat


def _border_runs(flat: Mask) -> tuple[int, int]:
    """Lengths of the flat runs at both ends, one line longer where there is one: the seam is half picture."""
    if flat.all():
        return len(flat), 0
    first, last = int(np.argmin(flat)), int(np.argmin(flat[::-1]))
    return first + (first > 0), last + (last > 0)


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
