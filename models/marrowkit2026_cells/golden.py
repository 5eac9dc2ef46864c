"""The room's golden run: weights and a field drawn from a seed, and what the network makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.golden import drawn_weights
from models.marrowkit2026_cells.net import CellsNet, load

GOLDEN_FILE = Path(__file__).with_name("golden.json")
SEED = 20261123
SIDE_PX = 32
EVERY_PX = 5


def golden() -> dict[str, Any]:
    """Logits at every fifth pixel, by plane. The weights are drawn, not trained: they fix what the layers compute."""
    random = np.random.default_rng(SEED)
    network = load(drawn_weights(random, CellsNet()))
    image = torch.from_numpy(random.uniform(0.2, 1.0, (1, 3, SIDE_PX, SIDE_PX)).astype(np.float32))
    with torch.no_grad():
        logits = network(image)[0, :, ::EVERY_PX, ::EVERY_PX]
    parameters = sum(each.numel() for each in network.parameters())
    return {"seed": SEED, "parameters": parameters, "logits": np.round(logits.double().numpy(), 5).tolist()}
