"""The stain deconvolution layer (SD-Layer): three stain vectors that are learned, and the picture in amounts of them.

Source: Duggal et al., SD-Layer: stain deconvolutional layer for CNNs in medical microscopic imaging, MICCAI 2017.
Light is stopped by stains, OD = W · A pixel by pixel, with a stain per column of W; the network sees tanh(W⁻¹ · OD).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.duggal2017_sd_layer.inverse import inverse

REFERENCE = "all_11_000.jpg"
STAINS = ((0.5946, 0.5313, -0.7947), (0.5708, 0.7711, 0.3101), (0.5663, 0.3509, 0.5219))
"""Two stains by Macenko's method of one cell of C-NMC, and what is left, one per column; rows red, green, blue."""
GREY_LEVEL = 1 / 255
"""Least light: one level of eight bits."""
PER_E = -1 / math.log(10)
"""Density for each unit of the natural logarithm of light."""

Matrix = Sequence[Sequence[float]]


class StainDeconvolution(nn.Module):
    """Pictures of light that passed, 0 to 1, to amounts of three stains, −1 to 1; nine parameters.

    stains  unit densities before training, (3, 3), one stain per column
    """

    def __init__(self, stains: Matrix = STAINS) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(stains, dtype=torch.float32))

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, height, width) to the same shape."""
        return amounts(image, inverse(self.weight))


class FrozenDeconvolution(nn.Module):
    """The same after training: the inverse is the matrix of a 1 × 1 convolution."""

    def __init__(self, trained: StainDeconvolution) -> None:
        super().__init__()
        self.matrix = nn.Conv2d(3, 3, 1, bias=False)
        with torch.no_grad():
            self.matrix.weight.copy_(inverse(trained.weight.double())[:, :, None, None])

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, height, width) to the same shape."""
        return torch.tanh(self.matrix(density(image)))


def amounts(image: Tensor, matrix: Tensor) -> Tensor:
    """tanh(matrix · OD) of each pixel, (n, 3, height, width)."""
    return torch.tanh(functional.conv2d(density(image), matrix[:, :, None, None]))


def density(image: Tensor) -> Tensor:
    """Optical density, 0 where the picture is clear: the black around a cell, less than half a grey level, counts as
    clear, and nothing is darker than one grey level or brighter than 1."""
    light = torch.where(image < GREY_LEVEL / 2, 1.0, image.clamp(GREY_LEVEL, 1.0))
    return torch.log(light) * PER_E
