"""What golden runs share: weights drawn from a seed, of a size that keeps signals alive."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor


def drawn_weights(random: np.random.Generator, like: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors of the same names and shapes; norms get a mean and a positive spread."""
    return {name: _drawn(random, name, each) for name, each in like.items()}


def _drawn(random: np.random.Generator, name: str, like: Tensor) -> Tensor:
    if name.endswith("num_batches_tracked"):
        return torch.zeros_like(like)
    if name.endswith("running_var") or (like.ndim == 1 and name.endswith("weight")):
        return torch.from_numpy(random.uniform(0.5, 1.5, like.shape).astype(np.float32))
    fan_in = like[0].numel() if like.ndim > 1 else 25
    return torch.from_numpy(random.normal(0.0, (2 / fan_in) ** 0.5, like.shape).astype(np.float32))
