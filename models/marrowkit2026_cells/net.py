"""The network: a small U at half resolution and below, with the details fed back in before its output.

A smear has no up: a field that is turned or mirrored gets the same answer, turned or mirrored, by construction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

from models.symmetry import Channels, SymmetricConv2d, conv, make_plain

WIDTHS = (16, 24, 40, 64)
PLANES = ("cell", "nucleus", "seam")
HEAD_CHANNELS = 32
MULTIPLE_PX = 16
"""Height and width must be multiples of it: a stem of stride two and three poolings."""
_COLOURS = Channels(scalars=3)


class CellsNet(nn.Module):
    """Transmittance in, three logits per pixel out.

    `widths` are the channels at 0.4, 0.8, 1.6 and 3.2 µm per pixel. Nothing runs at the full resolution but the shuffle
    of the last channels into pixels: convolutions there took half of the time of an 8-bit pass and added nothing.
    """

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        levels = [Channels.mixed(width) for width in widths]
        first, pairs, head = levels[0], list(pairwise(levels)), Channels.mixed(HEAD_CHANNELS)
        self.stem = conv(_COLOURS, first, 6, stride=2)
        self.down = nn.ModuleList([block(first, first), *(block(shallow, deep) for shallow, deep in pairs)])
        self.narrow = nn.ModuleList([SymmetricConv2d(deep, shallow, 1) for shallow, deep in reversed(pairs)])
        self.join = nn.ModuleList([block(shallow, shallow) for shallow, _ in reversed(pairs)])
        self.fine = conv(_COLOURS, first, 6, stride=2)
        self.head = conv(first, head)
        self.out = SymmetricConv2d(head, Channels(squares=len(PLANES)), 1, bias=True)

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


def block(inputs: Channels, outputs: Channels) -> nn.Sequential:
    """Two convolutions."""
    return nn.Sequential(conv(inputs, outputs), conv(outputs, outputs))


def load(state: Mapping[str, Tensor], widths: Sequence[int] = WIDTHS) -> CellsNet:
    """The network with these weights, for evaluation: its layers are ordinary ones."""
    network = CellsNet(widths)
    network.load_state_dict(dict(state))
    make_plain(network)
    return network.eval()
