"""The room's golden run: what drawn layers make of a drawn picture, and where a swarm goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.golden import drawn_weights
from models.kavitha2022_cat_swarm.net import Shape, TunedCnn
from models.kavitha2022_cat_swarm.space import Space, Span
from models.kavitha2022_cat_swarm.swarm import Habits, let_out

GOLDEN_FILE = Path(__file__).with_name("golden.json")
SEED = 20261129
SIDE_PX = 32


def golden() -> dict[str, Any]:
    """Logits of two pictures, and the front that a small swarm finds for (x² + y², (x − 1)² + y²)."""
    random = np.random.default_rng(SEED)
    network = TunedCnn(Shape(2, blocks=2, width=8))
    network.load_state_dict(drawn_weights(random, network))
    image = torch.from_numpy(random.uniform(0.0, 1.0, (2, 3, SIDE_PX, SIDE_PX)).astype(np.float32))
    with torch.no_grad():
        logits = network.eval()(image)
    parameters = sum(each.numel() for each in TunedCnn(Shape(2)).parameters())
    return {"seed": SEED, "parameters": parameters, "logits": np.round(logits.double().numpy(), 5).tolist(),
            "front": _front()}  # fmt: skip


def _front() -> list[list[float]]:
    space = Space((Span("x", -2, 2), Span("y", -2, 2)))
    found = let_out(
        space, lambda at: (at["x"] ** 2 + at["y"] ** 2, (at["x"] - 1) ** 2 + at["y"] ** 2), Habits(6, 6), SEED
    )
    return [[round(each, 6) for each in tried.objectives] for tried in found.best]
