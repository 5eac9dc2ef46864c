"""MobileViTv2: timm's numbers under timm's names, any width and class count, and a graph that engines can run."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from safetensors.torch import load_file

import models.yang2023_mobilevitv2.net as room
from export.onnx_export import to_onnx
from models.yang2023_mobilevitv2.attention import LinearSelfAttention, by_place
from models.yang2023_mobilevitv2.golden import GOLDEN_FILE, golden
from models.yang2023_mobilevitv2.net import MULTIPLE_PX, STEM, MobileViTv2, load

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

REFERENCE = Path(__file__).parents[3] / "shared/reference"
NOT_RUN_BY_ENGINES = {"Col2Im", "Scan", "Loop", "If", "Einsum"}


def test_the_golden_file_is_what_the_room_computes() -> None:
    stored, fresh = json.loads(GOLDEN_FILE.read_text("utf-8")), golden()
    assert stored["parameters"] == fresh["parameters"]
    assert np.allclose(stored["logits"], fresh["logits"], atol=1e-4)


@pytest.mark.data
def test_parameters_have_the_names_and_shapes_of_timm() -> None:
    due = json.loads((REFERENCE / "mobilevitv2_150_keys.json").read_text("utf-8"))
    assert {name: list(each.shape) for name, each in MobileViTv2(7, 1.5).state_dict().items()} == due


@pytest.mark.data
def test_weights_of_timm_give_the_outputs_of_timm() -> None:
    network = load(load_file(REFERENCE / "mobilevitv2_050_timm.safetensors"))
    given = np.load(REFERENCE / "mobilevitv2_050_timm_io.npz")
    image = torch.from_numpy(given["image"])
    with torch.no_grad():
        assert np.abs(network.features(image).numpy() - given["features"]).max() <= 1e-5
        assert np.abs(network(image).numpy() - given["logits"]).max() <= 1e-5


@pytest.mark.parametrize(("width", "classes", "parameters"), [(1.5, 7, 9_831_136), (1.5, 1000, 10_594_753)])
def test_the_published_sizes(width: float, classes: int, parameters: int) -> None:
    assert sum(each.numel() for each in MobileViTv2(classes, width).parameters()) == parameters


@pytest.mark.parametrize(("width", "classes", "size"), [(0.5, 1, (64, 128)), (0.75, 9, (64, 64)), (1.25, 4, (128, 64))])
def test_any_width_and_class_count_loads_by_name(width: float, classes: int, size: tuple[int, int]) -> None:
    network = MobileViTv2(classes, width).eval()
    again = load(network.state_dict())
    image = torch.rand(2, 3, *size)
    with torch.no_grad():
        assert torch.equal(again(image), network(image))
        assert network(image).shape == (2, classes)
    assert len(network.state_dict()["stem.bn.bias"]) == STEM * width


@pytest.mark.parametrize(("width", "classes"), [(0.4, 2), (2.1, 2), (1.0, 0)])
def test_no_such_network(width: float, classes: int) -> None:
    with pytest.raises(ValueError, match="no MobileViTv2"):
        MobileViTv2(classes, width)


@pytest.mark.parametrize("size", [(63, 64), (64, 96), (32, 32)])
def test_sides_that_do_not_halve_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="multiple of 64"):
        MobileViTv2(2, 0.5).eval()(torch.rand(1, 3, *size))


def test_places_attend_to_the_same_place_in_other_patches_only() -> None:
    torch.manual_seed(0)
    attention, picture = LinearSelfAttention(4).eval(), torch.rand(1, 4, 6, 8)
    changed = picture.clone()
    changed[..., 0::2, 1::2] += 1.0
    with torch.no_grad():
        moved = (attention(changed) - attention(picture)).abs().amax(1, keepdim=True)
    of_place = by_place(moved)[0, 0].amax((-2, -1)) > 1e-6
    assert of_place.tolist() == [[False, True], [False, False]]


def test_the_graph_is_of_ordinary_layers_and_takes_any_batch() -> None:
    torch.manual_seed(0)
    network = MobileViTv2(4, 0.5).eval()
    graph = onnx.load_model_from_string(
        to_onnx(network, {"image": torch.rand(2, 3, MULTIPLE_PX, MULTIPLE_PX)}, {"image": {0: "cells"}})
    ).graph  # proven against torch at several batch sizes by `to_onnx` itself
    assert not NOT_RUN_BY_ENGINES & {node.op_type for node in graph.node}
    assert graph.input[0].type.tensor_type.shape.dim[0].dim_param == "cells"


def test_the_room_is_furnished() -> None:
    folder = Path(room.__file__).parent
    card = tomllib.loads((folder / "card.toml").read_text("utf-8"))
    assert card["name"] == folder.name
    assert card["multiple_px"] == MULTIPLE_PX
    assert card["parameters"] == sum(each.numel() for each in MobileViTv2(7, card["width"]).parameters())
    assert "## Limits" in (folder / "README.md").read_text("utf-8")
