"""Grow the trees on what the trained convolutions make of cells, and plant them into the network."""

from __future__ import annotations

import json

from torch import Tensor
from xgboost import XGBClassifier

from models.devi2023_clr_cxg.net import ClrCxg
from models.trees import trees_of_xgboost

RATE, ROWS, COLUMNS = 0.1, 0.8, 0.8
"""Of each round, and the shares of cells and features that it sees (assumed: the paper does not say)."""


def finish(network: ClrCxg, vectors: Tensor, labels: Tensor, seed: int) -> ClrCxg:
    """The network with trees instead of its linear layer; vectors (n, features), labels (n,) with every class."""
    shape = network.shape
    booster = XGBClassifier(
        n_estimators=shape.rounds,
        max_depth=shape.depth,
        learning_rate=RATE,
        subsample=ROWS,
        colsample_bytree=COLUMNS,
        objective="multi:softprob",
        num_class=shape.classes,
        random_state=seed,
        n_jobs=1,
    ).fit(vectors.numpy(), labels.numpy())
    grown = json.loads(bytes(booster.get_booster().save_raw("json")))
    forest = shape.forest()
    forest.plant(*trees_of_xgboost(grown, shape.classes))
    made = ClrCxg(shape, finished=True)
    made.body.load_state_dict(network.body.state_dict())
    made.judge = forest
    return made.eval()
