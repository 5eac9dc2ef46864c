"""The network: a small U at half resolution and below, with the details fed back in before its output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

WIDTHS = (16, 24, 40, 64)
PLANES = ("cell", "nucleus", "seam")
HEAD_CHANNELS = 32
MULTIPLE_PX = 16
"""Height and width must be multiples of it: a stem of stride two and three poolings."""


class CellsNet(nn.Module):
    """Transmittance in, three logits per pixel out.

    `widths` are the channels at 0.4, 0.8, 1.6 and 3.2 µm per pixel. Nothing runs at the full resolution but the shuffle
    of the last channels into pixels: convolutions there took half of the time of an 8-bit pass and added nothing.
    """

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        first, pairs = widths[0], list(pairwise(widths))
        self.stem = conv(3, first, 5, stride=2)
        self.down = nn.ModuleList([block(first, first), *(block(shallow, deep) for shallow, deep in pairs)])
        self.narrow = nn.ModuleList([nn.Conv2d(deep, shallow, 1) for shallow, deep in reversed(pairs)])
        self.join = nn.ModuleList([block(shallow, shallow) for shallow, _ in reversed(pairs)])
        self.fine = conv(3, first, 5, stride=2)
        self.head = conv(first, HEAD_CHANNELS)
        self.out = nn.Conv2d(HEAD_CHANNELS, len(PLANES) * 4, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Logits of cell, nucleus and seam, (fields, 3, height, width), from transmittance of the same shape."""
        seen = self._descend(self.stem(image))
        deep = seen.pop()
        for narrow, join in zip(self.narrow, self.join, strict=True):
            deep = join(functional.interpolate(narrow(deep), scale_factor=2.0, mode="nearest") + seen.pop())
        return functional.pixel_shuffle(self.out(self.head(deep + self.fine(image))), 2)

    def _descend(self, half: Tensor) -> list[Tensor]:
        """What is seen at each level, the coarsest last."""
        seen = [self.down[0](half)]
        for level in list(self.down)[1:]:
            seen.append(level(functional.max_pool2d(seen[-1], 2)))
        return seen


def conv(inputs: int, outputs: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    """A convolution that keeps the size (or halves it), batch norm, ReLU."""
    weights = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
    return nn.Sequential(weights, nn.BatchNorm2d(outputs), nn.ReLU())


def block(inputs: int, outputs: int) -> nn.Sequential:
    """Two convolutions."""
    return nn.Sequential(conv(inputs, outputs), conv(outputs, outputs))


def load(state: Mapping[str, Tensor], widths: Sequence[int] = WIDTHS) -> CellsNet:
    """The network with these weights, for evaluation."""
    network = CellsNet(widths)
    network.load_state_dict(dict(state))
    return network.eval()
