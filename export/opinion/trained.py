"""A trained opinion network with the standardisation of its measures, its file, and its door for the kit's code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from edge.bundle.manifest import Preprocessing
from edge.bundle.tensors import IMAGE, LOGITS, MEASURES, Floats
from edge.decide.symmetry import logits
from edge.decide.views import VIEWS, channels
from edge.durable import write_durably
from edge.runtime.session import Session, Tensors
from export.opinion import planes
from export.opinion.table import CellTable
from models.marrowkit2026_opinion import net

PREFIX, MEAN, STD, SHAPE = "network.", "measures.mean", "measures.std", "shape"
LEAST_STD = 1e-3
BATCH = 256


@dataclass(frozen=True, slots=True, eq=False)
class MeasureScale:
    """Mean and standard deviation of the training cells' measures, in the order of the network's, (measures,)."""

    mean: NDArray[np.float64]
    std: NDArray[np.float64]

    @classmethod
    def of(cls, cells: CellTable) -> MeasureScale:
        """Of these cells; rounded, so that a manifest can say them."""
        measures = cells.measures(net.MEASURES)
        return cls(measures.mean(axis=0).round(4), np.maximum(measures.std(axis=0).round(4), LEAST_STD))


@dataclass(frozen=True, slots=True)
class Shape:
    """What a network is shown, and the channels of its layers."""

    view: str
    widths: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class TrainedOpinion:
    """A network in evaluation mode and its scale. It is an `edge.runtime.session.Session` of its own."""

    network: net.OpinionNet
    shape: Shape
    scale: MeasureScale

    @property
    def inputs(self) -> Preprocessing:
        """How the kit prepares a cell for the network."""
        planes = channels(VIEWS[self.shape.view])
        return Preprocessing(
            view=self.shape.view,
            um_per_px=net.UM_PER_PX,
            size_px=net.SIZE_PX,
            mean=(0.0,) * planes,
            std=(1.0,) * planes,
            measures=net.MEASURES,
            measures_mean=tuple(self.scale.mean.tolist()),
            measures_std=tuple(self.scale.std.tolist()),
        )

    @property
    def engine(self) -> str:
        """torch and its version."""
        return f"torch {torch.__version__}"

    def run(self, inputs: Tensors) -> dict[str, Floats]:
        """Logits of one batch of cells."""
        with torch.inference_mode():
            image, measures = (torch.from_numpy(np.asarray(inputs[name], np.float32)) for name in (IMAGE, MEASURES))
            return {LOGITS: self.network(image, measures).numpy()}

    def close(self) -> None:
        """Nothing to free."""


def logits_of(session: Session, cells: CellTable, inputs: Preprocessing) -> Floats:
    """A network's answer for every cell, (n, labels), prepared as the kit prepares them."""
    some = (np.arange(at, min(at + BATCH, len(cells))) for at in range(0, len(cells), BATCH))
    given = (planes.tensors_of(cells.rows(each), inputs) for each in some)
    return np.concatenate([logits(session, each, inputs.symmetric) for each in given])


def write_trained(state: Mapping[str, Tensor], shape: Shape, scale: MeasureScale, file: Path) -> None:
    """Weights, shape and scale in one safetensors file, durably."""
    tensors = {f"{PREFIX}{name}": each.cpu().contiguous() for name, each in state.items()}
    tensors |= {MEAN: torch.from_numpy(scale.mean), STD: torch.from_numpy(scale.std)}
    write_durably(file, save(tensors, metadata={SHAPE: json.dumps(asdict(shape))}))


def read_trained(file: Path) -> TrainedOpinion:
    """The network that `write_trained` wrote."""
    with safe_open(file, framework="pt") as opened:
        told = json.loads(opened.metadata()[SHAPE])
        tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 it is no mapping
    shape = Shape(told["view"], tuple(told["widths"]))
    state = {name.removeprefix(PREFIX): each for name, each in tensors.items() if name.startswith(PREFIX)}
    network = net.load(state, shape.widths, channels(VIEWS[shape.view]))
    return TrainedOpinion(network, shape, MeasureScale(tensors[MEAN].numpy(), tensors[STD].numpy()))
