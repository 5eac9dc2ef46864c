"""The room's golden run: what drawn convolutions and drawn trees make of a drawn picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.devi2023_clr_cxg.net import ClrCxg, Shape
from models.golden import drawn_trees, drawn_weights

GOLDEN_FILE = Path(__file__).with_name("golden.json")
SEED = 20261127
SHAPE = Shape(classes=2, width=0.25, rounds=5, depth=3)
SIDE_PX = 48


def golden() -> dict[str, Any]:
    """Logits of two pictures, by the layer of the training and by trees. Nothing is trained: the layers are fixed."""
    random = np.random.default_rng(SEED)
    network = ClrCxg(SHAPE)
    network.load_state_dict(drawn_weights(random, network))
    image = torch.from_numpy(random.uniform(0.0, 1.0, (2, 3, SIDE_PX, SIDE_PX)).astype(np.float32))
    taught = _answer(network, image)
    network.judge = forest = SHAPE.forest()
    forest.plant(drawn_trees(random, SHAPE.rounds * SHAPE.classes, SHAPE.depth, SHAPE.widths[-1], SHAPE.classes))
    parameters = sum(each.numel() for each in ClrCxg(Shape(2)).parameters())
    return {"seed": SEED, "parameters": parameters, "taught": taught, "finished": _answer(network, image)}


def _answer(network: ClrCxg, image: torch.Tensor) -> list[list[float]]:
    with torch.no_grad():
        rounded: list[list[float]] = np.round(network.eval()(image).double().numpy(), 5).tolist()
    return rounded
