"""The room's golden run: weights and a picture drawn from a seed, and what each student makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.golden import drawn_weights
from models.marrowkit2026_student.net import SIZES, load, network

GOLDEN_FILE = Path(__file__).with_name("golden.json")
SEED = 20261125
CLASSES, SIDE_PX = 6, 48


def golden() -> dict[str, Any]:
    """Logits by size. The weights are drawn, not trained: they fix what the layers compute."""
    random = np.random.default_rng(SEED)
    image = torch.from_numpy(random.uniform(0.0, 1.15, (1, 3, SIDE_PX, SIDE_PX)).astype(np.float32))
    return {"seed": SEED, "students": {size: _student(random, size, image) for size in SIZES}}


def _student(random: np.random.Generator, size: str, image: torch.Tensor) -> dict[str, Any]:
    fresh = network(CLASSES, size)
    student = load(drawn_weights(random, fresh), CLASSES, size)
    with torch.no_grad():
        logits = student(image)[0]
    parameters = sum(each.numel() for each in fresh.parameters())
    return {"parameters": parameters, "logits": np.round(logits.double().numpy(), 5).tolist()}
