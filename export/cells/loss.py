"""What the cells network is corrected by."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from export.cells.dataset import Batch

PLANE_WEIGHTS = (1.0, 1.0, 2.0)
"""Cell, nucleus, seam: seams are few pixels."""
DICE_SHARE = 0.3
DICE_SMOOTHING_PX = 50.0


def segmentation_loss(logits: Tensor, batch: Batch) -> Tensor:
    """Cross-entropy of each pixel, and the Dice coefficient of each plane over the batch, where the target is known."""
    target, weight = batch.target.float(), batch.weight.float()
    by_plane = torch.tensor(PLANE_WEIGHTS, device=logits.device).view(1, -1, 1, 1)
    each = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return (each * weight * by_plane).mean() + DICE_SHARE * _dice_loss(logits, target, weight)


def _dice_loss(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """1 − Dice, averaged over the planes; smoothed, for a batch may hold no seam."""
    found, meant = torch.sigmoid(logits) * weight, target * weight
    shared = (found * meant).sum((0, 2, 3))
    both = (found + meant).sum((0, 2, 3))
    return (1 - (2 * shared + DICE_SMOOTHING_PX) / (both + DICE_SMOOTHING_PX)).mean()
