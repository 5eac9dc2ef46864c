"""The compiled rules as a torch module, so that they travel within a network: min, max, clip, max, centroid.

Memberships are computed from the terms' corners. scikit-fuzzy samples them: of the inputs where they bend, of the
output at every step, and adds the points where a term meets its cut. Between those points everything is straight, so
the sums below are the same integral.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn

UNDECIDED, NEGLIGIBLE = 50.0, 1e-9
"""The score where no rule is stronger than the latter, as the kit has it."""
NARROWEST = 1e-12
"""Width of an upright edge, which is never divided by."""


class Mamdani(nn.Module):
    """Rules of a fuzzy document (see `compile`), for measures of which `columns` names the order; in float64 as made.

    corners   of the inputs' terms, (terms, 4)
    suspects  of the output's terms, (outputs, 4)
    column    of each term's measure, (terms,)
    any_of    terms of every group of every rule, (rules, groups, longest); what is shorter repeats its first
    concludes whether a rule concludes an output's term, (outputs, rules)
    universe  samples of the output, (m,)

    Raises:
        ValueError: a corner of the output lies between two samples, or a measure is not among the columns.
    """

    column: Tensor
    any_of: Tensor
    concludes: Tensor
    universe: Tensor

    def __init__(self, document: Mapping[str, Any], columns: Sequence[str]) -> None:
        super().__init__()
        inputs, output, rules = document["inputs"], document["output"], document["rules"]
        if not set(chain(*_corners(output))) <= set(output["universe"]):
            raise ValueError("a term of the output bends between two samples")
        pairs = [(each["name"], term["name"]) for each in inputs for term in each["terms"]]
        self.corners = _fixed([corner for each in inputs for corner in _corners(each)])
        self.suspects = _fixed(_corners(output))
        self.register_buffer("column", places([name for name, _ in pairs], columns))
        self.register_buffer("any_of", _filled([[[pairs.index((*pair,)) for pair in group] for group in rule["when"]]
                                                for rule in rules]))  # fmt: skip
        concluded = [[float(rule["then"] == term["name"]) for rule in rules] for term in output["terms"]]
        self.register_buffer("concludes", _exact(concluded))
        self.register_buffer("universe", _exact(output["universe"]))

    def forward(self, measures: Tensor) -> Tensor:
        """Measures (n, columns) to scores (n,), 0–100."""
        terms = _memberships(measures[:, self.column], self.corners)
        strengths = terms[:, self.any_of].amax(3).amin(2)
        cuts = (strengths[:, None] * self.concludes).amax(2)
        fired = strengths.amax(1) > NEGLIGIBLE
        return torch.where(fired, self._centroid(cuts), torch.full_like(cuts[:, 0], UNDECIDED))

    def _centroid(self, cuts: Tensor) -> Tensor:
        """Centre of gravity (n,) of the terms clipped at `cuts` (n, outputs)."""
        a, b, c, d = self.suspects.unbind(1)
        samples = self.universe.expand(cuts.shape[0], -1)
        x = torch.cat([samples, a + cuts * (b - a), d - cuts * (d - c)], 1).sort(1).values
        y = torch.minimum(_memberships(x[:, :, None], self.suspects), cuts[:, None]).amax(2)
        left, right, low, high = x[:, :-1], x[:, 1:], y[:, :-1], y[:, 1:]
        area = ((right - left) * (low + high)).sum(1) / 2
        moment = ((right - left) * (low * (2 * left + right) + high * (left + 2 * right))).sum(1) / 6
        return moment / area.clamp_min(NARROWEST)


def places(names: Sequence[str], columns: Sequence[str]) -> Tensor:
    """Of each name among the columns, (names,). Raises ValueError for one that is not there."""
    absent = sorted(set(names) - set(columns))
    if absent:
        raise ValueError(f"{absent[0]} is not among the measures that the network is told")
    return torch.tensor([columns.index(name) for name in names])


def _memberships(x: Tensor, corners: Tensor) -> Tensor:
    """How far `x` (…, terms) belongs to trapezoids (terms, 4), 0–1; an upright edge has nothing beyond it."""
    a, b, c, d = corners.unbind(1)
    rising = torch.where(b > a, (x - a) / (b - a).clamp_min(NARROWEST), torch.ones_like(a))
    falling = torch.where(d > c, (d - x) / (d - c).clamp_min(NARROWEST), torch.ones_like(d))
    return torch.minimum(rising, falling).clamp(0.0, 1.0)


def _corners(variable: Mapping[str, Any]) -> list[list[float]]:
    return [term["trapezoid"] for term in variable["terms"]]


def _fixed(values: list[list[float]]) -> nn.Parameter:
    """Found by fitting: counted with a network's parameters, and moved by no gradient."""
    return nn.Parameter(_exact(values), requires_grad=False)


def _exact(values: Any) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def _filled(rules: list[list[list[int]]]) -> Tensor:
    """Ragged lists as one tensor: a group repeats its first term, a rule its first group, which changes no extreme."""
    longest = max(len(group) for rule in rules for group in rule)
    most = max(map(len, rules))
    groups = [[group + group[:1] * (longest - len(group)) for group in rule] for rule in rules]
    return torch.tensor([rule + rule[:1] * (most - len(rule)) for rule in groups])
