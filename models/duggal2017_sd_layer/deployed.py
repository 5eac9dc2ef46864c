"""What engines are given: the trained network with the inverse of its stain matrix frozen into a convolution."""

from __future__ import annotations

import copy
from typing import cast

from models.duggal2017_sd_layer.net import SDNet
from models.duggal2017_sd_layer.stain import FrozenDeconvolution, StainDeconvolution


def deployed(network: SDNet) -> SDNet:
    """A network for evaluation that gives the logits of `network`; it shares no weights with it."""
    stain = cast(StainDeconvolution, network.stain)
    return SDNet(FrozenDeconvolution(stain), copy.deepcopy(network.body)).eval()
