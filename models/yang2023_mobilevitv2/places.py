"""Transformers on a picture that is laid out by places, as engines run them best; exact in real numbers.

- A picture is laid out by places once before its transformers, (n, channels, 4, patches), not in every layer.
- A norm's scale and offset become part of the convolutions after it.
- Keys are projected after they are weighed: Σ wₚ(K xₚ + b) = K(Σ wₚ xₚ) + b where Σ wₚ = 1: one product of a matrix and
  a vector per place instead of a whole convolution. The scores' offset changes no softmax and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.yang2023_mobilevitv2.attention import PATCH_PX, LinearSelfAttention, TransformerBlock, by_place

PLACES = PATCH_PX**2


class Transformers(nn.Module):
    """Transformer blocks and the norm after them, without its scale and offset."""

    def __init__(self, blocks: Iterable[nn.Module], eps: float = 1e-5) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(PlacedBlock(cast(TransformerBlock, block)) for block in blocks))
        self.norm = Normalised(eps)

    def forward(self, picture: Tensor) -> Tensor:
        """(n, channels, height, width) to the same shape."""
        count, channels, height, width = picture.shape
        places = by_place(picture).reshape(count, channels, PLACES, -1)
        done = self.norm(self.blocks(places))
        patches = (height // PATCH_PX, width // PATCH_PX)
        laid_out = done.reshape(count, channels, PATCH_PX, PATCH_PX, *patches)
        return laid_out.permute(0, 1, 4, 2, 5, 3).reshape(picture.shape)  # type: ignore[no-any-return]


class PlacedBlock(nn.Module):
    """A `TransformerBlock` on places."""

    def __init__(self, block: TransformerBlock) -> None:
        super().__init__()
        self.norm1, self.norm2 = Normalised(block.norm1.eps), Normalised(block.norm2.eps)
        self.attention = PlacedAttention(block.attn, block.norm1)
        self.fc1 = after_norm(block.norm2, block.mlp.fc1)
        self.fc2 = _copied(block.mlp.fc2.weight, block.mlp.fc2.bias)

    def forward(self, places: Tensor) -> Tensor:
        """(n, channels, 4, patches) to the same shape."""
        attended = places + self.attention(self.norm1(places))
        return attended + self.fc2(functional.silu(self.fc1(self.norm2(attended))))  # type: ignore[no-any-return]


class PlacedAttention(nn.Module):
    """`LinearSelfAttention` after a norm, on places."""

    def __init__(self, attention: LinearSelfAttention, norm: nn.GroupNorm) -> None:
        super().__init__()
        parts = [1, attention.channels, attention.channels]
        weights, offsets = attention.qkv_proj.weight, cast(Tensor, attention.qkv_proj.bias)
        scores, keys, values = (
            after_norm(norm, _copied(weight, offset))
            for weight, offset in zip(torch.split(weights, parts), torch.split(offsets, parts), strict=True)
        )
        scores.bias = None
        self.scores, self.keys, self.values = scores, keys, values
        self.out = _copied(attention.out_proj.weight, attention.out_proj.bias)

    def forward(self, places: Tensor) -> Tensor:
        """(n, channels, 4, patches) to the same shape."""
        weights = self.scores(places).softmax(-1)
        context = self.keys((places * weights).sum(-1, keepdim=True))
        return self.out(functional.relu(self.values(places)) * context)  # type: ignore[no-any-return]


class Normalised(nn.Module):
    """Each picture less its mean, over its standard deviation: `GroupNorm(1)` without scale and offset."""

    def __init__(self, eps: float) -> None:
        super().__init__()
        self.eps = eps

    def forward(self, picture: Tensor) -> Tensor:
        """(n, channels, height, width) to the same shape."""
        apart = picture - picture.mean((1, 2, 3), keepdim=True)
        return apart / ((apart * apart).mean((1, 2, 3), keepdim=True) + self.eps).sqrt()


def after_norm(norm: nn.GroupNorm, layer: nn.Conv2d) -> nn.Conv2d:
    """A pointwise convolution that takes what `norm` gives before its scale and offset."""
    weights, scale, shift = layer.weight.double(), norm.weight.double(), norm.bias.double()
    offset = torch.zeros(len(weights)).double() if layer.bias is None else layer.bias.double()
    return _copied(weights * scale[:, None, None], offset + weights[:, :, 0, 0] @ shift)


def _copied(weights: Tensor, offset: Tensor | None) -> nn.Conv2d:
    layer = nn.Conv2d(weights.shape[1], weights.shape[0], 1)
    layer.weight.copy_(weights)
    cast(Tensor, layer.bias).copy_(torch.zeros(len(weights)) if offset is None else offset)
    return layer
