"""How far the answers of a form of a network are from the original's, without knowing the truth."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.bundle.tensors import LOGITS
from edge.runtime.engines import EngineOptions, Network, find_engine
from export.openvino_ir import Ir
from export.quantise import Arrays

Floats = NDArray[np.floating]
Form = bytes | Ir
"""A network as ONNX or as OpenVINO's IR."""
LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Distance:
    """From the original's answers.

    divergence  mean Kullback–Leibler divergence of the probabilities from the original's, nats
    changed     share of inputs whose most likely class is another, 0 to 1
    """

    divergence: float
    changed: float


def distance(probability: Floats, original: Floats) -> Distance:
    """Of probabilities (n, classes) from the original's for the same inputs."""
    gap = original * (np.log(np.maximum(original, LEAST)) - np.log(np.maximum(probability, LEAST)))
    changed = probability.argmax(1) != original.argmax(1)
    return Distance(float(gap.sum(1).mean()), float(changed.mean()))


def probabilities(form: Form, inputs: Sequence[Arrays], threads: int = 2) -> NDArray[np.float64]:
    """What a form says of each input, (n, classes), in the engine it is for.

    Raises:
        EngineMissing, EngineFault: it does not run here.
    """
    engine, network = _network(form)
    with closing(find_engine(engine).load(network, EngineOptions(threads=threads))) as session:
        logits = np.concatenate([session.run(arrays)[LOGITS] for arrays in inputs])
    return softmax(logits)


def softmax(logits: Floats) -> NDArray[np.float64]:
    """Probabilities (n, classes) of logits."""
    raised = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
    shares: NDArray[np.float64] = raised / raised.sum(1, keepdims=True)
    return shares


def _network(form: Form) -> tuple[str, Network]:
    if isinstance(form, Ir):
        return "openvino", Network("a form in OpenVINO", form.xml, form.bin)
    return "onnxruntime", Network("a form in ONNX Runtime", form)
