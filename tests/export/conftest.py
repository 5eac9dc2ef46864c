"""Tiny networks as ONNX, exported once for all tests: it takes seconds."""

from __future__ import annotations

import pytest

from export.onnx_export import to_onnx
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
