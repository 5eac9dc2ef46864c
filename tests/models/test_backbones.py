"""The shared networks have torchvision's names, shapes, counts and answers, at full size and made smaller.

`backbones/structures.json` holds torchvision 0.29's own: a list is the shape of a weight, with "bias" where there is
one as long as its first axis, and a number the channels of a batch norm. `backbones/answers.json` holds what
torchvision's networks, made small where it lets them, answer to a drawn picture with `models.golden.drawn_weights`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from export.onnx_export import to_onnx
from models.backbones import alexnet, densenet, resnet
from models.backbones.alexnet import AlexNet
from models.backbones.densenet import DenseNet
from models.backbones.pooling import MeansOfParts, shares
from models.backbones.published import Standardised, start_from
from models.backbones.resnet import PUBLISHED
from models.golden import drawn_weights

FOLDER = Path(__file__).with_name("backbones")
STRUCTURES = json.loads((FOLDER / "structures.json").read_text("utf-8"))
ANSWERS = json.loads((FOLDER / "answers.json").read_text("utf-8"))
COUNTS = {
    "alexnet": 61_100_840,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnext50_32x4d": 25_028_904,
    "resnext101_32x8d": 88_791_336,
    "densenet121": 7_978_856,
}
NORM = ("weight", "bias", "running_mean", "running_var")
HEADS = {"alexnet": alexnet.HEAD, "densenet121": densenet.HEAD} | dict.fromkeys(PUBLISHED, resnet.HEAD)
SMALL: Mapping[str, Callable[[int], nn.Module]] = {
    "alexnet": AlexNet,
    "resnet34": lambda classes: resnet.resnet(classes, "resnet34", blocks=(1, 2, 1, 1)),
    "resnet50": lambda classes: resnet.resnet(classes, "resnet50", blocks=(1, 1, 2, 1)),
    "resnext50_32x4d": lambda classes: resnet.resnet(classes, "resnext50_32x4d", blocks=(1, 2, 1, 1)),
    "densenet121": lambda classes: DenseNet(classes, growth=8, blocks=(2, 3, 2, 2), first=16),
}


def full(name: str) -> nn.Module:
    """At 1000 classes, without memory for its weights."""
    with torch.device("meta"):
        others: Mapping[str, type[nn.Module]] = {"alexnet": AlexNet, "densenet121": DenseNet}
        return others[name](1000) if name in others else resnet.resnet(1000, name)


def spelt_out(structure: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Every tensor's name and shape."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, each in structure.items():
        if isinstance(each, int):
            shapes |= {f"{name}.{part}": (each,) for part in NORM} | {f"{name}.num_batches_tracked": ()}
        else:
            shapes[f"{name}.weight"] = tuple(size for size in each if size != "bias")
            shapes |= {f"{name}.bias": (each[0],)} if each[-1] == "bias" else {}
    return shapes


def small(name: str) -> tuple[nn.Module, Tensor]:
    random = np.random.default_rng(ANSWERS["seed"])
    network = SMALL[name](ANSWERS["classes"])
    network.load_state_dict(drawn_weights(random, network))
    return network.eval(), torch.from_numpy(random.uniform(0, 1, (2, 3, *ANSWERS["size"])).astype(np.float32))


@pytest.mark.parametrize("name", COUNTS)
def test_names_shapes_and_counts_are_torchvisions(name: str) -> None:
    network = full(name)
    assert {key: tuple(each.shape) for key, each in network.state_dict().items()} == spelt_out(STRUCTURES[name])
    assert sum(each.numel() for each in network.parameters()) == COUNTS[name]


@pytest.mark.parametrize("name", SMALL)
def test_answers_are_torchvisions(name: str) -> None:
    network, image = small(name)
    with torch.no_grad():
        found, due = network(image).numpy(), np.array(ANSWERS["logits"][name])
    assert np.abs(found - due).max() < 1e-4 * np.abs(due).max()


@pytest.mark.parametrize("name", [name for name in SMALL if name != "alexnet"])
def test_they_export_with_any_number_of_pictures(name: str) -> None:
    network, image = small(name)
    assert to_onnx(network, {"image": image}, {"image": {0: "cells"}})  # proves the answers itself


@pytest.mark.parametrize("side", [63, 80, 227])
def test_a_narrow_alexnet_exports_at_any_size(side: int) -> None:
    network = AlexNet(4, width=0.125)
    assert to_onnx(network, {"image": torch.rand(2, 3, side, side)}, {"image": {0: "cells"}})


@given(st.integers(1, 24), st.integers(1, 24), st.integers(1, 7), st.integers(0, 2**32 - 1))
def test_means_of_parts_are_torchs_adaptive_ones(height: int, width: int, parts: int, seed: int) -> None:
    picture = torch.rand((2, 3, height, width), generator=torch.Generator().manual_seed(seed))
    due = nn.AdaptiveAvgPool2d(parts)(picture)
    torch.testing.assert_close(MeansOfParts(parts)(picture), due, atol=1e-6, rtol=1e-5)


@given(st.integers(1, 60), st.integers(1, 9))
def test_every_line_counts_and_every_part_is_a_mean(size: int, parts: int) -> None:
    counted = shares(size, parts)
    torch.testing.assert_close(counted.sum(1), torch.ones(parts))
    assert (counted.sum(0) > 0).all()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=5)
def test_a_checkpoint_gives_all_but_the_head(seed: int) -> None:
    published, network = SMALL["densenet121"](7), SMALL["densenet121"](3)
    weights = drawn_weights(np.random.default_rng(seed), published)
    kept = network.get_submodule("classifier").weight.clone()  # type: ignore[operator]
    start_from(network, weights, HEADS["densenet121"])
    found = network.state_dict()
    assert torch.equal(found.pop("classifier.weight"), kept)
    found.pop("classifier.bias")
    assert all(torch.equal(each, weights[name]) for name, each in found.items())


def test_old_files_of_densenet_load_by_their_old_names_and_without_counters() -> None:
    network = SMALL["densenet121"](3)
    weights = drawn_weights(np.random.default_rng(3), network)
    old = {
        name.replace("norm1.", "norm.1.").replace("conv2.", "conv.2."): each
        for name, each in weights.items()
        if not name.endswith("num_batches_tracked")
    }
    start_from(network, old, HEADS["densenet121"])
    assert torch.equal(network.state_dict()["features.denseblock1.denselayer1.conv2.weight"],
                       weights["features.denseblock1.denselayer1.conv2.weight"])  # fmt: skip


@pytest.mark.parametrize(
    "broken",
    [
        lambda weights: weights.pop("bn1.bias"),
        lambda weights: weights.update({"bn9.bias": torch.zeros(1)}),
        lambda weights: weights.update({"bn1.bias": torch.zeros(3)}),
    ],
    ids=["missing", "too many", "another shape"],
)
def test_a_checkpoint_of_another_network_is_refused(broken: Callable[[dict[str, Tensor]], object]) -> None:
    network = SMALL["resnet34"](3)
    weights = drawn_weights(np.random.default_rng(3), network)
    broken(weights)
    with pytest.raises(ValueError, match=r"of another network, the first bn"):
        start_from(network, weights, resnet.HEAD)


@pytest.mark.parametrize("name", COUNTS)
def test_the_head_is_where_it_is_said(name: str) -> None:
    head = full(name).get_submodule(HEADS[name])
    assert isinstance(head, nn.Linear)
    assert head.out_features == 1000


@pytest.mark.parametrize(("name", "width"), [("resnet18", 1.0), ("resnext50_32x4d", 0.1)])
def test_what_cannot_be_made_is_refused(name: str, width: float) -> None:
    with pytest.raises(ValueError, match=r"resnet18|no channels left"):
        resnet.resnet(3, name, width)


def test_colours_are_centred_on_imagenets_mean() -> None:
    image = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1).expand(2, 3, 4, 4)
    assert Standardised()(image).abs().max() < 1e-6
    assert abs(float(Standardised()(torch.ones(1, 3, 1, 1))[0, 0, 0, 0]) - 0.515 / 0.229) < 1e-5
