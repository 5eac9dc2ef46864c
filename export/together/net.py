"""One graph that shows each member its own view of a cell, and says what they say together.

What is given is everything known of a cell (the view `planes`); each member's view and size are made within the graph,
as they were made while it learned.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from export.crops.resized import resized
from export.crops.views import TORCH_VIEWS, Pictures
from export.networks.origin import open_module
from export.opinion.planes import CELL, LIGHT, NUCLEUS
from export.quantising.deployable import deployable

PLACE = "export.together.net:network"
VIEW = "planes"
LEAST_SHARE = 1e-7
"""Probability below which a member's logarithm does not fall: nothing is impossible."""


class _Shown(TypedDict):
    network: str
    settings: dict[str, Any]
    view: str
    size_px: int
    place: list[int]


class MemberTold(_Shown, total=False):
    """A member as the settings of a trained network hold it.

    place     of each of its labels among those of all together
    measures  what it is told beside its view; absent: nothing
    """

    measures: list[str]


class Member(nn.Module):
    """A trained network, from everything known of a cell to logarithms of the probabilities of the common labels.

    every  measures that all together are told, in order
    """

    into: Tensor

    def __init__(self, told: MemberTold, classes: int, every: Sequence[str] = ()) -> None:
        super().__init__()
        self.columns = [every.index(name) for name in told.get("measures", ())]
        self.network = open_module(told["network"], len(told["place"]), told["settings"])
        self.view, self.size_px = told["view"], told["size_px"]
        into = functional.one_hot(torch.tensor(told["place"]), classes).float()
        self.register_buffer("into", into, persistent=False)

    def forward(self, planes: Tensor, measures: Tensor | None = None) -> Tensor:
        """(n, 5, s, s), and (n, every) where measures are told, to (n, classes)."""
        seen = resized(planes, self.size_px)
        pictures = Pictures(seen[:, LIGHT], seen[:, CELL : CELL + 1], seen[:, NUCLEUS : NUCLEUS + 1])
        told = [] if measures is None or not self.columns else [measures[:, self.columns]]
        shares = torch.softmax(self.network(TORCH_VIEWS[self.view](pictures), *told), 1)
        return torch.log((shares @ self.into).clamp_min(LEAST_SHARE))


class Together(nn.Module):
    """The members' opinions, averaged; or weighed, where weights were found (`weigh`).

    trust  how much each member's logarithms count, (members,); none: the mean of their probabilities
    bias   of each label, (classes,)
    """

    def __init__(self, members: Mapping[str, nn.Module], classes: int, stacked: bool) -> None:
        super().__init__()
        self.members = nn.ModuleDict(dict(members))
        self.stacked = stacked
        self.trust = nn.Parameter(torch.full((len(members),), 1.0 / len(members)), requires_grad=False)
        self.bias = nn.Parameter(torch.zeros(classes), requires_grad=False)

    def forward(self, image: Tensor, measures: Tensor | None = None) -> Tensor:
        """(n, 5, s, s), and measures (n, k) where a member is told any, to logits (n, classes)."""
        return self.weighed(self.opinions(image, measures))

    def opinions(self, image: Tensor, measures: Tensor | None = None) -> Tensor:
        """Logarithms of each member's probabilities, (n, members, classes)."""
        return torch.stack([member(image, measures) for member in self.members.values()], 1)

    def weighed(self, opinions: Tensor) -> Tensor:
        """Logits (n, classes) from the members' logarithms (n, members, classes)."""
        if self.stacked:
            return (opinions * self.trust[:, None]).sum(1) + self.bias
        return torch.log(torch.exp(opinions).mean(1))


def network(classes: int, members: Mapping[str, MemberTold], stacked: bool = False) -> Together:
    """The members with random weights, in the order of their names, since files of settings keep no other; `stacked`:
    weighed instead of averaged."""
    every = told_of(members)
    return Together({name: Member(members[name], classes, every) for name in sorted(members)}, classes, stacked)


def told_of(members: Mapping[str, MemberTold]) -> tuple[str, ...]:
    """The measures that any of them is told, each once, in the order of the members' names."""
    return tuple(dict.fromkeys(each for name in sorted(members) for each in members[name].get("measures", ())))


class Telling(nn.Module):
    """What is said together, and what each member says by itself: for the kit."""

    def __init__(self, together: Together) -> None:
        super().__init__()
        self.together = together

    def forward(self, image: Tensor, measures: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """As `Together`, to logits (n, classes) and the members' probabilities (n, members, classes)."""
        opinions = self.together.opinions(image, measures)
        return self.together.weighed(opinions), torch.exp(opinions)


def members_of(source: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the members of such a network, in order; none of any other network."""
    return tuple(sorted(settings["members"])) if source == PLACE else ()


def deployed(together: Together) -> Together:
    """The same with each member's network in its form for engines; it shares no weights with it."""
    form = copy.deepcopy(together).eval()
    for member in cast(Sequence[Member], form.members.values()):
        member.network = deployable(member.network)
    return form
