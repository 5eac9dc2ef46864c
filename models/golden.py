"""What golden runs share: weights drawn from a seed, of a size that keeps signals alive."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from models.symmetry import SymmetricConv2d
from models.trees import LEAF, Tree


def drawn_weights(random: np.random.Generator, network: nn.Module) -> dict[str, Tensor]:
    """Tensors of the names and shapes of the network's; norms get a mean and a positive spread."""
    fans_in = {
        f"{name}.weight": each.fan_in for name, each in network.named_modules() if isinstance(each, SymmetricConv2d)
    }
    return {name: _drawn(random, name, each, fans_in.get(name)) for name, each in network.state_dict().items()}


def _drawn(random: np.random.Generator, name: str, like: Tensor, fan_in: int | None) -> Tensor:
    if name.endswith("num_batches_tracked"):
        return torch.zeros_like(like)
    if name.endswith("running_var") or (fan_in is None and like.ndim == 1 and name.endswith("weight")):
        return torch.from_numpy(random.uniform(0.5, 1.5, like.shape).astype(np.float32))
    many = fan_in or (like[0].numel() if like.ndim > 1 else 25)
    return torch.from_numpy(random.normal(0.0, (2 / many) ** 0.5, like.shape).astype(np.float32))


def drawn_trees(random: np.random.Generator, count: int, depth: int, features: int, outputs: int) -> list[Tree]:
    """Complete trees with thresholds between 0 and 1."""
    return [_drawn_tree(random, depth, features, outputs) for _ in range(count)]


def _drawn_tree(random: np.random.Generator, depth: int, features: int, outputs: int) -> Tree:
    nodes, inner = 2 ** (depth + 1) - 1, 2**depth - 1
    number = np.arange(nodes)
    left = np.where(number < inner, 2 * number + 1, LEAF)
    return Tree(
        feature=random.integers(0, features, nodes),
        threshold=random.uniform(0.0, 1.0, nodes).astype(np.float32),
        left=left,
        right=np.where(left == LEAF, LEAF, left + 1),
        value=random.normal(0.0, 1.0, (nodes, outputs)).astype(np.float32),
    )
