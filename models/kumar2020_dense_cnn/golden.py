"""The room's golden run: what drawn layers, drawn choices and drawn trees make of a drawn picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.golden import drawn_trees, drawn_weights
from models.kumar2020_dense_cnn.net import DenseCnn, Shape, Voted

GOLDEN_FILE = Path(__file__).with_name("golden.json")
SEED = 20261128
SIDE_PX = 48
SMALL = {"width": 0.25, "chosen": 40, "trees": 5, "depth": 3}


def golden() -> dict[str, Any]:
    """Logits of two pictures by both judges. Nothing is trained: the layers are fixed."""
    random = np.random.default_rng(SEED)
    image = torch.from_numpy(random.uniform(0.0, 1.0, (2, 3, SIDE_PX, SIDE_PX)).astype(np.float32))
    judged = {judge: _answer(random, Shape(2, judge=judge, **SMALL), image) for judge in ("dense", "forest")}  # type: ignore[arg-type]
    parameters = sum(each.numel() for each in DenseCnn(Shape(2), finished=True).parameters())
    return {"seed": SEED, "parameters": parameters, **judged}


def _answer(random: np.random.Generator, shape: Shape, image: torch.Tensor) -> list[list[float]]:
    network = DenseCnn(shape, finished=True)
    network.load_state_dict(drawn_weights(random, network))
    network.chosen.copy_(torch.from_numpy(np.sort(random.permutation(shape.features)[: shape.chosen])))
    if isinstance(network.judge, Voted):
        trees = drawn_trees(random, shape.trees, shape.depth, shape.chosen, shape.classes)
        voting = [each._replace(value=(np.abs(each.value) / shape.trees).astype(np.float32)) for each in trees]
        network.judge.forest.plant(voting)
    with torch.no_grad():
        rounded: list[list[float]] = np.round(network.eval()(image).double().numpy(), 5).tolist()
    return rounded
