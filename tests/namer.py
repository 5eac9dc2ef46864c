"""A tiny classifier that was really trained, and the drawn crops of cells that it was trained and is judged on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

LABELS = ("L1", "L2", "neutrophil", "lymphocyte")
SIZE_PX = 24
NUCLEUS: Mapping[str, tuple[float, float, float]] = {
    "L1": (120, 60, 150),
    "L2": (70, 40, 130),
    "neutrophil": (150, 90, 190),
    "lymphocyte": (60, 70, 170),
}
"""Colour of each label's nucleus, red first."""
RADII_PX: Mapping[str, float] = {"L1": 7, "L2": 9, "neutrophil": 5, "lymphocyte": 6}
Pictures = NDArray[np.uint8]


class Namer(nn.Module):
    """Two convolutions, their mean, one layer."""

    def __init__(self, classes: int, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(_conv(3, width), _conv(width, 2 * width))
        self.head = nn.Linear(2 * width, classes)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 3, s, s) to logits (n, classes)."""
        return self.head(self.body(x).mean((2, 3)))  # type: ignore[no-any-return]


def network(classes: int, width: int = 8) -> nn.Module:
    """The factory that a build is given."""
    return Namer(classes, width)


def pair(classes: int) -> nn.Module:
    """A module that gives two things."""

    class Pair(Namer):
        def forward(self, x: Tensor) -> Any:
            return super().forward(x), x

    return Pair(classes, 8)


def seven(classes: int) -> nn.Module:
    """A module that gives seven values, whatever it is asked for."""
    return Namer(7, 8)


def drawn(label: str, count: int, seed: int) -> Pictures:
    """Crops of one label, RGB uint8 (count, 24, 24, 3): a nucleus on a clear field, never twice the same."""
    random = np.random.default_rng([seed, LABELS.index(label)])
    return np.stack([_cell(label, random) for _ in range(count)])


def write_set(folder: Path, count: int, seed: int, labels: Sequence[str] = LABELS) -> Path:
    """So many crops of every label in folders of their own."""
    for label in labels:
        (folder / label).mkdir(parents=True)
        for number, picture in enumerate(drawn(label, count, seed)):
            cv2.imwrite(str(folder / label / f"{number}.png"), picture[..., ::-1])
    return folder


@cache
def trained(seed: int = 0, steps: int = 250) -> nn.Module:
    """The network, taught on other crops than any set has; not to be changed."""
    torch.manual_seed(seed)
    module = network(len(LABELS))
    pictures = np.concatenate([drawn(label, 60, 99) for label in LABELS]).transpose(0, 3, 1, 2)
    image, truth = torch.from_numpy(pictures.astype(np.float32) / 255), torch.arange(len(LABELS)).repeat_interleave(60)
    optimiser = torch.optim.AdamW(module.parameters(), 0.02)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        optimiser.zero_grad()
        loss = functional.cross_entropy(module(image), truth, label_smoothing=0.05)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        falling.step()
    return module.eval()


def write_checkpoint(file: Path) -> Path:
    """Its weights as safetensors."""
    save_file(trained().state_dict(), file)
    return file


def build_fields(folder: Path) -> dict[str, Any]:
    """A whole specification, as build.toml would have it."""
    return {
        "name": "tiny-namer",
        "title": "A tiny namer",
        "labels": list(LABELS),
        "positive": ["L1", "L2"],
        "lymphoid": ["lymphocyte"],
        "network": {"source": "tests.namer:network", "checkpoint": str(folder / "weights.safetensors")},
        "picture": {"size_px": SIZE_PX, "um_per_px": 0.5},
        "crops": {"calibration": str(folder / "calibration"), "held_out": str(folder / "held-out")},
        "intended_use": {"specimens": ["blood"], "stains": ["Wright"], "magnification": "100x oil"},
        "training": {"terms": "drawn, CC0"},
        "warnings": ["It has seen drawings only."],
        "temperature": "fit",
        "allowed": {"top1": 3.0, "worst_recall": 6.0, "ece": 3.0, "agreement": 95.0},
    }


def write_all(folder: Path) -> Path:
    """Checkpoint, calibration crops and held-out crops."""
    folder.mkdir(parents=True, exist_ok=True)
    write_checkpoint(folder / "weights.safetensors")
    write_set(folder / "calibration", 10, seed=1)
    write_set(folder / "held-out", 25, seed=2)
    return folder


def _cell(label: str, random: np.random.Generator) -> Pictures:
    y, x = np.mgrid[:SIZE_PX, :SIZE_PX] - (SIZE_PX - 1) / 2
    nucleus = np.hypot(x, y) < RADII_PX[label] * random.uniform(0.8, 1.2)
    colour = np.array(NUCLEUS[label]) + random.normal(0, 12, 3)
    picture = np.where(nucleus[..., None], colour, 235.0) + random.normal(0, 8, (SIZE_PX, SIZE_PX, 3))
    return np.clip(picture, 0, 255).astype(np.uint8)


def _conv(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())
