"""Choose features by chi-square on the cells of the training, and fit on them what judges.

It is given the training's cells only, so that what a fold holds out decides nothing here: chosen on all cells, features
would know those that they are then examined on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import torch
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import SelectKBest, chi2
from torch import Tensor, nn
from torch.optim import Adam

from models.kumar2020_dense_cnn.net import DenseCnn, Shape, Voted, crossed, dense
from models.trees import tree_of_scikit

EPOCHS, BATCH, RATE = 40, 64, 0.01
"""The paper's Adam at 0.01; how long it does not say."""


def finish(network: DenseCnn, vectors: Tensor, labels: Tensor, seed: int) -> DenseCnn:
    """The network with its chosen features and its judge; vectors (n, features) not below 0, labels (n,)."""
    made = DenseCnn(network.shape, finished=True)
    made.body.load_state_dict(network.body.state_dict())
    made.described.load_state_dict(network.described.state_dict())
    made.chosen.copy_(chosen(vectors, labels, network.shape.chosen))
    made.judge = JUDGED[network.shape.judge](network.shape, vectors[:, made.chosen], labels, seed)
    return made.eval()


def chosen(vectors: Tensor, labels: Tensor, count: int) -> Tensor:
    """Places of the features on which the classes differ most, in order, (count,)."""
    selection = SelectKBest(chi2, k=count).fit(vectors.double().numpy(), labels.numpy())
    return torch.from_numpy(np.flatnonzero(selection.get_support()))


def densely(shape: Shape, features: Tensor, labels: Tensor, seed: int) -> nn.Module:
    """Dense layers that have learned these features (n, chosen)."""
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(seed)
        layers = dense(shape)
        optimiser = Adam(layers.parameters(), RATE)
        for _ in range(EPOCHS):
            for some in torch.split(torch.randperm(len(labels)), BATCH):
                optimiser.zero_grad()
                crossed(layers(features[some]), labels[some]).backward()  # type: ignore[no-untyped-call]
                optimiser.step()
    return layers.requires_grad_(False)


def by_votes(shape: Shape, features: Tensor, labels: Tensor, seed: int) -> nn.Module:
    """A random forest that has grown on these features (n, chosen)."""
    grown = RandomForestClassifier(shape.trees, max_depth=shape.depth, random_state=seed, n_jobs=1)
    grown.fit(features.numpy(), labels.numpy())
    if len(grown.classes_) != shape.classes:
        raise ValueError(f"only {len(grown.classes_)} of {shape.classes} classes have cells")
    voted = Voted(shape)
    votes = [(each.tree_, each.tree_.value[:, 0] / each.tree_.value[:, 0].sum(1, keepdims=True) / shape.trees)
             for each in grown.estimators_]  # fmt: skip
    voted.forest.plant([tree_of_scikit(tree, value) for tree, value in votes])
    return voted


JUDGED: Mapping[str, Callable[[Shape, Tensor, Tensor, int], nn.Module]] = MappingProxyType(
    {"dense": densely, "forest": by_votes}
)
