"""The room's golden run: weights and cells drawn from a seed, and what the network makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.golden import drawn_weights
from models.marrowkit2026_opinion.net import CHANNELS, MEASURES, SIZE_PX, OpinionNet, load

GOLDEN_FILE = Path(__file__).with_name("golden.json")
SEED = 20261124
CELLS = 3


def golden() -> dict[str, Any]:
    """Logits of a few cells. The weights are drawn, not trained: they fix what the layers compute."""
    random = np.random.default_rng(SEED)
    trainable = OpinionNet()
    network = load(drawn_weights(random, trainable))
    image = random.uniform(0.0, 1.5, (CELLS, CHANNELS, SIZE_PX, SIZE_PX)).astype(np.float32)
    measures = random.normal(0.0, 2.0, (CELLS, len(MEASURES))).astype(np.float32)
    with torch.no_grad():
        logits = network(torch.from_numpy(image), torch.from_numpy(measures))
    parameters = sum(each.numel() for each in trainable.parameters())
    return {"seed": SEED, "parameters": parameters, "logits": np.round(logits.double().numpy(), 5).tolist()}
