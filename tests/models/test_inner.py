"""A room's loss finds its network within a team's, and sees what its modules give while it looks, and no longer."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from models.inner import inner, results_of


class Team(nn.Module):
    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module


def test_alone_and_in_a_team_it_is_the_same() -> None:
    layer = nn.Linear(2, 2)
    assert inner(layer, nn.Linear) is layer
    assert inner(Team(layer), nn.Linear) is layer


@pytest.mark.parametrize("other", [nn.ReLU(), Team(nn.ReLU())])
def test_another_kind_is_refused(other: nn.Module) -> None:
    with pytest.raises(TypeError, match="of a Linear, not of a ReLU"):
        inner(other, nn.Linear)


def test_results_are_seen_while_one_looks() -> None:
    layers = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    image = torch.randn(4, 2)
    with results_of(layers[0]) as seen:
        answer = layers(image)
    layers(image)
    assert len(seen) == 1
    assert torch.equal(seen[0].relu(), answer)
