"""Separable self-attention and the blocks made of it (Mehta and Rastegari, arXiv 2206.02680, section 3).

A picture's patches are 2 × 2 pixels, and each of the four places in a patch attends to the same place in all others.
Nothing is unfolded: every layer but the attention itself sees pixels one by one, so the picture keeps its shape, and
only the scores and the context are looked at place by place. That leaves ordinary convolutions, which engines are
fast at, and no `col2im`.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

PATCH_PX = 2
FFN_RATIO = 2


class LinearSelfAttention(nn.Module):
    """Each place's context is the mean of the keys over all patches, weighed by one learned score per pixel; linear in
    the number of patches."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.qkv_proj = nn.Conv2d(channels, 1 + 2 * channels, 1)
        self.out_proj = nn.Conv2d(channels, channels, 1)

    def forward(self, picture: Tensor) -> Tensor:
        """(n, channels, height, width), both sides multiples of a patch's, to the same shape."""
        scores, keys, values = self.qkv_proj(picture).split([1, self.channels, self.channels], dim=1)
        weights = by_place(scores).flatten(4).softmax(-1)
        context = (by_place(keys).flatten(4) * weights).sum(-1)
        return self.out_proj(spread(context, functional.relu(values)))  # type: ignore[no-any-return]


def by_place(picture: Tensor) -> Tensor:
    """(n, channels, height, width) as (n, channels, 2, 2, patches down, patches across)."""
    count, channels, height, width = picture.shape
    patches = picture.reshape(count, channels, height // PATCH_PX, PATCH_PX, width // PATCH_PX, PATCH_PX)
    return patches.permute(0, 1, 3, 5, 2, 4)


def spread(context: Tensor, values: Tensor) -> Tensor:
    """`values` (n, channels, height, width) times the context (n, channels, 2, 2) of each pixel's place."""
    count, channels, height, width = values.shape
    patches = values.reshape(count, channels, height // PATCH_PX, PATCH_PX, width // PATCH_PX, PATCH_PX)
    return (patches * context[:, :, None, :, None, :]).reshape(count, channels, height, width)


class FeedForward(nn.Module):
    """Two 1 × 1 convolutions."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, FFN_RATIO * channels, 1)
        self.fc2 = nn.Conv2d(FFN_RATIO * channels, channels, 1)

    def forward(self, picture: Tensor) -> Tensor:
        """(n, channels, height, width) to the same shape."""
        hidden: Tensor = self.fc1(picture)
        return self.fc2(functional.silu(hidden))  # type: ignore[no-any-return]


class TransformerBlock(nn.Module):
    """Attention and feed-forward, each after a norm over the whole picture and added to what it was given."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(1, channels)
        self.attn = LinearSelfAttention(channels)
        self.norm2 = nn.GroupNorm(1, channels)
        self.mlp = FeedForward(channels)

    def forward(self, picture: Tensor) -> Tensor:
        """(n, channels, height, width) to the same shape."""
        attended = picture + self.attn(self.norm1(picture))
        return attended + self.mlp(self.norm2(attended))  # type: ignore[no-any-return]
