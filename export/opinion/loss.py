"""What the opinion network is corrected by, whether a cell's label is known or only that it is no blast."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from export.opinion.labels import SOME_OTHER, not_blast


def opinion_loss(logits: Tensor, labels: Tensor, smoothing: float, others: Sequence[int] | None = None) -> Tensor:
    """Mean over n cells of −log p(label), smoothed; −log Σ p(label) over all `others` for SOME_OTHER: the labels that
    are no blast, which are those of the opinion network where nothing is said."""
    named = labels != SOME_OTHER
    of_named = functional.cross_entropy(logits[named], labels[named], label_smoothing=smoothing, reduction="sum")
    shares = functional.log_softmax(logits[~named], 1)[:, list(not_blast() if others is None else others)]
    return (of_named - torch.logsumexp(shares, 1).sum()) / len(labels)
