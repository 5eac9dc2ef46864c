"""Decision trees of any maker as a torch module of gathers and comparisons: the same leaf for the same numbers.

Every tree is filled up to a complete one of the forest's depth, so that a cell takes as many steps as there are levels,
all trees at once. Such a graph runs in every engine that knows ONNX's GatherND, GatherElements and GreaterOrEqual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

LEAF = -1
"""Child of a node that has none."""


class Tree(NamedTuple):
    """k nodes, the first of which is the root.

    feature, threshold  a node sends to the left what is below its threshold, (k,)
    left, right         numbers of the children, LEAF where there are none, (k,)
    value               what a leaf gives, (k, outputs)
    """

    feature: NDArray[np.int64]
    threshold: NDArray[np.float32]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: NDArray[np.float32]


class Forest(nn.Module):
    """The sum of what so many trees give; nothing until trees are planted.

    trees, depth, outputs  fixed, so that a file of weights says by its shapes what it holds
    """

    feature: Tensor
    threshold: Tensor
    leaf: Tensor
    bias: Tensor
    first_node: Tensor
    first_leaf: Tensor

    def __init__(self, trees: int, depth: int, outputs: int) -> None:
        super().__init__()
        if min(trees, depth, outputs) < 1:
            raise ValueError(f"there is no forest of {trees} trees of depth {depth} with {outputs} outputs")
        nodes, leaves = 2**depth - 1, 2**depth
        self.depth, self.nodes = depth, nodes
        self.register_buffer("feature", torch.zeros(trees, nodes, dtype=torch.int64))
        self.register_buffer("threshold", torch.zeros(trees, nodes))
        self.register_buffer("leaf", torch.zeros(trees, leaves, outputs))
        self.register_buffer("bias", torch.zeros(outputs))
        self.register_buffer("first_node", torch.arange(trees) * nodes, persistent=False)
        self.register_buffer("first_leaf", torch.arange(trees) * leaves - nodes, persistent=False)

    def forward(self, features: Tensor) -> Tensor:
        """(n, features) to (n, outputs)."""
        of_node, from_which = self.feature.flatten(), self.threshold.flatten()
        node = torch.zeros_like(features[:, :1], dtype=torch.int64)  # the root of every tree
        for _ in range(self.depth):
            at = node + self.first_node
            right = torch.gather(features, 1, of_node[at]) >= from_which[at]
            node = 2 * node + 1 + right.to(torch.int64)
        return self.leaf.flatten(0, 1)[node + self.first_leaf].sum(1) + self.bias

    def plant(self, trees: Sequence[Tree], bias: Sequence[float] | None = None) -> None:
        """Put these trees in; places that are left over stay empty and give nothing.

        Raises:
            ValueError: there are more of them, or deeper ones, or such that give another number of outputs.
        """
        if len(trees) > len(self.feature):
            raise ValueError(f"{len(trees)} trees have no room among {len(self.feature)}")
        for buffer in (self.feature, self.threshold, self.leaf, self.bias):
            buffer.zero_()
        for number, tree in enumerate(trees):
            for table, filled in zip((self.feature, self.threshold, self.leaf), self._filled(tree), strict=True):
                table[number] = torch.from_numpy(filled)
        if bias is not None:
            self.bias.copy_(torch.tensor(list(bias)))

    def _filled(self, tree: Tree) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
        """The complete tree: a leaf further up stands at every place below it."""
        standing = np.zeros(1, np.int64)
        levels: list[tuple[NDArray[np.int64], NDArray[np.float32]]] = []
        for _ in range(self.depth):
            inner = tree.left[standing] != LEAF
            levels.append((np.where(inner, tree.feature[standing], 0), np.where(inner, tree.threshold[standing], 0)))
            both = [np.where(inner, side[standing], standing) for side in (tree.left, tree.right)]
            standing = np.stack(both, 1).ravel()
        if (tree.left[standing] != LEAF).any():
            raise ValueError(f"a tree is deeper than {self.depth}")
        feature, threshold = (np.concatenate(parts) for parts in zip(*levels, strict=True))
        return feature, threshold.astype(np.float32), tree.value[standing]


def trees_of_xgboost(model: Mapping[str, Any], classes: int) -> tuple[list[Tree], list[float]]:
    """The trees and the bias of a booster with one margin per class, from the JSON of `Booster.save_raw("json")`.

    XGBoost sends x to the left where x < threshold, in float32, as `Forest` does.
    """
    learner = model["learner"]
    grown = learner["gradient_booster"]["model"]
    bias = np.atleast_1d(np.array(_numbers(learner["learner_model_param"]["base_score"])))
    trees = [_of_booster(tree, of, classes) for tree, of in zip(grown["trees"], grown["tree_info"], strict=True)]
    return trees, np.broadcast_to(bias, classes).tolist()


def tree_of_scikit(tree: Any, value: NDArray[np.floating]) -> Tree:
    """One `sklearn.tree` tree (the estimator's `tree_`), whose nodes give `value`, (k, outputs).

    It sends x to the left where x <= threshold, a float64; for a float32 x that is the same as being below the next
    float32 after the threshold rounded down.
    """
    threshold = np.asarray(tree.threshold, np.float64)
    rounded = threshold.astype(np.float32)
    below = np.where(rounded.astype(np.float64) > threshold, np.nextafter(rounded, np.float32(-np.inf)), rounded)
    after = np.nextafter(below, np.float32(np.inf)).astype(np.float32)
    left, right, feature = (np.asarray(each, np.int64)
                            for each in (tree.children_left, tree.children_right, tree.feature))  # fmt: skip
    return Tree(feature, after, left, right, np.asarray(value, np.float32))


def _of_booster(tree: Mapping[str, Any], of_class: int, classes: int) -> Tree:
    left, right = (np.array(tree[side], np.int64) for side in ("left_children", "right_children"))
    threshold = np.array(tree["split_conditions"], np.float32)  # of a leaf: what it gives
    value = np.zeros((len(left), classes), np.float32)
    value[:, of_class] = np.where(left == LEAF, threshold, 0)
    return Tree(np.array(tree["split_indices"], np.int64), threshold, left, right, value)


def _numbers(text: str) -> list[float]:
    """A number or a list of them, as XGBoost writes its bias."""
    return [float(each) for each in text.strip("[]").split(",")]
