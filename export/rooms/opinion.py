"""The room of Marrowkit's own opinion network, taught as `train-default` teaches it: by outline and measures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from export.crops.kept import Told, write_trained
from export.learning.hardware import hardware_of
from export.learning.loop import seconds_taken, train
from export.opinion.options import TrainOptions
from export.opinion.table import CellTable
from export.opinion.train import OpinionTask
from export.opinion.trained import MeasureScale
from export.rooms.head import SIX, require_learnable
from export.rooms.own import own_spec
from export.rooms.spec import FOLDS, Above, NotBelow, Share
from models.marrowkit2026_opinion.net import MEASURES, SIZE_PX, UM_PER_PX

ROOM = "marrowkit2026_opinion"
USUAL = TrainOptions()


class OpinionSpec(BaseModel):
    """One training: the fold to leave out, and fields of `TrainOptions`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fold: Annotated[int, Field(ge=0, lt=FOLDS)] | None = None
    seed: Annotated[int, Field(ge=0)] = USUAL.seed
    steps: Annotated[int, Field(ge=1)] = USUAL.steps
    batch: Annotated[int, Field(ge=1)] = USUAL.batch
    rate: Above = USUAL.learning_rate
    decay: NotBelow = USUAL.weight_decay
    smoothing: Share = USUAL.smoothing

    @property
    def options(self) -> TrainOptions:
        """As the training wants it."""
        same = self.model_dump(exclude={"fold", "rate", "decay"})
        return TrainOptions(**same, learning_rate=self.rate, weight_decay=self.decay)


def opinion_spec(way: str | None, said: Sequence[str]) -> OpinionSpec:
    """What is said over what the room's card says.

    Raises:
        BadSetting: a field is unknown here, or makes no sense.
    """
    return own_spec(ROOM, way, said, OpinionSpec, "sees outlines and measures, always the same")


def taught_opinion(spec: OpinionSpec, cells: CellTable, out: Path) -> None:
    """Train into a folder, as `examine` and `build` take it; one that was killed goes on.

    Raises:
        BadCrops: a label has no cells or those of one group, or a word is unknown.
        OtherRun: the folder holds another run.
        Diverged: the loss is no number any more.
    """
    require_learnable(SIX, cells)
    weights = train(OpinionTask(cells, spec.options), out, spec.options)
    write_trained(out, _with_scale(weights, MeasureScale.of(cells)), _told(spec, cells, out))


def _with_scale(weights: dict[str, Tensor], scale: MeasureScale) -> dict[str, Tensor]:
    """As `network` of the room names them."""
    own = {f"opinion.{name}": each for name, each in weights.items()}
    return own | {"mean": torch.tensor(scale.mean).float(), "std": torch.tensor(scale.std).float()}


def _told(spec: OpinionSpec, cells: CellTable, out: Path) -> Told:
    return Told(
        network=ROOM,
        settings={},
        head=SIX,
        view=spec.options.view,
        size_px=SIZE_PX,
        um_per_px=UM_PER_PX,
        learned_from=tuple(np.unique(cells.sources).tolist()),
        taught_by=(),
        steps=spec.steps,
        batch=spec.batch,
        seed=spec.seed,
        left_out=spec.fold,
        cells=cells.mark,
        measures=MEASURES,
        seconds=round(seconds_taken(out), 1),
        hardware=hardware_of("cpu"),
    )
