"""The room's golden run: weights and a picture drawn from a seed, and what the network makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.golden import drawn_weights
from models.yang2023_mobilevitv2.net import MobileViTv2, load

GOLDEN_FILE = Path(__file__).with_name("golden.json")
SEED = 20261123
CLASSES, WIDTH, SIDE_PX = 7, 0.5, 128


def golden() -> dict[str, Any]:
    """Logits of two pictures. The weights are drawn, not trained: they fix what the layers compute."""
    random = np.random.default_rng(SEED)
    network = load(drawn_weights(random, MobileViTv2(CLASSES, WIDTH)))
    images = torch.from_numpy(random.uniform(0.0, 1.0, (2, 3, SIDE_PX, SIDE_PX)).astype(np.float32))
    with torch.no_grad():
        logits = network(images)
    parameters = sum(each.numel() for each in network.parameters())
    return {"seed": SEED, "parameters": parameters, "logits": np.round(logits.double().numpy(), 5).tolist()}
