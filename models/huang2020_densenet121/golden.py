"""The room's golden run: weights and pictures drawn from a seed, and what a small network makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.golden import drawn_weights
from models.huang2020_densenet121.net import network

GOLDEN_FILE = Path(__file__).with_name("golden.json")
SEED = 20261127
CLASSES, SIDE_PX = 4, 80
SETTINGS: dict[str, Any] = {"growth": 8, "blocks": (2, 3, 2, 2), "first": 16}


def golden() -> dict[str, Any]:
    """Logits. The weights are drawn, not trained: they fix what the layers compute."""
    random = np.random.default_rng(SEED)
    drawn = network(CLASSES, **SETTINGS)
    drawn.load_state_dict(drawn_weights(random, drawn))
    images = torch.from_numpy(random.uniform(0.0, 1.15, (2, 3, SIDE_PX, SIDE_PX)).astype(np.float32))
    with torch.no_grad():
        logits = drawn.eval()(images * torch.linspace(0.2, 1.0, SIDE_PX))
    return {"seed": SEED, "logits": np.round(logits.double().numpy(), 5).tolist()}
