"""How much to trust each member, found on cells that none of them learned from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import Tensor

from export.opinion.loss import opinion_loss
from export.together.net import Together

AT_ONCE = 64
PULL = 1e-3
"""How strongly the weights are held to the plain mean of logarithms."""


def weigh(together: Together, given: Sequence[Tensor], labels: Tensor, others: Sequence[int]) -> None:
    """Set a network's trust and bias to those with the smallest loss over cells of the labels (n,): `given` are their
    pictures (n, 5, s, s) and, where a member is told any, their measures (n, k).

    Trust is never below 0: a member that is worse than chance is left out, not believed the other way round.
    """
    with torch.no_grad():
        turns = zip(*(torch.split(each, AT_ONCE) for each in given), strict=True)
        opinions = torch.cat([together.opinions(*some) for some in turns])
    together.trust.data, together.bias.data = found(opinions, labels, others)


def found(opinions: Tensor, labels: Tensor, others: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Trust (members,) and bias (classes,) for logarithms (n, members, classes): the only least of a convex loss."""
    members, classes = opinions.shape[1:]
    even = np.concatenate([np.full(members, 1.0 / members), np.zeros(classes)])
    bounds = [(0.0, None)] * members + [(None, None)] * classes
    given = opinions.double()

    def wrong(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """The loss, and its slope."""
        at = torch.tensor(values, requires_grad=True)
        logits = (given * at[:members, None]).sum(1) + at[members:]
        pulled = (at - torch.from_numpy(even)).square().sum()
        loss = opinion_loss(logits, labels, 0.0, others) + PULL * pulled
        (slope,) = torch.autograd.grad(loss, at)
        return float(loss.detach()), slope.numpy()

    best = torch.from_numpy(minimize(wrong, even, jac=True, bounds=bounds, method="L-BFGS-B").x).float()
    return best[:members], best[members:]
