"""Which steps of an ONNX network eight bits are not for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import onnx

from export.errors import NotQuantisable
from export.graph import IMAGE_RANK, ranks

NORM_STEPS = frozenset({"ReduceMean", "Sub", "InstanceNormalization", "LayerNormalization", "GroupNormalization"})


@dataclass(frozen=True, slots=True)
class Silu:
    """x · sigmoid(x): the names of its two steps, the value that it takes and the one that it gives."""

    steps: frozenset[str]
    takes: str
    gives: str


def convolutions(model: onnx.ModelProto) -> list[str]:
    """Names of the convolutions, in order."""
    return [node.name for node in model.graph.node if node.op_type == "Conv"]


def outermost(model: onnx.ModelProto, first: int, last: int) -> list[str]:
    """Names of so many convolutions at either end."""
    every = convolutions(model)
    return [name for at, name in enumerate(every) if at < first or at >= len(every) - last]


def spared(model: onnx.ModelProto, keep: Sequence[str]) -> list[str]:
    """Names of the nodes to leave in float: those to `keep` and the SiLUs about them, and those that eight bits would
    spoil or not make faster.

    Raises:
        NotQuantisable: there is no such node to keep, or nothing would be left in eight bits.
    """
    graph, known = model.graph, ranks(model)
    _require_some_left(model, keep)
    vectors = {node.name for node in graph.node if known.get(node.output[0]) != IMAGE_RANK}
    return sorted(
        {*keep, *vectors, *_delicate(graph), *_about(graph, keep), *_before_any_layer(graph), *_before_norms(graph)}
    )


def _require_some_left(model: onnx.ModelProto, keep: Sequence[str]) -> None:
    every, convs = {node.name for node in model.graph.node}, convolutions(model)
    unknown = sorted(set(keep) - every)
    if unknown:
        raise NotQuantisable(f"There is no node {unknown[0]!r} to keep in float.", f"Nodes are {', '.join(convs)}, …")
    if set(keep) >= set(convs):
        raise NotQuantisable("Every convolution is to be kept in float.", "Keep fewer of them, or ship float32.")


def _before_any_layer(graph: onnx.GraphProto) -> set[str]:
    """Names of what is done to the picture itself before the first convolution sees it: a white balance, a threshold,
    a filter. It measures, and an error of one grey level there is one in every layer (DECISIONS.md)."""
    learned: set[str] = set()
    early: set[str] = set()
    for node in graph.node:  # ONNX lists a node after all that it takes from
        if node.op_type == "Conv" or learned.intersection(node.input):
            learned.update(node.output)
        else:
            early.add(node.name)
    return early


def _before_norms(graph: onnx.GraphProto) -> set[str]:
    """Names of what a batch norm takes that could not be folded into a convolution: a dense block's pictures laid
    together. It stretches each channel by another factor, and with it what 8 bits for all channels had rounded."""
    taken = {node.input[0] for node in graph.node if node.op_type == "BatchNormalization"}
    return {node.name for node in graph.node if node.op_type != "Conv" and taken.intersection(node.output)}


def _about(graph: onnx.GraphProto, keep: Sequence[str]) -> set[str]:
    """Names of the steps of a SiLU right before or after a convolution that is kept.

    Each step rounds as well, for all channels alike, and a convolution whose channels differ in size is hurt by that,
    not by the rounding of its weights: kept alone, a depthwise one gains nothing (DECISIONS.md).
    """
    inside = [node for node in graph.node if node.op_type == "Conv" and node.name in set(keep)]
    taken, given = {node.input[0] for node in inside}, {node.output[0] for node in inside}
    near = (silu.steps for silu in _silus(graph.node) if silu.gives in taken or silu.takes in given)
    return set().union(*near)


def _delicate(graph: onnx.GraphProto) -> set[str]:
    """Names of sums that a norm takes in, and of products and sigmoids that are no SiLU.

    The sums are what a transformer hands on; later blocks add little to them (largest difference of a MobileViTv2 0.085
    with them in 8 bits, 0.070 without). Attention weighs hundreds of patches, each with next to nothing.
    """
    normed = {value for node in graph.node if node.op_type in NORM_STEPS for value in node.input}
    sums = {node.name for node in graph.node if node.op_type == "Add" and node.output[0] in normed}
    inside = set().union(*(silu.steps for silu in _silus(graph.node)))
    return sums | {node.name for node in graph.node if node.op_type in ("Mul", "Sigmoid") and node.name not in inside}


def _silus(nodes: Iterable[onnx.NodeProto]) -> Iterator[Silu]:
    sigmoids = {}
    for node in nodes:
        if node.op_type == "Sigmoid":
            sigmoids[frozenset((node.input[0], node.output[0]))] = node
        elif node.op_type == "Mul" and frozenset(node.input) in sigmoids:
            sigmoid = sigmoids[frozenset(node.input)]
            yield Silu(frozenset((sigmoid.name, node.name)), sigmoid.input[0], node.output[0])
