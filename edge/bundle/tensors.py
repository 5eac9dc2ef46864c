"""The names that networks, test vectors and the kit agree on.

    opinion: what is this cell?
        image      float32 (cells, channels, size_px, size_px), normalised with the manifest's mean and std
        measures   float32 (cells, number of measures), normalised likewise; absent where the manifest lists none
        logits     float32 (cells, labels), uncalibrated
        members    float32 (cells, members, labels), each member's probabilities; absent where the manifest names none
    cells: where are cells?
        image      float32 (fields, 3, height, width), transmittance of the normalised field at the manifest's
                   `segmentation.um_per_px`; height and width are multiples of `segmentation.multiple_px`
        logits     float32 (fields, 3, height, width): cell, nucleus, seam, each to be read with a sigmoid

A vectors file is an .npz of arrays named `input.image`, `input.measures` and `output.logits`.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.bundle.archive import ZIP_FAULTS
from edge.bundle.manifest import Calibration
from edge.bundle.rules import MAX_FILE_BYTES
from edge.errors import BundleDamaged

IMAGE = "image"
MEASURES = "measures"
LOGITS = "logits"
MEMBERS = "members"

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class VectorSet:
    """One network's inputs by tensor name, and the logits that the float32 original gave for them."""

    inputs: dict[str, Floats]
    logits: Floats


def read_vectors(content: bytes) -> VectorSet:
    """The vectors in an .npz file. Never unpickles.

    Raises:
        BundleDamaged: the file is no such .npz.
    """
    try:
        _refuse_inflation(content)
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            inputs = {_inner(key): _floats(arrays[key]) for key in arrays.files if key.startswith("input.")}
            return VectorSet(inputs, _floats(arrays[f"output.{LOGITS}"]))
    except (KeyError, MemoryError, *ZIP_FAULTS) as error:
        raise BundleDamaged(f"The test vectors cannot be read: {error}.", "Copy the bundle again.") from error


def write_vectors(vectors: VectorSet) -> bytes:
    """The .npz of some vectors; the same arrays always give the same bytes."""
    arrays = {f"input.{name}": vectors.inputs[name] for name in sorted(vectors.inputs)}
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays, **{f"output.{LOGITS}": vectors.logits})
    return file.getvalue()


def probabilities(logits: Floats, calibration: Calibration) -> Floats:
    """softmax(logits / temperature + bias) along the last axis, as the manifest's calibration says."""
    scaled = logits.astype(np.float64) / calibration.temperature + np.asarray(calibration.bias)
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + exp(−logits)), elementwise, without overflow."""
    found: Floats = logits * np.float32(0.5)
    np.tanh(found, out=found)  # in place: memory that was never touched costs ten times the arithmetic
    found *= np.float32(0.5)
    found += np.float32(0.5)
    return found


def _refuse_inflation(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MAX_FILE_BYTES:
            raise ValueError(f"they unpack to more than {MAX_FILE_BYTES >> 20} MB")


def _floats(array: object) -> Floats:
    if not isinstance(array, np.ndarray) or array.dtype != np.float32:
        raise ValueError("not all of them are float32 arrays")
    return array


def _inner(key: str) -> str:
    return key.removeprefix("input.")
