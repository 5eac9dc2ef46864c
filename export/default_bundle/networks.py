"""The trained networks as ONNX, float32 and in 8 bits, with the real images that they are quantised by."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from edge.bundle.manifest import Preprocessing
from edge.bundle.tensors import IMAGE, MEASURES
from edge.durable import write_durably
from edge.optics.normal import normalise
from edge.optics.planes import Field
from export.cells.train import read_weights
from export.onnx_export import to_onnx
from export.opinion.balance import balanced
from export.opinion.labels import label_indices
from export.opinion.planes import tensors_of
from export.opinion.table import CellTable
from export.opinion.trained import TrainedOpinion
from export.quantise import Arrays
from export.sources import open_source
from models.marrowkit2026_cells import net as cells_net
from models.marrowkit2026_opinion import net as opinion_net

FIELD_SETS = ("bccd", "smear_boxes", "pbc")
"""Permissive sets that show fields; of each every second image, as one of them is halved."""
CELLS_AXES = {IMAGE: {0: "fields", 2: "16*height", 3: "16*width"}}
OPINION_AXES = {IMAGE: {0: "cells"}, MEASURES: {0: "cells"}}
BATCH = 16


def digest_of(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def kept(folder: Path, stem: str, made_of: bytes, make: Callable[[], bytes]) -> bytes:
    """What `make` gives, kept in a file whose name tells of what it was made."""
    file = folder / f"{stem}-{digest_of(made_of)[:16]}.onnx"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_durably(file, make())
    return file.read_bytes()


def cells_onnx(weights: Path, widths: Sequence[int]) -> bytes:
    """The cells network in float32."""
    network = cells_net.load(read_weights(weights), widths)
    side = 2 * cells_net.MULTIPLE_PX
    return to_onnx(network, {IMAGE: torch.rand(2, 3, side, side + cells_net.MULTIPLE_PX)}, CELLS_AXES)


def opinion_onnx(trained: TrainedOpinion) -> bytes:
    """The opinion network in float32."""
    planes, side = len(trained.inputs.mean), opinion_net.SIZE_PX
    example = {IMAGE: torch.rand(2, planes, side, side), MEASURES: torch.rand(2, len(opinion_net.MEASURES))}
    return to_onnx(trained.network, example, OPINION_AXES)


def real_fields(data: Path, count: int) -> Iterator[Arrays]:
    """Fields of the permissive sets in turn, as the cells network takes them."""
    sets = [islice(open_source(name, data).images(), 0, None, 2) for name in FIELD_SETS]
    for _, several in zip(range(-(-count // len(sets))), zip(*sets, strict=False), strict=False):
        for example in several:
            yield {IMAGE: whole_tiles(normalise(example.pixels, example.um_per_px).transmittance)[None]}


def real_cells(cells: CellTable, inputs: Preprocessing, count: int) -> Iterator[Arrays]:
    """Cells that are learned from, drawn as training draws them."""
    weights = balanced(label_indices(cells.labels), cells.sources)
    drawn = np.random.default_rng(0).choice(len(cells), count, p=weights)
    for at in range(0, count, BATCH):
        yield dict(tensors_of(cells.rows(drawn[at : at + BATCH]), inputs))


def whole_tiles(transmittance: Field) -> NDArray[np.float32]:
    """Channels first, (3, h, w), mirrored on at the bottom and right to what the cells network takes."""
    height, width = transmittance.shape[:2]
    grow = [(0, 0), (0, -height % cells_net.MULTIPLE_PX), (0, -width % cells_net.MULTIPLE_PX)]
    return np.pad(transmittance.transpose(2, 0, 1), grow, mode="reflect")
