"""What takes seconds to make is made once for all tests: tiny networks as ONNX, sets of drawn images."""

from __future__ import annotations

from pathlib import Path

import pytest

from export.onnx_export import to_onnx
from export.sources.drawn import draw_sets
from tests.tiny_torch import (
    OPINION_AXES,
    PLANES_AXES,
    opinion_inputs,
    planes_inputs,
    tensors,
    tiny_cells,
    tiny_opinion,
)


@pytest.fixture(scope="session")
def opinion_onnx() -> bytes:
    return to_onnx(tiny_opinion(), tensors(opinion_inputs(2)), OPINION_AXES)


@pytest.fixture(scope="session")
def cells_onnx() -> bytes:
    return to_onnx(tiny_cells(), tensors(planes_inputs(2)), PLANES_AXES)


@pytest.fixture(scope="session")
def drawn_sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four images of every set that cells are learned from or measured on, not to be written to."""
    data = tmp_path_factory.mktemp("drawn") / "data"
    draw_sets(data, seed=1)
    return data
