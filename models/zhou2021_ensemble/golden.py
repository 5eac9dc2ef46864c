"""The room's golden run: weights and pictures drawn from a seed, and what small members make of them together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.golden import drawn_weights
from models.zhou2021_ensemble.net import network

GOLDEN_FILE = Path(__file__).with_name("golden.json")
SEED = 20261127
CLASSES, SIDE_PX = 6, 64
SETTINGS: dict[str, Any] = {"width": 0.25, "depth": 0.1}


def golden() -> dict[str, Any]:
    """Logarithms of probabilities. The weights are drawn, not trained: they fix what the layers compute."""
    random = np.random.default_rng(SEED)
    drawn = network(CLASSES, **SETTINGS)
    drawn.load_state_dict(drawn_weights(random, drawn))
    images = torch.from_numpy(random.uniform(0.0, 1.15, (2, 3, SIDE_PX, SIDE_PX)).astype(np.float32))
    with torch.no_grad():
        said = drawn.eval()(images)
    return {"seed": SEED, "log_probabilities": np.round(said.double().numpy(), 5).tolist()}
