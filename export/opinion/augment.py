"""Other laboratories' pictures of the same cells: turned, resized, restained, outlined a little differently, blurred.

Size is part of what tells a blast, so a picture that is resized takes its lengths in micrometres along: the jitter
stands for the error of a scale, not for a scale that is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional

from export.opinion.shown import Shown
from models.marrowkit2026_opinion.net import MEASURES

LENGTHS = [index for index, name in enumerate(MEASURES) if name.endswith("_um")]
RATIO = MEASURES.index("nc_ratio")
SHAPES = [MEASURES.index(name) for name in ("circularity", "solidity")]

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class AugmentOptions:
    """Spreads of what differs between laboratories; those of sizes and strengths are of the logarithm.

    size         of picture and lengths together
    shift        of the cell in its square, in squares at most
    ratio, shape errors of the nuclear share, and of circularity and solidity
    mix, gain    of each dye into each channel, and of each channel's strength
    curve        of the exponent that density is raised to: cameras' tone curves
    rim_px       blur of the outlines before they are drawn again
    rim, rim_softness  where they are drawn, around a half, and how steeply
    blur, blurs_px     chance that a batch is blurred, and how much
    noise        largest spread of the noise, in density
    """

    size: float = 0.08
    shift: float = 0.02
    ratio: float = 0.05
    shape: float = 0.01
    mix: float = 0.1
    gain: float = 0.2
    curve: float = 0.25
    rim_px: float = 1.5
    rim: float = 0.12
    rim_softness: float = 6.0
    blur: float = 0.75
    blurs_px: Span = (0.4, 2.0)
    noise: float = 0.04


def augmented(cells: Shown, random: Generator, options: AugmentOptions) -> Shown:
    """The batch as other laboratories might have shown it; the same for the same state of `random`."""
    turned = remeasured(placed(cells, random, options), random, options)
    density = photographed(restained(turned.density, random, options), random, options)
    return Shown(density, redrawn(turned.masks, random, options), turned.measures)


def placed(cells: Shown, random: Generator, options: AugmentOptions) -> Shown:
    """At any angle, either hand, a little aside, and a little larger or smaller with lengths to match."""
    count = len(cells.measures)
    size = torch.exp(torch.randn(count, generator=random) * options.size)
    picture = torch.cat([cells.density, cells.masks], 1)
    grid = functional.affine_grid(_maps(size, random, options), list(picture.shape), align_corners=False)
    moved = functional.grid_sample(picture, grid, align_corners=False)
    measures = cells.measures.clone()
    measures[:, LENGTHS] *= size[:, None]
    return Shown(moved[:, :3], moved[:, 3:], measures)


def remeasured(cells: Shown, random: Generator, options: AugmentOptions) -> Shown:
    """The ratios as another outline would have given them."""
    measures = cells.measures.clone()
    count = len(measures)
    measures[:, RATIO] += torch.randn(count, generator=random) * options.ratio
    measures[:, SHAPES] += torch.randn(count, len(SHAPES), generator=random) * options.shape
    return cells._replace(measures=measures)


def restained(density: Tensor, random: Generator, options: AugmentOptions) -> Tensor:
    """Dyes mixed otherwise (densities add up, Beer–Lambert), stronger or weaker, through another tone curve."""
    count = len(density)
    mix = torch.eye(3) + torch.randn(count, 3, 3, generator=random) * options.mix
    gain = torch.exp(torch.randn(count, 3, 1, 1, generator=random) * options.gain)
    curve = torch.exp(torch.randn(count, 1, 1, 1, generator=random) * options.curve)
    return (torch.einsum("nij,njhw->nihw", mix, density).clamp_min(0) * gain + 1e-4) ** curve


def redrawn(masks: Tensor, random: Generator, options: AugmentOptions) -> Tensor:
    """Outlines smoothed, and drawn a little further out or in."""
    level = 0.5 + torch.randn(len(masks), 2, 1, 1, generator=random) * options.rim
    return ((blurred(masks, options.rim_px) - level) * options.rim_softness + 0.5).clamp(0, 1)


def photographed(density: Tensor, random: Generator, options: AugmentOptions) -> Tensor:
    """Through a softer lens, most of the time, and with grain."""
    low, high = options.blurs_px
    chance, place = torch.rand(2, generator=random).tolist()
    if chance < options.blur:
        density = blurred(density, low + (high - low) * place)
    grain = torch.rand(len(density), 1, 1, 1, generator=random) * options.noise
    return density + torch.randn(density.shape, generator=random) * grain


def blurred(planes: Tensor, sigma_px: float) -> Tensor:
    """A Gaussian blur of every plane (n, channels, h, w), as if nothing lay beyond."""
    reach = int(3 * sigma_px)
    bell = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / sigma_px) ** 2)
    kernel = (bell / bell.sum()).expand(planes.shape[1], 1, -1)
    across = functional.conv2d(planes, kernel[:, :, None, :], padding=(0, reach), groups=planes.shape[1])
    return functional.conv2d(across, kernel[:, :, :, None], padding=(reach, 0), groups=planes.shape[1])


def _maps(size: Tensor, random: Generator, options: AugmentOptions) -> Tensor:
    """Affine maps (n, 2, 3) from the new picture's coordinates to the old one's."""
    count = len(size)
    turn = torch.rand(count, generator=random) * (2 * torch.pi)
    hand = (torch.rand(count, generator=random) < 0.5).float() * 2 - 1
    cosine, sine = torch.cos(turn) / size, torch.sin(turn) / size
    # the square spans −1 to 1
    shift = (torch.rand(count, 2, generator=random) * 2 - 1) * (2 * options.shift)
    rows = torch.stack([torch.stack([cosine * hand, -sine], 1), torch.stack([sine * hand, cosine], 1)], 1)
    return torch.cat([rows, shift[:, :, None]], 2)
