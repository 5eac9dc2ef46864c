"""Tiny torch networks of the real ones' kinds: what is in those is in these, once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

OPINION_AXES = {"image": {0: "cells"}, "measures": {0: "cells"}}
PLANES_AXES = {"image": {0: "fields", 2: "4*height", 3: "4*width"}}


class TinyOpinion(nn.Module):
    """Two convolutions with batch norm, their means beside the measures, two labels."""

    def __init__(self, channels: int = 3, measures: int = 2) -> None:
        super().__init__()
        self.body = nn.Sequential(_conv(channels, 8, 3, stride=2), _conv(8, 16, 3))
        self.head = nn.Linear(16 + measures, 2)

    def forward(self, image: Tensor, measures: Tensor) -> Tensor:
        seen = self.body(image).mean((2, 3))
        logits: Tensor = self.head(torch.cat([seen, measures], 1))
        return logits


class TinyCells(nn.Module):
    """A U at half resolution and below, joined to a branch at full resolution."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.deep = _conv(3, 8, 5, stride=2), _conv(8, 12, 3)
        self.narrow, self.join = nn.Conv2d(12, 8, 1), _conv(8, 8, 3)
        self.up, self.fine = nn.Conv2d(8, 16, 1), _conv(3, 4, 3)
        self.head = nn.Sequential(_conv(8, 8, 3), nn.Conv2d(8, 3, 1))

    def forward(self, image: Tensor) -> Tensor:
        half = self.stem(image)
        quarter = self.narrow(self.deep(functional.max_pool2d(half, 2)))
        joined = self.join(functional.interpolate(quarter, scale_factor=2.0, mode="nearest") + half)
        whole = functional.pixel_shuffle(self.up(joined), 2)
        logits: Tensor = self.head(torch.cat([whole, self.fine(image)], 1))
        return logits


class Unprovable(nn.Module):
    """Looks at how many cells there are, as no network may whose batch is free."""

    def forward(self, image: Tensor) -> Tensor:
        return image.mean((2, 3)) if image.shape[0] == 2 else image.amax((2, 3))


def settled(module: nn.Module, inputs: Mapping[str, Tensor], seed: int = 0) -> nn.Module:
    """The module with batch norms that have seen some data, for evaluation."""
    torch.manual_seed(seed)
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.normal_(layer.bias, 0.0, 0.2)
    with torch.no_grad():
        for _ in range(20):
            module.train()(**{name: torch.randn_like(tensor) for name, tensor in inputs.items()})
    return module.eval()


def tiny_opinion() -> nn.Module:
    """A settled opinion network of a fixed seed."""
    torch.manual_seed(1)
    return settled(TinyOpinion(), tensors(opinion_inputs(8)))


def tiny_cells() -> nn.Module:
    """A settled cells network of a fixed seed."""
    torch.manual_seed(2)
    return settled(TinyCells(), tensors(planes_inputs(2)))


def opinion_inputs(cells: int, seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """Normalised crops of 16 px and their measures."""
    random = np.random.default_rng(seed)
    image = random.normal(size=(cells, 3, 16, 16)).astype(np.float32)
    return {"image": image, "measures": random.normal(size=(cells, 2)).astype(np.float32)}


def planes_inputs(fields: int, seed: int = 0, size: tuple[int, int] = (16, 24)) -> dict[str, NDArray[np.float32]]:
    """Fields of that height and width."""
    random = np.random.default_rng(seed)
    return {"image": random.normal(size=(fields, 3, *size)).astype(np.float32)}


def tensors(arrays: Mapping[str, NDArray[np.float32]]) -> dict[str, Tensor]:
    """The same as torch has it."""
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def _conv(inputs: int, outputs: int, size: int, stride: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU())
