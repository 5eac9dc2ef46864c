"""What a bundle says of itself: `manifest.json`, schema 1, as frozen and strictly checked values.

    Manifest
    ├── IntendedUse                                                    what it may be used on
    ├── Segmentation                                                   how cells are found: the network `cells`, or none
    ├── Preprocessing, Thresholds, Calibration                         what they are: the network `opinion`
    ├── fuzzy, rbf, Fusion                                             a second opinion, and how the two become one
    ├── Variant …                                                      the same networks for several engines
    ├── FileEntry …, vectors                                           what is in it, and how to prove it
    └── Training, Metric …                                             where it comes from, how good it is

There are two kinds. A `cell-opinion` is complete. A `cell-classifier` is one network that names cells and nothing
else: the kit's default bundle finds the cells for it and gives the second opinion, so it has no segmentation, fuzzy,
rbf, fusion or thresholds.rbf.

Every path is relative to the bundle and must be listed in `files`. The networks' tensors have fixed names, see
`edge.bundle.tensors`. The JSON Schema of all this is published beside this file as `manifest.schema.json`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1
OPINION, CLASSIFIER = "cell-opinion", "cell-classifier"
KINDS = (OPINION, CLASSIFIER)

NetworkName = Literal["opinion", "cells"]
Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
_STEP = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
FilePath = Annotated[str, Field(pattern=rf"^{_STEP}(/{_STEP}){{0,3}}$", max_length=200)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    """Frozen; unknown fields are refused; no text becomes a number on the way."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class IntendedUse(_Part):
    """What the bundle may be used on; anything else is outside its evidence.

    um_per_px  scale assumed of a picture that shows no red cells and comes without one; absent: none is assumed
    """

    specimens: Annotated[tuple[Text, ...], Field(min_length=1)]
    stains: Annotated[tuple[Text, ...], Field(min_length=1)]
    magnification: Text
    um_per_px: Positive | None = None


class Segmentation(_Part):
    """How a field falls into cells.

    method       `network` (the bundle's own, `cells`), `density` or `sobel` (thresholds, no network)
    um_per_px    scale of the normalised field that the method sees, micrometres per pixel
    multiple_px  height and width that the network takes are multiples of this
    limits       thresholds handed to edge.segment, by its names for them
    """

    method: Literal["network", "density", "sobel"]
    um_per_px: Positive
    multiple_px: Annotated[int, Field(ge=1, le=1024)]
    limits: dict[str, Finite]


class Preprocessing(_Part):
    """How a cell becomes the opinion network's input.

    view      name of an input view that edge implements: `rgb`, `od-nucleus`, …
    um_per_px scale of the crop, micrometres per pixel
    size_px   side of the square crop
    mean, std one per channel of the view: (value - mean) / std
    measures  scalar inputs, in order: names of fields of `edge.types.Features`; measures_mean and _std likewise
    symmetric whether the answer is the mean over all eight ways to lay the square down, turned and mirrored
    """

    view: Name
    um_per_px: Positive
    size_px: Annotated[int, Field(ge=1, le=1024)]
    mean: Annotated[tuple[Finite, ...], Field(min_length=1)]
    std: Annotated[tuple[Positive, ...], Field(min_length=1)]
    measures: tuple[Text, ...]
    measures_mean: tuple[Finite, ...]
    measures_std: tuple[Positive, ...]
    symmetric: bool = False


class Thresholds(_Part):
    """Probabilities of the positive label from which a cell counts as it, and the band of doubt.

    positive      of the fused opinion
    abstain       (low, high): a fused probability within it is doubtful
    network, rbf  of each system when it is asked alone
    """

    positive: Share
    abstain: tuple[Share, Share]
    network: Share
    rbf: Share | None = None


class Calibration(_Part):
    """Probability = softmax(logits / temperature + bias), Guo 2017; `bias` has one value per label."""

    temperature: Positive
    bias: tuple[Finite, ...]


class Fusion(_Part):
    """Weights of the two opinions in the fused log-odds, and what is added to their sum."""

    network: Share
    rbf: Share
    bias: Finite


