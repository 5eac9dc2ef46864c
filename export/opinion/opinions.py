"""What each system gives a cell that should grow with its likelihood of being a blast, one column per system."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.decide.fuse import Fusion, pooled
from edge.durable import write_durably
from export.opinion.table import CellTable

NETWORK, RBF, FUSED, AREA = "network", "fuzzy-RBF", "fused", "nucleus area"
SYSTEMS = (NETWORK, RBF, FUSED, AREA)
"""The last is the yardstick: what any system has to beat."""

Opinions = Mapping[str, NDArray[np.float64]]


def opinions(cells: CellTable, network: NDArray[np.floating], rbf: NDArray[np.float64], fusion: Fusion) -> Opinions:
    """All columns for n cells, from the calibrated probabilities of a blast by the network and by the RBF, (n,)."""
    of_network = network.astype(np.float64)
    area = cells.measure("nucleus_area_um2")
    return {NETWORK: of_network, RBF: rbf, FUSED: pooled(of_network, rbf, fusion), AREA: area}


def write_opinions(found: Opinions, file: Path) -> None:
    """All columns in one .npz file, durably."""
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **dict(found))
    write_durably(file, content.getvalue())


def read_opinions(file: Path) -> Opinions:
    """What `write_opinions` wrote."""
    with np.load(file, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in SYSTEMS}
