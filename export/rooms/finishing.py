"""What a room fits to the features of its trained network, such as trees, before the network is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from export.crops.kept import Told
from export.crops.task import CropTask
from export.crops.views import viewed
from export.learning.team import Member
from export.opinion.labels import SOME_OTHER
from export.rooms.hooks import hook

FINISHED = "finished"
"""Setting of a room's network that says: this is what its `finish` made."""


Weights = Mapping[str, Tensor]


def finished(
    task: CropTask, weights: Mapping[str, Tensor], told: Told, cells: int
) -> tuple[Mapping[str, Tensor], Told]:
    """The weights to keep and what is said of them: those of the room's `finish`, or as they are where it has none.

    The features are those of so many cells, drawn and changed as in training, from the cells of the training alone.
    """
    finish = hook(told.network, "finish", "finish")
    if finish is None:
        return weights, told
    network = task.network()
    network.load_state_dict(dict(weights))
    vectors, labels = _vectors(task, network.to(task.options.device).eval(), cells)
    made = finish(network.cpu(), vectors, labels, task.options.seed)
    return made.state_dict(), replace(told, settings={**told.settings, FINISHED: True})


@torch.no_grad()
def _vectors(task: CropTask, network: Any, cells: int) -> tuple[Tensor, Tensor]:
    """Features (cells, f) and places of labels, as far as they are known: of batches that follow the training's. Only
    networks of rooms with a `finish` come here: they have a `vector`."""
    options = task.options
    batches = islice(task.batches(options.steps, Member()), -(-cells // options.batch))
    found = [(network.vector(viewed(each.pictures, options.view, options.size_px)).cpu(), each.labels.cpu())
             for each in batches]  # fmt: skip
    vectors, labels = (torch.cat(parts) for parts in zip(*found, strict=True))
    known = labels != SOME_OTHER
    return vectors[known], labels[known]
