"""Zhou's room: the mean of probabilities as logarithms, three published members, each of which learns alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

import models.zhou2021_ensemble.net as room
from export.onnx_export import to_onnx
from export.opinion.labels import SOME_OTHER, not_blast
from export.opinion.loss import opinion_loss
from export.rooms.card import read_card
from models.backbones.published import start_from
from models.backbones.resnet import HEAD, PUBLISHED, ResNet, resnet
from models.ensemble import Ensemble, log_mean
from models.golden import drawn_weights
from models.zhou2021_ensemble.golden import GOLDEN_FILE, SETTINGS, golden
from models.zhou2021_ensemble.net import BLAST, MEMBERS, NO_BLAST, label_loss, loss, network

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SEEDS = st.integers(0, 2**32 - 1)


def logits(seed: int, members: int = 3, cells: int = 4, classes: int = 6) -> Tensor:
    return torch.randn((members, cells, classes), generator=torch.Generator().manual_seed(seed)) * 8


class Says(nn.Module):
    """Answers what it was told to, moved by a weight."""

    def __init__(self, answer: Tensor) -> None:
        super().__init__()
        self.answer, self.moved = answer, nn.Parameter(torch.zeros(1))

    def forward(self, image: Tensor) -> Tensor:
        return self.answer + self.moved * torch.arange(self.answer.shape[1])


@given(SEEDS, st.integers(1, 5))
def test_the_softmax_of_what_is_said_is_the_mean_probability(seed: int, members: int) -> None:
    each = logits(seed, members)
    due = torch.softmax(each, 2).mean(0)
    torch.testing.assert_close(torch.softmax(log_mean(each), 1), due, atol=1e-6, rtol=1e-4)
    torch.testing.assert_close(log_mean(each).exp(), due, atol=1e-6, rtol=1e-4)


@given(SEEDS)
def test_members_that_agree_say_what_one_says_in_any_order(seed: int) -> None:
    each = logits(seed)
    torch.testing.assert_close(log_mean([each[0]] * 3), torch.log_softmax(each[0], 1), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(log_mean(each), log_mean(each.flip(0)), atol=1e-5, rtol=1e-5)


def test_what_is_all_but_impossible_keeps_its_logarithm() -> None:
    sure = torch.tensor([[0.0, 400.0]])
    assert log_mean([sure, sure])[0].tolist() == [-400.0, 0.0]


def test_an_ensemble_of_none_is_none() -> None:
    with pytest.raises(ValueError, match="needs a member"):
        Ensemble({})


def test_the_gradient_is_that_of_the_mean() -> None:
    each = logits(3).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda given_logits: log_mean(given_logits), (each,))


@given(SEEDS, st.lists(st.integers(-1, 5), min_size=4, max_size=4))
def test_the_loss_of_a_label_is_the_common_one(seed: int, labels: list[int]) -> None:
    """Without smoothing; also for cells of which only that they are no blasts is known."""
    assert NO_BLAST == SOME_OTHER
    assert not_blast() == [place for place in range(6) if place != BLAST]
    each, due = logits(seed)[0], torch.tensor(labels)
    torch.testing.assert_close(label_loss(each, due), opinion_loss(each, due, 0.0), atol=1e-4, rtol=1e-4)


@given(SEEDS)
def test_each_member_learns_as_if_alone(seed: int) -> None:
    answers, labels = logits(seed), torch.tensor([0, 2, -1, 5])
    together = Ensemble({f"m{k}": Says(each) for k, each in enumerate(answers)})
    image, masks = torch.zeros(4, 3, 8, 8), torch.zeros(4, 2, 8, 8)
    loss(together, image, labels, masks).backward()  # type: ignore[no-untyped-call]
    for member, each in zip(together.members.values(), answers, strict=True):
        alone = Says(each)
        label_loss(alone(image), labels).backward()  # type: ignore[no-untyped-call]
        found, due = (next(one.parameters()).grad for one in (member, alone))
        assert found is not None
        assert due is not None
        torch.testing.assert_close(found * len(answers), due, atol=1e-4, rtol=1e-4)


def test_full_size_are_the_three_published_networks() -> None:
    with torch.device("meta"):
        together = network(1000)
        for name in MEMBERS:
            due = {key: each.shape for key, each in resnet(1000, name).state_dict().items()}
            assert {key: each.shape for key, each in together.members[name].state_dict().items()} == due


def test_a_smaller_one_keeps_a_block_in_every_layer() -> None:
    with torch.device("meta"):
        together = network(3, **SETTINGS)
    blocks = [len(together.members[name].get_submodule(f"layer{k}")) for name in MEMBERS for k in (1, 2, 3, 4)]  # type: ignore[arg-type]
    assert min(blocks) == 1
    assert sum(blocks) < sum(sum(PUBLISHED[name].blocks) for name in MEMBERS) / 2


def test_public_weights_start_a_member() -> None:
    together = network(3, **SETTINGS)
    member = together.members["resnet50"]
    assert isinstance(member, ResNet)
    published = resnet(10, "resnet50", 0.25, (1, 1, 1, 1))
    weights = drawn_weights(np.random.default_rng(5), published)
    start_from(member, weights, HEAD)
    assert torch.equal(together.state_dict()["members.resnet50.conv1.weight"], weights["conv1.weight"])


def test_engines_compute_the_same() -> None:
    together = network(3, **SETTINGS)
    together.load_state_dict(drawn_weights(np.random.default_rng(2), together))
    image = torch.rand((2, 3, 64, 64), generator=torch.Generator().manual_seed(1))
    assert to_onnx(together, {"image": image}, {"image": {0: "cells"}})


def test_the_golden_file_is_what_the_room_computes() -> None:
    stored = json.loads(GOLDEN_FILE.read_text("utf-8"))
    assert np.allclose(stored["log_probabilities"], golden()["log_probabilities"], atol=1e-3)


def test_the_room_is_furnished() -> None:
    folder = Path(room.__file__).parent
    card = tomllib.loads((folder / "card.toml").read_text("utf-8"))
    with torch.device("meta"):
        assert card["parameters"] == sum(each.numel() for each in network(len(card["head"])).parameters())
    head = read_card(folder).head
    assert head.labels.index("blast") == BLAST
    assert head.positive == ("blast",)
    assert card["name"] == folder.name
    assert "## Limits" in (folder / "README.md").read_text("utf-8")
