"""Offsets take back what rounded weights shift, whatever the groups of a convolution."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from export.graph import load_graph
from export.onnx_export import to_onnx
from export.quantise import Arrays, QuantiseOptions, observe, quantise, with_pairs
from export.quantising.bias import InputMeans, mean_shift
from tests.tiny_torch import planes_inputs

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS, st.sampled_from((1, 2, 6)))
def test_the_shift_of_the_mean_is_that_of_the_convolution(seed: int, groups: int) -> None:
    random = np.random.default_rng(seed)
    error, means = random.normal(size=(12, 6 // groups, 3, 3)), random.normal(size=6)
    # A picture that is its mean everywhere: inside its rim the convolution gives the shift itself.
    picture = torch.from_numpy(np.broadcast_to(means[:, None, None], (6, 5, 5)).copy())
    due = nn.functional.conv2d(picture[None], torch.from_numpy(error), padding=1, groups=groups)[0, :, 2, 2]
    assert np.allclose(mean_shift(error, means), due.numpy())


def test_means_are_those_of_all_runs(cells_onnx: bytes) -> None:
    model = load_graph(cells_onnx)
    runs = [planes_inputs(2, seed=seed, size=(16, 16)) for seed in range(3)]
    means = InputMeans(model)
    for arrays in runs:
        means.observe(arrays)
    every = np.concatenate([arrays["image"] for arrays in runs])
    assert np.allclose(means.means["image"], every.mean((0, 2, 3)), atol=1e-5)


def skewed() -> nn.Module:
    """Weights so close to each other beside one large that rounding shifts all of them the same way."""
    layers = [nn.Conv2d(3, 4, 1), nn.Conv2d(4, 4, 1)]
    with torch.no_grad():
        for layer in layers:
            layer.weight.fill_(0.0149)
            layer.weight[:, 0] = 2.0
    return Named(nn.Sequential(*layers)).eval()


class Named(nn.Module):
    """Gives its input the name that the kit gives it."""

    def __init__(self, layers: nn.Module) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """(n, 3, h, w) to (n, 4, h, w)."""
        return self.layers(image)  # type: ignore[no-any-return]


def bright(count: int, seed: int) -> dict[str, np.ndarray]:
    return {"image": np.random.default_rng(seed).random((count, 3, 16, 16), np.float32)}


def means_of(network: bytes, inputs: Arrays) -> np.ndarray:
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, dict(inputs))[0].mean((0, 2, 3)))


def test_means_of_the_answers_are_nearer_to_the_originals_with_correction() -> None:
    original = to_onnx(skewed(), {"image": torch.rand(2, 3, 16, 16)}, {"image": {0: "cells"}})
    runs, unseen = [bright(2, seed) for seed in range(8)], bright(8, 99)
    seen = observe(original, runs, QuantiseOptions())
    corrected = with_pairs(original, seen, QuantiseOptions())
    for each in seen.means.values():
        each[:] = 0.0  # no mean: nothing is corrected
    plain = with_pairs(original, seen, QuantiseOptions())
    due = means_of(original, unseen)
    assert np.abs(means_of(corrected, unseen) - due).max() < 0.5 * np.abs(means_of(plain, unseen) - due).max()


def test_offsets_stay_whole_numbers_of_32_bits(cells_onnx: bytes) -> None:
    graph = onnx.load_model_from_string(quantise(cells_onnx, [planes_inputs(1, seed=3)])).graph
    types = {each.name: each.data_type for each in graph.initializer}
    given = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "DequantizeLinear"}
    offsets = [types[given[node.input[2]]] for node in graph.node if node.op_type == "Conv"]
    assert offsets == [onnx.TensorProto.INT32] * 8
