"""What `marrowkit-export build` is to make: one frozen value, checked as a whole, from build.toml and from flags."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge.bundle.manifest import DataSource, Finite, IntendedUse, Name, Positive, Preprocessing, Share, Text
from edge.decide.views import VIEWS, channels
from export.building.limits import Limits
from export.opinion.table import FEATURES
from export.quantise import QuantiseOptions
from export.variants import RECIPES

USUAL_LIMITS = Limits()
USUAL_METHOD = QuantiseOptions()
SMOOTHED = "openvino-int8"
"""The variant that SmoothQuant is for."""
USUAL_VARIANTS = ("onnx-fp32", "onnx-int8", "openvino-int8")
BRIGHT = 1.5
"""Light that passes is at most 1.15 of the lamp's: means and spreads beyond this are of grey levels, 0–255."""

Labels = tuple[Text, ...]


class _Part(BaseModel):
    """Frozen; unknown fields are refused; no text becomes a number on the way."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class NetworkSpec(_Part):
    """Where the network comes from.

    source      a room of `models`, package.module:factory, timm:NAME, an .onnx file, or the folder of a finished
                `marrowkit-export train`
    checkpoint  its weights: .safetensors, or a pickle that holds nothing but weights
    settings    arguments of the room, the factory or timm
    """

    source: Text
    checkpoint: Text | None = None
    settings: dict[str, Any] = {}


class PictureSpec(_Part):
    """How a cell is shown to the network; see `Preprocessing` of the manifest.

    white     grey level that stands for clear background in the pictures of the crops
    measures  what the network is told beside the picture, by the names of `edge.types.Features`, as it was measured
    """

    view: Name = "rgb"
    size_px: Annotated[int, Field(ge=8, le=1024)]
    um_per_px: Positive
    mean: tuple[Finite, ...] = (0.0,)
    std: tuple[Positive, ...] = (1.0,)
    symmetric: bool = False
    white: Annotated[int, Field(ge=1, le=255)] = 255
    measures: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _fits_the_view(self) -> PictureSpec:
        if self.view not in VIEWS:
            raise ValueError(f"there is no view {self.view!r}; the kit has {', '.join(VIEWS)}")
        planes = channels(VIEWS[self.view])
        if {len(self.mean), len(self.std)} - {1, planes}:
            raise ValueError(f"the view {self.view} has {planes} channels: give so many means and spreads, or one")
        if max(map(abs, (*self.mean, *self.std))) > BRIGHT:
            raise ValueError("mean and std are of light from 0 to 1, not of grey levels: divide them by 255")
        return self

    @model_validator(mode="after")
    def _is_measured(self) -> PictureSpec:
        unknown = sorted(set(self.measures) - set(FEATURES))
        if unknown or len(set(self.measures)) < len(self.measures):
            why = f"measures nothing called {unknown[0]!r}" if unknown else "is given each measure once"
            raise ValueError(f"the kit {why}; it has {', '.join(FEATURES)}")
        return self

    @property
    def inputs(self) -> Preprocessing:
        """As the manifest says it."""
        planes = channels(VIEWS[self.view])
        return Preprocessing(
            view=self.view,
            um_per_px=self.um_per_px,
            size_px=self.size_px,
            mean=self.mean if len(self.mean) == planes else self.mean * planes,
            std=self.std if len(self.std) == planes else self.std * planes,
            measures=self.measures,
            measures_mean=(0.0,) * len(self.measures),
            measures_std=(1.0,) * len(self.measures),
            symmetric=self.symmetric,
        )


class CallSpec(_Part):
    """When a cell counts: from which probability of all positive labels together, and between which it is doubtful."""

    threshold: Share = 0.5
    doubtful: tuple[Share, Share] = (0.4, 0.6)


class CropsSpec(_Part):
    """Pictures of single cells: a folder with one folder per label, or a file of cells that the kit has cut.

    calibration  8 bits are chosen by these; labels are not needed
    held_out     the limits are checked on these, which calibration never sees
    most         of the calibration crops, drawn evenly over the labels
    aliases      the crops' own words to labels; an empty one leaves the cells of that word out
    """

    calibration: Text
    held_out: Text
    most: Annotated[int, Field(ge=1)] = 300
    aliases: dict[str, str] = {}


class TrainingSpec(_Part):
    """What the network was made from, and the terms that follow from it."""

    terms: Text
    data: tuple[DataSource, ...] = ()


class AllowedSpec(_Part):
    """See `Limits`: how far a variant may be from float32."""

    top1: Finite = USUAL_LIMITS.top1
    worst_recall: Finite = USUAL_LIMITS.worst_recall
    ece: Finite = USUAL_LIMITS.ece
    agreement: Finite = USUAL_LIMITS.agreement


class QuantiseSpec(_Part):
    """See `QuantiseOptions`: how to quantise."""

    method: Literal["minmax", "percentile", "entropy"] = "minmax"
    percentile: Finite = USUAL_METHOD.percentile
    keep: tuple[Text, ...] = ()
    keep_first: Annotated[int, Field(ge=0)] = 0
    keep_last: Annotated[int, Field(ge=0)] = 0
    smooth: Share | None = None


class BuildSpec(_Part):
    """Everything that a build is told; the manifest's own parts mean what they mean there.

    positive     labels that are counted as blasts
    temperature  of the softmax; `fit`: by the labelled calibration crops
    warnings     sentences that a user must know
    search       where 8 bits break a limit, seek the layers that have to stay in float; takes minutes or much longer
    """

    name: Name
    version: Annotated[int, Field(ge=1, le=2**31)] = 1
    title: Text
    labels: Annotated[Labels, Field(min_length=2)]
    positive: Annotated[Labels, Field(min_length=1)]
    lymphoid: Labels = ()
    urgent: Labels = ()
    network: NetworkSpec
    picture: PictureSpec
    crops: CropsSpec
    intended_use: IntendedUse
    training: TrainingSpec
    warnings: Annotated[tuple[Text, ...], Field(min_length=1)]
    call: CallSpec = CallSpec()
    temperature: Positive | Literal["fit"] = 1.0
    allowed: AllowedSpec = AllowedSpec()
    quantise: QuantiseSpec = QuantiseSpec()
    search: bool = False
    variants: Annotated[tuple[Name, ...], Field(min_length=1)] = USUAL_VARIANTS

    @model_validator(mode="after")
    def _variants_are_known(self) -> BuildSpec:
        unknown = sorted(set(self.variants) - RECIPES.keys())
        if unknown:
            raise ValueError(f"there is no variant {unknown[0]!r}, but {', '.join(RECIPES)}")
        return self

    @model_validator(mode="after")
    def _smooth_is_heard(self) -> BuildSpec:
        if self.quantise.smooth is not None and SMOOTHED not in self.variants:
            raise ValueError(f"quantise.smooth says something of {SMOOTHED} alone, which is not among the variants")
        return self

    @model_validator(mode="after")
    def _labels_fit(self) -> BuildSpec:
        for key in ("positive", "lymphoid", "urgent"):
            unknown = sorted(set(getattr(self, key)) - set(self.labels))
            if unknown:
                raise ValueError(f"{key} names {unknown[0]!r}, which is not one of the labels")
        return self

    @property
    def limits(self) -> Limits:
        """What a variant may lose."""
        return Limits(**self.allowed.model_dump())

    @property
    def how(self) -> QuantiseOptions:
        """How the variants in 8 bits are made."""
        return QuantiseOptions(**self.quantise.model_dump())
