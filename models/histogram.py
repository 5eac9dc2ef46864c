"""Histograms of 8-bit pictures inside a graph, of operations that every engine has, exact in float32.

A grey level is a pair of digits of 16: the product of both digits' indicators, summed over the pixels, is the table of
how often each pair occurs. That is a product of matrices, and 32 comparisons per pixel instead of 256. Its factors are
0 or 1, which eight bits hold; sums over levels are no product of matrices, so that nobody makes them INT8.
"""

from __future__ import annotations

import torch
from torch import Tensor

LEVELS, DIGIT = 256, 16


def counts(grey: Tensor) -> Tensor:
    """How many pixels have each grey level, (n, 256), of whole levels 0–255 (n, height, width) as float32."""
    flat = grey.flatten(1)
    high = torch.floor(flat / DIGIT)
    digits = torch.arange(DIGIT, dtype=grey.dtype, device=grey.device)
    first, second = (each[:, :, None] == digits for each in (high, flat - DIGIT * high))
    return (first.to(grey.dtype).transpose(1, 2) @ second.to(grey.dtype)).flatten(1)


def otsu(grey: Tensor) -> Tensor:
    """The level that divides each picture's pixels best, (n,): those above it are one class, the others the other.

    Source: Otsu, IEEE Trans Syst Man Cybern 9 (1979) 62; of equal levels the lowest, as OpenCV has it.
    """
    share = counts(grey) / (grey.shape[1] * grey.shape[2])
    level = torch.arange(LEVELS, dtype=grey.dtype, device=grey.device)
    below, moment = share.cumsum(1), (share * level).cumsum(1)
    apart = moment[:, -1:] * below - moment
    between = apart.square() / (below * (1 - below)).clamp_min(1e-6)
    return between.argmax(1).to(grey.dtype)


def equalised(grey: Tensor) -> Tensor:
    """Levels spread so that each is about as frequent; the darkest that occurs becomes 0, as OpenCV has it, and a
    picture of one level stays as it is. (n, height, width), whole levels 0–255, to the same shape."""
    up_to = counts(grey).cumsum(1)
    pixels, darkest = up_to[:, -1:], torch.where(up_to > 0, up_to, up_to[:, -1:]).amin(1, keepdim=True)
    rest = pixels - darkest
    spread = torch.round((up_to - darkest).clamp_min(0) * (LEVELS - 1) / rest.clamp_min(1))
    table = torch.where(rest > 0, spread, torch.arange(LEVELS, dtype=grey.dtype, device=grey.device))
    return table.gather(1, grey.flatten(1).long()).reshape(grey.shape)


def whole_levels(light: Tensor) -> Tensor:
    """Light from 0 to 1, any shape, as grey levels 0–255; what is brighter counts as 1."""
    return torch.round(light.clamp(0, 1) * (LEVELS - 1))
