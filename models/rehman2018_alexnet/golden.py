"""The room's golden run: weights and pictures drawn from a seed, and what a narrow network makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.golden import drawn_weights
from models.rehman2018_alexnet.net import network

GOLDEN_FILE = Path(__file__).with_name("golden.json")
SEED = 20261127
CLASSES, WIDTH, SIDE_PX = 4, 0.125, 96


def golden() -> dict[str, Any]:
    """Logits of a disc of stain on a clear ground. The weights are drawn, not trained: they fix what the layers
    compute."""
    random = np.random.default_rng(SEED)
    drawn = network(CLASSES, WIDTH)
    drawn.load_state_dict(drawn_weights(random, drawn))
    with torch.no_grad():
        logits = drawn.eval()(torch.from_numpy(disc(random)))
    return {"seed": SEED, "logits": np.round(logits.double().numpy(), 5).tolist()}


def disc(random: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float32]]:
    """(1, 3, 96, 96)."""
    away = np.hypot(*(np.indices((SIDE_PX, SIDE_PX)) - SIDE_PX / 2))
    stain = np.array([0.45, 0.25, 0.6])[:, None, None]
    light = np.where(away < SIDE_PX / 3, stain, 1.0) + random.normal(0, 0.02, (3, SIDE_PX, SIDE_PX))
    return light[None].astype(np.float32)
