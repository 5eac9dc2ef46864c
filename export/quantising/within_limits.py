"""The 8-bit form of a trained network that keeps its limits: sensitivity, search, and fine-tuning where these fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from export.building.limits import Limits, Line, lines
from export.building.marks import marks
from export.onnx_export import to_onnx
from export.quantise import Arrays, QuantiseOptions, quantise
from export.quantising.deployable import deployable
from export.quantising.fine_tune import FineTuneOptions, fine_tuned
from export.quantising.folding import folded
from export.quantising.nncf_ir import NncfOptions, quantise_ir
from export.quantising.score import Form, probabilities
from export.quantising.search import Found, search
from export.quantising.sensitivity import Layer, ranked, sensitivity

AT_ONCE = 16
Quantiser = Callable[[bytes, Sequence[Arrays], tuple[str, ...]], Form]


def _for_onnx_runtime(network: bytes, calibration: Sequence[Arrays], keep: tuple[str, ...]) -> Form:
    return quantise(network, calibration, QuantiseOptions(keep=keep))


def _for_openvino(network: bytes, calibration: Sequence[Arrays], keep: tuple[str, ...]) -> Form:
    return quantise_ir(network, calibration, NncfOptions(keep=keep))


QUANTISERS: Mapping[str, Quantiser] = {"onnxruntime": _for_onnx_runtime, "openvino": _for_openvino}
"""Engine to what quantises for it, with the named convolutions left in float."""


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures (n, 3, s, s) by what they are for; no cell of one is in another.

    calibration  ranges are taken from these
    asked        layers' sensitivity is measured on these
    judged       with their true classes (n,): limits are measured on these
    learned      fine-tuning sees these; may be those of calibration
    """

    calibration: Tensor
    asked: Tensor
    judged: Tensor
    truth: NDArray[np.intp]
    learned: Tensor


@dataclass(frozen=True, slots=True)
class LimitOptions:
    """How the limits are to be reached.

    most        layers that may stay in float before fine-tuning is tried
    fine_tune   the fine-tuning; none: none is tried
    """

    engine: str = "onnxruntime"
    most: int = 16
    limits: Limits = field(default_factory=Limits)
    fine_tune: FineTuneOptions | None = None


@dataclass(frozen=True, eq=False)
class Reached:
    """What came out: the form, whether the limits hold for it, and the way there.

    float32      the network that the form was made of, as ONNX
    sensitivity  of the layers before any fine-tuning
    found        steps of the search; of the search after fine-tuning where there was one
    fine_tuned   whether there was one
    """

    form: Form
    float32: bytes
    sensitivity: Sequence[Layer]
    found: Found[Form]
    fine_tuned: bool


def within_limits(module: nn.Module, pictures: Pictures, folder: Path, options: LimitOptions) -> Reached:
    """Quantise a trained network for one engine so that its limits hold; `folder` is for fine-tuning.

    Raises:
        NotQuantisable, NotExportable: the network does not allow it.
        EngineMissing: the engine is not installed.
    """
    form = deployable(module)
    original = _as_onnx(form, pictures)
    judge = _Judge(original, pictures, options)
    layers = sensitivity(original, _runs(pictures.calibration, 1), _runs(pictures.asked))
    found = _searched(original, pictures, options, ranked(layers), judge)
    if found.holds or options.fine_tune is None:
        return Reached(found.made, original, layers, found, fine_tuned=False)
    learned = _as_onnx(fine_tuned(folded(form), pictures.learned, folder, options.fine_tune), pictures)
    again = _searched(learned, pictures, options, ranked(layers), judge)
    return Reached(again.made, learned, layers, again, fine_tuned=True)


@dataclass(frozen=True, eq=False)
class _Judge:
    """Lines of limits of a form, beside the trained network in float32, fine-tuned or not."""

    original: bytes
    pictures: Pictures
    options: LimitOptions

    def __call__(self, form: Form) -> list[Line]:
        asked, truth = _runs(self.pictures.judged), self.pictures.truth
        due = probabilities(self.original, asked)
        counts = np.bincount(truth, minlength=due.shape[1])
        found, original = marks(probabilities(form, asked), truth, due), marks(due, truth, due)
        return lines(self.options.engine, found, original, counts.tolist(), self.options.limits)


def _searched(
    network: bytes, pictures: Pictures, options: LimitOptions, ranking: Sequence[str], judge: _Judge
) -> Found[Form]:
    calibration, make = _runs(pictures.calibration, 1), QUANTISERS[options.engine]
    return search(ranking, lambda keep: make(network, calibration, keep), judge, options.most)


def _as_onnx(module: nn.Module, pictures: Pictures) -> bytes:
    return to_onnx(module, {"image": pictures.calibration[:2].float()}, {"image": {0: "cells"}})


def _runs(pictures: Tensor, at_once: int = AT_ONCE) -> list[Arrays]:
    return [{"image": part.numpy()} for part in torch.split(pictures, at_once)]
