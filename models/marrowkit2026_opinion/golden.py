"""The room's golden run: weights and cells drawn from a seed, and what the network makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.marrowkit2026_opinion.net import CHANNELS, MEASURES, SIZE_PX, OpinionNet, load

GOLDEN_FILE = Path(__file__).with_name("golden.json")
SEED = 20261124
CELLS = 3


def golden() -> dict[str, Any]:
    """Logits of a few cells. The weights are drawn, not trained: they fix what the layers compute."""
    random = np.random.default_rng(SEED)
    network = load({name: _drawn(random, name, each) for name, each in OpinionNet().state_dict().items()})
    image = random.uniform(0.0, 1.5, (CELLS, CHANNELS, SIZE_PX, SIZE_PX)).astype(np.float32)
    measures = random.normal(0.0, 2.0, (CELLS, len(MEASURES))).astype(np.float32)
    with torch.no_grad():
        logits = network(torch.from_numpy(image), torch.from_numpy(measures))
    parameters = sum(each.numel() for each in network.parameters())
    return {"seed": SEED, "parameters": parameters, "logits": np.round(logits.double().numpy(), 5).tolist()}


def _drawn(random: np.random.Generator, name: str, like: Tensor) -> Tensor:
    """Weights of a size that keeps signals alive; norms with a mean and a positive spread."""
    if name.endswith("num_batches_tracked"):
        return torch.zeros_like(like)
    if name.endswith("running_var") or (like.ndim == 1 and name.endswith("weight")):
        return torch.from_numpy(random.uniform(0.5, 1.5, like.shape).astype(np.float32))
    fan_in = like[0].numel() if like.ndim > 1 else 25
    return torch.from_numpy(random.normal(0.0, (2 / fan_in) ** 0.5, like.shape).astype(np.float32))