class Variant(_Part):
    """Every network of the bundle, for one engine at one precision.

    name       `onnx-fp32`, `onnx-int8`, `openvino-int8`, `onnx-fp16`, …
    engine     `onnxruntime`, `openvino`; a name that a kit does not know is reported and skipped
    files      network to file; for OpenVINO the .xml, its .bin stands beside it
    tolerance  network to the absolute difference in probability that the test vectors may show: of `opinion` the
               largest; of `cells`, which answers for every pixel, the 99.9th percentile over pixels and channels
    needs      what the device must have, for people: `avx512_vnni`, `cuda`, …
    """

    name: Name
    engine: Name
    files: dict[NetworkName, FilePath]
    precision: Name
    tolerance: dict[NetworkName, Share]
    needs: tuple[Text, ...]


class FileEntry(_Part):
    """What a listed file must be, to the last bit."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    bytes: Annotated[int, Field(ge=0)]


class DataSource(_Part):
    """One data set used, its terms, and how much of it; `patients` where they are known."""

    name: Text
    terms: Text
    images: Annotated[int, Field(ge=0)]
    patients: Annotated[int, Field(ge=1)] | None = None
    role: Text


class Training(_Part):
    """What the bundle was made from and with, and the terms that follow from it."""

    data: tuple[DataSource, ...]
    terms: Text
    made_with: Text


class Metric(_Part):
    """One measured figure with its 95 % interval.

    on    what it was measured on: `bccd, left out`
    n     how many units
    unit  what was resampled for the interval: `patient`, `image`, `cell`
    """

    name: Text
    on: Text
    value: Finite
    low: Finite
    high: Finite
    n: Annotated[int, Field(ge=1)]
    unit: Text


class Manifest(_Part):
    """The whole manifest.

    version         grows with every release of this name; an older one is refused
    positive_label  the class that is counted: `blast`
    also_positive   further classes that are counted with it: `L2`, `L3` beside `L1`
    lymphoid_labels benign classes easily taken for the positive one: lymphocytes, hematogones
    urgent_labels   classes that ask for urgent review
    preprocessing, thresholds, calibration   of the network `opinion`
    members         names of the networks that the network `opinion` asks, in the order of its output `members`
    fuzzy, rbf      files with the compiled fuzzy system and the radial-basis network
    vectors         network to test inputs and the float32 original's outputs, .npz (see `edge.bundle.tensors`)
    stain_reference what stains are normalised to; its keys belong to edge.scale
    limits          sentences a user must know
    """

    schema_version: Annotated[int, Field(ge=SCHEMA_VERSION, le=SCHEMA_VERSION)]
    kind: Literal["cell-opinion", "cell-classifier"]
    name: Name
    version: Annotated[int, Field(ge=1, le=2**31)]
    title: Text
    intended_use: IntendedUse
    labels: Annotated[tuple[Text, ...], Field(min_length=2)]
    positive_label: Text
    also_positive: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    lymphoid_labels: tuple[Text, ...]
    urgent_labels: tuple[Text, ...]
    segmentation: Segmentation | None = None
    preprocessing: Preprocessing
    thresholds: Thresholds
    calibration: Calibration
    fusion: Fusion | None = None
    members: Annotated[tuple[Text, ...], Field(min_length=2)] | None = None
    fuzzy: FilePath | None = None
    rbf: FilePath | None = None
    stain_reference: dict[str, Finite | tuple[Finite, ...]]
    variants: Annotated[tuple[Variant, ...], Field(min_length=1)]
    files: Annotated[dict[FilePath, FileEntry], Field(json_schema_extra={"additionalProperties": False})]
    vectors: dict[NetworkName, FilePath]
    training: Training
    metrics: tuple[Metric, ...]
    limits: Annotated[tuple[Text, ...], Field(min_length=1)]

    @property
    def networks(self) -> tuple[NetworkName, ...]:
        """The networks that the bundle holds, in every variant."""
        finds = self.segmentation is not None and self.segmentation.method == "network"
        return ("opinion", "cells") if finds else ("opinion",)

    @property
    def positives(self) -> frozenset[str]:
        """Every label that is counted."""
        return frozenset({self.positive_label, *(self.also_positive or ())})

    def variant(self, name: str) -> Variant:
        """The variant of that name. Raises KeyError if there is none."""
        return {variant.name: variant for variant in self.variants}[name]
