"""First weights of deep stacks of convolutions, so that a signal keeps its size on its way through them.

Source: He et al., Delving deep into rectifiers, arXiv 1502.01852.
"""

from __future__ import annotations

from torch import nn


def draw_as_he(network: nn.Module) -> None:
    """Draw every convolution from a normal distribution by the number of its outputs; norms change nothing at first."""
    for each in network.modules():
        if isinstance(each, nn.Conv2d):
            nn.init.kaiming_normal_(each.weight, mode="fan_out", nonlinearity="relu")
