"""A small network that does something to its picture first, as published systems do."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from export.onnx_export import to_onnx


class Prepared(nn.Module):
    """A white balance, a convolution, and a dense block whose batch norm stands after what is laid together."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 3, 1, 1), nn.Conv2d(7, 3, 1)
        self.norm = nn.BatchNorm2d(7)

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, h, w) to logits (n, 3)."""
        white = torch.clamp(image * 1.5 + 0.1, 0.0, 1.0)
        seen = torch.cat([torch.relu(self.first(white)), nn.functional.max_pool2d(white, 3, 1, 1)], 1)
        return self.second(torch.relu(self.norm(seen))).mean((2, 3))  # type: ignore[no-any-return]


def prepared_onnx() -> bytes:
    """The same weights each time."""
    torch.manual_seed(3)
    return to_onnx(Prepared().eval(), {"image": torch.rand(2, 3, 8, 8)}, {"image": {0: "cells"}})
