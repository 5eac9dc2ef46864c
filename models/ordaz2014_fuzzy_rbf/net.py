"""The whole room as one network: the rules' score beside the measures, an RBF network, logits.

It is fitted, not learned: every number of it comes from `calibrate` and `fit`. It looks at a cell's measures alone. The
kit gives every network a picture; this one takes it and answers the same whatever it shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from models.ordaz2014_fuzzy_rbf.compile import compiled
from models.ordaz2014_fuzzy_rbf.definition import load
from models.ordaz2014_fuzzy_rbf.fit import FUZZY_SCORE
from models.ordaz2014_fuzzy_rbf.mamdani import Mamdani, places

RBF_MEASURES = ("nucleus_diameter_um", "diameter_um", "nc_ratio", "circularity", "solidity", "elongation", "lobes")
"""What the RBF network is given beside the fuzzy score."""
MEASURES = (
    *("diameter_um", "nc_ratio", "circularity", "lobes", "granularity", "vacuoles", "basophilia", "chromatin_contrast"),
    *("nucleus_diameter_um", "solidity", "elongation"),
)
"""What the network is given, in this order: the rules' measures, then what the RBF network wants beside them."""
LIMIT = 6.0


class FuzzyRbfNet(nn.Module):
    """Rules and RBF network; the latter's output layer is a convolution over one pixel, which engines know in 8 bits.
    Distances, memberships and the centroid stay in float.

    wanted           measures that the RBF network is given, before the score
    median, scale    (k,), of these and of the score
    centres, widths  (units, k), in standardised inputs, which are believed up to `limit`
    output           weights and bias, with the calibration's slope and offset multiplied in
    """

    column: Tensor

    def __init__(self, rules: Mapping[str, Any], wanted: Sequence[str], shape: tuple[int, int], limit: float) -> None:
        super().__init__()
        (units, classes), inputs = shape, len(wanted) + 1
        self.limit = limit
        self.rules = Mamdani(rules, MEASURES)
        self.register_buffer("column", places(wanted, MEASURES))
        self.median, self.scale = nn.Parameter(torch.zeros(inputs)), nn.Parameter(torch.ones(inputs))
        self.centres, self.widths = nn.Parameter(torch.zeros(units, inputs)), nn.Parameter(torch.ones(units, inputs))
        self.output = nn.Conv2d(units, classes, 1)
        self.requires_grad_(False)

    def forward(self, image: Tensor, measures: Tensor) -> Tensor:
        """Any picture (n, channels, s, s) and measures (n, 11), as `MEASURES` lists them and as the kit has them, to
        logits (n, classes)."""
        # OpenVINO drops an input that nothing depends on, and then does not know what the kit gives it
        seen = measures + 0.0 * image[:, :1, 0, 0]
        values = torch.cat([seen[:, self.column], self.rules(seen)[:, None]], 1)
        standard = ((values - self.median) / self.scale).clamp(-self.limit, self.limit)
        away = ((standard[:, None] - self.centres) / self.widths).square().sum(2)
        responses = torch.exp(-0.5 * away)
        logits: Tensor = self.output(responses[:, :, None, None]).flatten(1)
        return logits


def network(classes: int, units: int = 40, limit: float = LIMIT) -> FuzzyRbfNet:
    """The room as its rules stand, with so many units that have not been fitted."""
    return FuzzyRbfNet(compiled(load()), RBF_MEASURES, (units, classes), limit).float()


def of_documents(fuzzy: Mapping[str, Any], rbf: Mapping[str, Any]) -> FuzzyRbfNet:
    """The network that says what a bundle's two documents say, in float64; its labels are `rbf["labels"]`.

    Raises:
        ValueError: the RBF network wants a measure that is not among `MEASURES`, or has not the score at last.
    """
    *wanted, last = rbf["measures"]
    if last != FUZZY_SCORE:
        raise ValueError(f"the RBF network ends in {last}")
    made = FuzzyRbfNet(fuzzy, wanted, (len(rbf["centres"]), len(rbf["labels"])), rbf["limit"]).double()
    found = {name: _exact(rbf[name]) for name in ("median", "scale", "centres", "widths")}
    weights = rbf["slope"] * _exact(rbf["weights"]).T
    bias = rbf["slope"] * _exact(rbf["bias"]) + _exact(rbf["offset"])
    output = {"output.weight": weights[:, :, None, None], "output.bias": bias}
    made.load_state_dict({**made.state_dict(), **found, **output})
    return made


def _exact(values: Sequence[Any]) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)
