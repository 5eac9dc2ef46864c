"""Teach a small network what a large one, or several together, makes of the same pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.parallel import DistributedDataParallel

from export.crops.options import DistilOptions
from export.crops.task import CropBatch, CropTask
from export.crops.views import viewed
from export.learning.digest import include_weights


@dataclass(frozen=True, eq=False)
class Teacher:
    """A trained network, the view and the side of the pictures that it takes, and its module whose result is its last
    picture."""

    network: nn.Module
    view: str
    size_px: int
    features: str


@dataclass(frozen=True, eq=False, kw_only=True)
class DistilTask(CropTask):
    """What teachers make of a cell; several are averaged after their softmax (Zhou and colleagues' way).

    features  the student's module whose result is compared with where the teachers look
    """

    options: DistilOptions
    teachers: Sequence[Teacher]
    features: str
    name: str = "distil"

    def loss(self, network: nn.Module, batch: CropBatch) -> Tensor:
        """See `Task`: labels, softened answers, and where both look."""
        options = self.options
        logits, looks = _asked(network, self.features, viewed(batch.pictures, options.view, options.size_px))
        with torch.no_grad():
            asked = [_asked(each.network, each.features, viewed(batch.pictures, each.view, each.size_px))
                     for each in self.teachers]  # fmt: skip
            due = softened([answer for answer, _ in asked], options.temperature)
        by_labels = self.named(logits, batch.labels)
        by_answers = divergence(logits, due, options.temperature)
        by_looks = torch.stack([apart(looks, each) for _, each in asked]).mean()
        return (1 - options.taught) * by_labels + options.taught * by_answers + options.attention * by_looks

    @cached_property
    def fingerprint(self) -> str:
        """See `Task`."""
        digest = hashlib.sha256(super().fingerprint.encode())
        for teacher in self.teachers:
            include_weights(digest, teacher.network)
        return digest.hexdigest()


def softened(answers: Sequence[Tensor], temperature: float) -> Tensor:
    """The mean of the teachers' probabilities, (n, classes), from their logits over a temperature."""
    return torch.stack([functional.softmax(each / temperature, 1) for each in answers]).mean(0)


def divergence(logits: Tensor, due: Tensor, temperature: float) -> Tensor:
    """Kullback–Leibler divergence of softened answers from the teachers', times temperature² so that its gradients
    keep their size (Hinton et al. 2015, section 2)."""
    said = functional.log_softmax(logits / temperature, 1)
    return functional.kl_div(said, due, reduction="batchmean") * temperature**2


def apart(student: Tensor, teacher: Tensor) -> Tensor:
    """Mean distance of two attention maps, (n, c, h, w) each, at the coarser of both sizes (Zagoruyko and Komodakis
    2017, equation 2)."""
    size = (min(student.shape[2], teacher.shape[2]), min(student.shape[3], teacher.shape[3]))
    maps = [functional.adaptive_avg_pool2d(each.pow(2).mean(1, keepdim=True), size).flatten(1)
            for each in (student, teacher)]  # fmt: skip
    one, other = (functional.normalize(each, dim=1) for each in maps)
    return (one - other).pow(2).sum(1).mean()


def _asked(network: nn.Module, features: str, image: Tensor) -> tuple[Tensor, Tensor]:
    """A network's logits and what the named module gave on the way."""
    inner = network.module if isinstance(network, DistributedDataParallel) else network
    with _watched(inner.get_submodule(features)) as seen:
        logits: Tensor = network(image)
    return logits, seen[-1]


@contextmanager
def _watched(module: nn.Module) -> Iterator[list[Tensor]]:
    seen: list[Tensor] = []
    handle = module.register_forward_hook(lambda _module, _given, result: seen.append(result))
    try:
        yield seen
    finally:
        handle.remove()
