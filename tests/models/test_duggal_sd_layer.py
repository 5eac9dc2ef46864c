"""Duggal's room: the inverse of the stain matrix in the graph, its gradient and its guard; energies; what is frozen."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import models.duggal2017_sd_layer.net as room
from export.onnx_export import to_onnx
from export.quantising.deployable import deployable
from export.stain.reference import stain_matrix
from firmware_bridge.imagefile import read_image
from models.duggal2017_sd_layer.deployed import deployed
from models.duggal2017_sd_layer.golden import GOLDEN_FILE, golden
from models.duggal2017_sd_layer.inverse import LEAST, cross, guarded, inverse
from models.duggal2017_sd_layer.net import BODIES, SDNet, TextureNet, energies, loss, network
from models.duggal2017_sd_layer.stain import (
    GREY_LEVEL,
    REFERENCE,
    STAINS,
    FrozenDeconvolution,
    StainDeconvolution,
    density,
)
from models.golden import drawn_weights

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CNMC = Path(__file__).parents[3] / "shared" / "data" / "cnmc"
SEEDS = st.integers(0, 2**32 - 1)
AT_MOST = 2e-3
"""What one grey level of the reference picture's file may move the stains by."""


def matrix(seed: int) -> Tensor:
    return torch.randn((3, 3), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def picture(seed: int, side: int = 64) -> Tensor:
    image = torch.rand((2, 3, side, side), generator=torch.Generator().manual_seed(seed)) * 1.15
    image[:, :, :9] = 0.0
    return image


def drawn(seed: int, body: str = "t-cnn") -> SDNet:
    fresh = network(2, body, width=0.125)
    weights = drawn_weights(np.random.default_rng(seed), fresh)
    fresh.load_state_dict(weights | {"stain.weight": torch.tensor(STAINS)})
    return fresh.eval()


@given(SEEDS)
def test_the_inverse_is_the_inverse(seed: int) -> None:
    whole = matrix(seed)
    assume(abs(torch.linalg.det(whole)) > LEAST)
    torch.testing.assert_close(inverse(whole), torch.linalg.inv(whole), rtol=1e-8, atol=1e-8)


@given(SEEDS)
@settings(max_examples=25)
def test_its_gradient_is_that_of_finite_differences(seed: int) -> None:
    whole = matrix(seed).requires_grad_()
    assume(abs(float(torch.linalg.det(whole.detach()))) > 10 * LEAST)
    assert torch.autograd.gradcheck(inverse, (whole,))
    assert torch.autograd.gradcheck(lambda each: torch.tanh(inverse(each) @ torch.ones(3, 2).double()), (whole,))


@given(SEEDS, st.sampled_from(((0, 1, 1), (0, 0, 0), (1, -2, 0))))
def test_a_singular_matrix_has_a_finite_inverse_and_gradient(seed: int, combined: tuple[int, ...]) -> None:
    """The last column is a sum of the others, or nothing: there is no inverse, and training goes on."""
    columns = matrix(seed)[:, :2]
    last = columns @ torch.tensor(combined[:2]).double()
    whole = torch.cat([columns, last[:, None]], 1).requires_grad_()
    found = inverse(whole)
    found.square().sum().backward()  # type: ignore[no-untyped-call]
    assert found.isfinite().all()
    assert whole.grad is not None
    assert whole.grad.isfinite().all()


@given(st.floats(-1, 1, allow_nan=False))
def test_the_guard_keeps_the_side_and_leaves_the_rest(determinant: float) -> None:
    found = float(guarded(torch.tensor(determinant, dtype=torch.float64)))
    assert abs(found) >= LEAST
    assert (found < 0) == (determinant < 0)
    assert found == determinant or abs(determinant) < LEAST


@given(SEEDS)
def test_cross_products_are_torchs(seed: int) -> None:
    one, other, _ = matrix(seed)
    torch.testing.assert_close(cross(one, other), torch.linalg.cross(one, other))


@given(SEEDS)
def test_amounts_mixed_by_the_stains_are_found_again(seed: int) -> None:
    """Beer–Lambert: light stopped by known amounts of the layer's stains comes out as tanh of these amounts."""
    due = torch.rand((1, 3, 5, 4), generator=torch.Generator().manual_seed(seed)) * 0.4
    due[:, 2] = 0.0  # what is left of the density has no dye
    light = 10.0 ** -torch.einsum("ij,njhw->nihw", torch.tensor(STAINS), due)
    with torch.no_grad():
        torch.testing.assert_close(StainDeconvolution()(light), torch.tanh(due), atol=1e-5, rtol=1e-4)


def test_black_is_clear_and_nothing_is_darker_than_a_grey_level() -> None:
    light = torch.tensor([0.0, 0.4 * GREY_LEVEL, 0.6 * GREY_LEVEL, GREY_LEVEL, 0.1, 1.0, 1.15])
    due = torch.tensor([0.0, 0.0, np.log10(255), np.log10(255), 1.0, 0.0, 0.0])
    torch.testing.assert_close(density(light), due.float())


def test_the_layer_has_nine_parameters() -> None:
    assert sum(each.numel() for each in StainDeconvolution().parameters()) == 9


@given(SEEDS)
@settings(max_examples=10)
def test_what_is_frozen_says_the_same(seed: int) -> None:
    layer = StainDeconvolution(matrix(seed).tolist())
    with torch.no_grad():
        torch.testing.assert_close(FrozenDeconvolution(layer)(picture(seed, 8)), layer(picture(seed, 8)),
                                   atol=1e-4, rtol=1e-4)  # fmt: skip


@pytest.mark.parametrize("body", BODIES)
def test_engines_are_given_a_convolution_and_no_inverse(body: str) -> None:
    trained = drawn(4, body)
    frozen = deployable(trained)
    with torch.no_grad():
        torch.testing.assert_close(frozen(picture(1)), trained(picture(1)), atol=1e-4, rtol=1e-4)
    graph = onnx.load_model_from_string(to_onnx(frozen, {"image": picture(1)}, {"image": {0: "cells"}})).graph
    kinds = [node.op_type for node in graph.node]
    assert kinds.count("Conv") == 6
    assert not {"Det", "Concat", "Stack", "Div"} & set(kinds)


def test_the_trained_network_keeps_its_own_weights() -> None:
    trained = drawn(5)
    before = {name: each.clone() for name, each in trained.state_dict().items()}
    with torch.no_grad():
        for each in deployed(trained).parameters():
            each.zero_()
    assert all(torch.equal(before[name], each) for name, each in trained.state_dict().items())


@given(SEEDS)
def test_energies_do_not_know_where(seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    maps = torch.rand((1, 4, 6, 6), generator=random)
    shuffled = maps.flatten(2)[:, :, torch.randperm(36, generator=random)].reshape(maps.shape)
    torch.testing.assert_close(energies(maps), energies(shuffled))


def test_the_stain_matrix_learns_with_the_rest() -> None:
    trained = network(2, width=0.125, dropped=0.0)
    masks = torch.ones(2, 2, 64, 64)
    wrong = loss(trained, picture(2), torch.tensor([0, 1]), masks)
    wrong.backward()  # type: ignore[no-untyped-call]
    gradient = trained.get_submodule("stain").weight.grad
    assert isinstance(gradient, Tensor)
    assert (gradient.abs() > 0).all()


@pytest.mark.parametrize(("logits", "due"), [((50.0, -50.0), 0.0), ((-50.0, 50.0), 1.0), ((0.0, 0.0), 0.25)])
def test_the_loss_is_the_squared_error_of_the_softmax(logits: tuple[float, float], due: float) -> None:
    class Says(nn.Module):
        def forward(self, image: Tensor) -> Tensor:
            return torch.tensor([logits] * len(image))

    found = loss(Says(), torch.zeros(3, 3, 8, 8), torch.zeros(3, dtype=torch.long), torch.zeros(3, 2, 8, 8))
    assert float(found) == pytest.approx(due, abs=1e-6)


def test_another_body_is_none() -> None:
    with pytest.raises(ValueError, match="only t-cnn, alexnet"):
        network(2, "vgg")


def test_the_golden_file_is_what_the_room_computes() -> None:
    stored, fresh = json.loads(GOLDEN_FILE.read_text("utf-8")), golden()
    for body in BODIES:
        assert np.allclose(stored["bodies"][body], fresh["bodies"][body], atol=1e-4)


@pytest.mark.data
def test_the_first_stains_are_those_of_the_reference_picture() -> None:
    if not CNMC.is_dir():
        pytest.skip("there is no ../shared/data/cnmc")
    levels = read_image(CNMC / REFERENCE)
    light = levels.astype(np.float32) / np.float32(255)
    light[levels.max(axis=2) == 0] = 1.0  # the surroundings
    assert np.abs(stain_matrix(light) - np.array(STAINS)).max() < AT_MOST


def test_the_room_is_furnished() -> None:
    folder = Path(room.__file__).parent
    card = tomllib.loads((folder / "card.toml").read_text("utf-8"))
    with torch.device("meta"):
        assert card["parameters"] == sum(each.numel() for each in network(2).parameters())
        assert isinstance(network(2, **card["small"]["settings"]).body, TextureNet)
    assert card["name"] == folder.name
    assert "## Limits" in (folder / "README.md").read_text("utf-8")


@pytest.mark.parametrize("body", BODIES)
def test_a_new_network_answers_two_pictures_differently_enough_to_learn_from(body: str) -> None:
    torch.manual_seed(20261128)
    fresh = network(2, body, width=0.25).eval()
    with torch.no_grad():
        answers = fresh(torch.cat([picture(seed, 96) for seed in range(8)]))
    assert answers.std(0).min() > 0.02
