"""Devi's room: leaky features, and trees in the linear layer's place that say what XGBoost says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tomllib
import torch
from torch import nn
from xgboost import XGBClassifier

from models import devi2023_clr_cxg as room
from models.devi2023_clr_cxg import finish as finishing
from models.devi2023_clr_cxg.finish import finish
from models.devi2023_clr_cxg.golden import GOLDEN_FILE, golden
from models.devi2023_clr_cxg.net import SLOPE, ClrCxg, Shape, network
from models.trees import Forest

SHAPE = Shape(classes=2, width=0.125, rounds=6, depth=3)
LABELS = torch.arange(200) % 2
VECTORS = torch.rand(200, SHAPE.widths[-1], generator=torch.Generator().manual_seed(1)) + LABELS[:, None] * 0.3


def test_the_golden_file_is_what_the_room_computes() -> None:
    stored, fresh = json.loads(GOLDEN_FILE.read_text("utf-8")), golden()
    assert stored["parameters"] == fresh["parameters"]
    for name in ("taught", "finished"):
        np.testing.assert_allclose(fresh[name], stored[name], atol=2e-4)


def test_the_paper_has_four_leaky_blocks_and_256_features() -> None:
    found = network(2)
    leaky = [each for each in found.modules() if isinstance(each, nn.LeakyReLU)]
    assert (len(leaky), {each.negative_slope for each in leaky}) == (4, {SLOPE})
    assert found.vector(torch.rand(2, 3, 32, 32)).shape == (2, 256)
    assert isinstance(network(2, finished=True).judge, Forest)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("side", [16, 40, 80])
def test_any_view_and_side(channels: int, side: int) -> None:
    found = network(4, width=0.125, rounds=2, depth=2, channels=channels).eval()
    assert found(torch.rand(2, channels, side, side)).shape == (2, 4)


def test_trees_that_are_planted_are_those_that_were_grown(monkeypatch: pytest.MonkeyPatch) -> None:
    grown: list[XGBClassifier] = []

    class Watched(XGBClassifier):
        def fit(self, *given: np.ndarray) -> XGBClassifier:
            grown.append(super().fit(*given))
            return grown[-1]

    monkeypatch.setattr(finishing, "XGBClassifier", Watched)
    torch.manual_seed(0)
    made = finish(ClrCxg(SHAPE).eval(), VECTORS, LABELS, seed=4)
    due = grown[0].predict(VECTORS.numpy(), output_margin=True)
    np.testing.assert_allclose(made.judge(VECTORS).numpy(), due, atol=1e-5)
    assert (due.argmax(1) == LABELS.numpy()).mean() > 0.9


def test_the_convolutions_stay_and_the_same_seed_grows_the_same_trees() -> None:
    torch.manual_seed(0)
    taught = ClrCxg(SHAPE).eval()
    image = torch.rand(2, 3, 32, 32)
    one, two, other = (finish(taught, VECTORS, LABELS, seed) for seed in (4, 4, 5))
    assert torch.equal(one.vector(image), taught.vector(image))
    assert torch.equal(one.judge(VECTORS), two.judge(VECTORS))
    assert not torch.equal(one.judge(VECTORS), other.judge(VECTORS))


def test_the_file_of_a_finished_network_opens_as_one() -> None:
    torch.manual_seed(0)
    made = finish(ClrCxg(SHAPE).eval(), VECTORS, LABELS, seed=4)
    again = network(2, finished=True, width=0.125, rounds=6, depth=3)
    again.load_state_dict(made.state_dict())
    image = torch.rand(3, 3, 32, 32)
    assert torch.equal(again.eval()(image), made(image))


def test_what_makes_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match=r"width 0\.01"):
        network(2, width=0.01)
    with pytest.raises(ValueError, match="no forest"):
        network(2, finished=True, rounds=0)
    with pytest.raises(TypeError, match="breadth"):
        network(2, breadth=2)


def test_the_room_is_furnished() -> None:
    folder = Path(room.__file__).parent
    card = tomllib.loads((folder / "card.toml").read_text("utf-8"))
    assert card["name"] == folder.name
    assert card["parameters"] == sum(each.numel() for each in network(2).parameters())
    assert "## Limits" in (folder / "README.md").read_text("utf-8")
