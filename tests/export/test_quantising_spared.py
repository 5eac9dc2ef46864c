"""What stays in float: the layers that are to, the SiLUs about them, and what eight bits are not for."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

from export.errors import NotQuantisable
from export.graph import load_graph
from export.onnx_export import to_onnx
from export.quantise import Arrays, QuantiseOptions, quantise
from export.quantising import spared as sparing
from export.quantising.score import distance, probabilities
from export.quantising.spared import convolutions, outermost, spared
from tests.prepared import prepared_onnx

CHANNELS = 8
SILUS = {"Sigmoid_0", "Sigmoid_1", "Mul_0", "Mul_1"}


class Mobile(nn.Module):
    """What an inverted residual is made of; the channels of its middle differ ten thousand times in size."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.wide, self.depthwise = nn.Conv2d(3, CHANNELS, 1), nn.Conv2d(CHANNELS, CHANNELS, 3, 1, 1, groups=CHANNELS)
        self.narrow = nn.Conv2d(CHANNELS, 3, 1)
        sizes = torch.logspace(-2, 2, CHANNELS)
        with torch.no_grad():
            self.wide.weight.mul_(sizes[:, None, None, None])
            self.wide.bias.mul_(sizes)  # type: ignore[union-attr]
            self.depthwise.weight.div_(sizes[:, None, None, None])

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, h, w) to logits (n, 3)."""
        middle = nn.functional.silu(self.depthwise(nn.functional.silu(self.wide(image))))
        return 4 * self.narrow(middle).mean((2, 3))  # type: ignore[no-any-return]


def inputs(runs: int, seed: int) -> list[Arrays]:
    random = np.random.default_rng(seed)
    colours = random.random((runs, 8, 3, 1, 1), np.float32)
    return [{"image": colour * random.random((8, 3, 8, 8), np.float32)} for colour in colours]


@pytest.fixture(scope="module")
def network() -> bytes:
    return to_onnx(Mobile().eval(), {"image": torch.rand(2, 3, 8, 8)}, {"image": {0: "cells"}})


def rounded(network: bytes) -> set[str]:
    """Names of the convolutions that get what was rounded right before."""
    graph = onnx.load_model_from_string(network).graph
    given = {node.output[0] for node in graph.node if node.op_type == "DequantizeLinear"}
    return {node.name for node in graph.node if node.op_type == "Conv" and node.input[0] in given}


def test_the_silus_about_a_layer_that_is_kept_stay_in_float_too(network: bytes) -> None:
    model = load_graph(network)
    assert convolutions(model) == ["Conv_0", "Conv_1", "Conv_2"]
    assert not SILUS & set(spared(model, []))
    assert SILUS & set(spared(model, ["Conv_0"])) == {"Sigmoid_0", "Mul_0"}
    assert SILUS & set(spared(model, ["Conv_1"])) == SILUS
    form = quantise(network, inputs(4, 1), QuantiseOptions(keep=("Conv_1",)))
    assert rounded(form) == {"Conv_0", "Conv_2"}


def test_a_layer_kept_without_its_silus_gains_less(network: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its channels differ in size, and what was rounded for all alike before it is lost already."""

    def gap(*keep: str) -> float:
        form = quantise(network, inputs(6, 1), QuantiseOptions(keep=keep))
        return distance(probabilities(form, inputs(6, 2)), probabilities(network, inputs(6, 2))).divergence

    mended = gap("Conv_1")
    monkeypatch.setattr(sparing, "_about", lambda graph, keep: set())
    assert gap("Conv_1") > 1.5 * mended


@pytest.mark.parametrize(
    ("first", "last", "kept"),
    [(0, 0, []), (1, 0, ["Conv_0"]), (0, 2, ["Conv_1", "Conv_2"]), (1, 1, ["Conv_0", "Conv_2"])],
)
def test_the_outermost_are_counted_from_both_ends(first: int, last: int, kept: Collection[str], network: bytes) -> None:
    assert outermost(load_graph(network), first, last) == kept


def test_where_nothing_is_left_in_eight_bits_that_is_told(network: bytes) -> None:
    with pytest.raises(NotQuantisable, match="Every convolution"):
        spared(load_graph(network), ["Conv_0", "Conv_1", "Conv_2"])
    with pytest.raises(NotQuantisable, match="no node 'Conv_7'"):
        spared(load_graph(network), ["Conv_7"])


def test_what_is_done_to_the_picture_and_what_a_norm_stretches_stays_in_float() -> None:
    model = load_graph(prepared_onnx())
    kind = {node.name: node.op_type for node in model.graph.node}
    kept = {kind[name] for name in spared(model, [])}
    assert {"Mul", "Add", "Clip", "MaxPool", "Concat"} <= kept
    assert not {"Conv", "Relu"} & kept
