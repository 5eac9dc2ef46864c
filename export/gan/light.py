"""Between cells as they are kept and pictures as the GAN takes them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Generator, Tensor

from export.opinion.planes import CLEAR, LIGHT
from export.opinion.table import Planes8


def pictures_of_light(planes: Planes8) -> Tensor:
    """The light of cells (n, 5, s, s) from −1, dark, to 1, clear: (n, 3, s, s)."""
    return (torch.from_numpy(planes[:, LIGHT].astype(np.float32)) / CLEAR).clamp(0.0, 1.0) * 2 - 1


def with_light(planes: Planes8, pictures: Tensor) -> Planes8:
    """The cells (n, 5, s, s) with the light of these pictures (n, 3, s, s); outlines stay."""
    changed = planes.copy()
    levels = (pictures.cpu() + 1) / 2 * CLEAR
    changed[:, LIGHT] = levels.round().clamp(0, 255).to(torch.uint8).numpy()
    return changed


def laid_down(pictures: Tensor, random: Generator) -> Tensor:
    """The batch turned by a quarter, half or three quarters, and mirrored, or not."""
    turns, mirrored = torch.randint(4, (), generator=random), torch.randint(2, (), generator=random)
    turned = torch.rot90(pictures, int(turns), (2, 3))
    return turned.flip(3) if mirrored else turned
