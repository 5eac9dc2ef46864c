"""The room's golden run: weights and pictures drawn from a seed, and what a narrow network makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.golden import drawn_weights
from models.ikechukwu2022_inet.net import network
from models.inner import results_of

GOLDEN_FILE = Path(__file__).with_name("golden.json")
SEED = 20261127
CLASSES, SIDE_PX = 2, 48
SETTINGS: dict[str, Any] = {"outlining": (8, 12, 16), "seeing": (8, 16, 16)}


def golden() -> dict[str, Any]:
    """Logits, and a corner of the outline's. The weights are drawn, not trained: they fix what the layers compute."""
    random = np.random.default_rng(SEED)
    drawn = network(CLASSES, **SETTINGS)
    drawn.load_state_dict(drawn_weights(random, drawn))
    images = torch.from_numpy(random.uniform(0.0, 1.15, (2, 3, SIDE_PX, SIDE_PX)).astype(np.float32))
    with torch.no_grad(), results_of(drawn.eval().outline) as outlined:
        logits = drawn(images)
    rounded = {"logits": logits, "outline": outlined[0][0, 0, :3, :3]}
    return {"seed": SEED, **{name: np.round(each.double().numpy(), 5).tolist() for name, each in rounded.items()}}
