"""How a network is to be trained: one frozen value, checked as a whole, from a card and the command line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge.errors import BadSetting
from export.crops.options import CropOptions, DistilOptions
from export.crops.views import view_of
from export.learning.options import Optimiser, Precision

USUAL = CropOptions()
FOLDS = 5
"""Of the training cells; a network that left one out can be examined on it."""
Above = Annotated[float, Field(gt=0)]
Spec = TypeVar("Spec", bound=BaseModel)
NotBelow = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, lt=1)]


class TrainSpec(BaseModel):
    """One training. `[small]` and `[paper]` of a card and `--with field=value` have these fields.

    settings   of the network: what the room's `network(classes, …)` takes beside the classes
    search     what a room that searches for its settings before training is told
    finish_cells   cells drawn for what a room fits to its trained network's features
    steps, batch, rate, decay, optimiser, precision, device, seed   see `LoopOptions`
    view, size_px, smoothing   see `CropOptions`
    fold       leave this one out, for `examine`: its patients and images
    published  parts of the network -> checkpoints that they begin with, all but their heads
    stain_gan  folder of a taught stain GAN; `restained` is the share of the cells that it brings into another stain
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: Annotated[int, Field(ge=1)] = USUAL.steps
    batch: Annotated[int, Field(ge=1)] = USUAL.batch
    view: str = USUAL.view
    size_px: Annotated[int, Field(ge=16)] = USUAL.size_px
    rate: Annotated[float, Field(ge=1e-7)] = USUAL.learning_rate
    decay: NotBelow = USUAL.weight_decay
    optimiser: Optimiser = USUAL.optimiser
    smoothing: Share = USUAL.smoothing
    precision: Precision = USUAL.precision
    device: str = USUAL.device
    seed: Annotated[int, Field(ge=0)] = USUAL.seed
    fold: Annotated[int, Field(ge=0, lt=FOLDS)] | None = None
    published: dict[str, Any] = {}
    stain_gan: str | None = None
    restained: Share = 0.3
    settings: dict[str, Any] = {}
    search: dict[str, Any] = {}
    finish_cells: Annotated[int, Field(ge=1)] = 4096

    @property
    def options(self) -> CropOptions:
        """As the training wants it. Raises BadSetting for a view that there is not."""
        return CropOptions(**self._common)

    @property
    def _common(self) -> dict[str, Any]:
        same = "steps", "batch", "size_px", "optimiser", "smoothing", "precision", "device", "seed"
        renamed = {"learning_rate": self.rate, "weight_decay": self.decay, "view": view_of(self.view)}
        return {**{name: getattr(self, name) for name in same}, **renamed}


class DistilSpec(TrainSpec):
    """One training by teachers; temperature, taught and attention: see `DistilOptions`."""

    temperature: Above = DistilOptions().temperature
    taught: Annotated[float, Field(ge=0, le=1)] = DistilOptions().taught
    attention: NotBelow = DistilOptions().attention

    @property
    def options(self) -> DistilOptions:
        """As the training wants it. Raises BadSetting for a view that there is not."""
        return DistilOptions(**self._common, temperature=self.temperature, taught=self.taught, attention=self.attention)


def train_spec(fields: Mapping[str, Any], kind: type[TrainSpec] = TrainSpec) -> TrainSpec:
    """The checked specification of a training of cells; raises BadSetting as below."""
    return checked(fields, kind)


def checked(fields: Mapping[str, Any], kind: type[Spec]) -> Spec:
    """The checked specification of any training.

    Raises:
        BadSetting: a field is unknown, or its value makes no sense; it is named.
    """
    try:
        return kind.model_validate_json(json.dumps(fields), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(map(str, first["loc"]))
        what = f"The training cannot begin: {path}: {first['msg']}."
        raise BadSetting(what, f"Say --with {path}=…; there are {', '.join(kind.model_fields)}.") from error
