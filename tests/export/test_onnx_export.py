"""A torch module and its ONNX are the same network, at every size."""

from __future__ import annotations

import sys

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from edge.runtime.engines import EngineOptions, Network
from edge.runtime.ort import OnnxRuntime
from export import onnx_export
from export.errors import ExportDiffers, NotExportable
from export.graph import graph_bytes
from export.onnx_export import to_onnx
from tests.tiny_torch import (
    OPINION_AXES,
    Unprovable,
    opinion_inputs,
    planes_inputs,
    tensors,
    tiny_cells,
    tiny_opinion,
)


def answer(network: bytes, inputs: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    return OnnxRuntime().load(Network("tiny", network), EngineOptions(threads=1)).run(inputs)["logits"]


def torchs(module: nn.Module, inputs: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    with torch.no_grad():
        logits: NDArray[np.float32] = module(**tensors(inputs)).numpy()
    return logits


@pytest.mark.parametrize("cells", [1, 2, 7])
def test_any_number_of_cells_is_answered_as_by_torch(cells: int, opinion_onnx: bytes) -> None:
    inputs = opinion_inputs(cells, seed=cells)
    np.testing.assert_allclose(answer(opinion_onnx, inputs), torchs(tiny_opinion(), inputs), atol=1e-4)


@pytest.mark.parametrize("size", [(4, 4), (16, 24), (40, 12)])
def test_a_field_of_any_size_is_answered_as_by_torch(size: tuple[int, int], cells_onnx: bytes) -> None:
    inputs = planes_inputs(1, size=size)
    np.testing.assert_allclose(answer(cells_onnx, inputs), torchs(tiny_cells(), inputs), atol=1e-4)


def test_names_axes_and_opset_are_the_contracts(opinion_onnx: bytes, cells_onnx: bytes) -> None:
    opinion, cells = (onnx.load_model_from_string(network) for network in (opinion_onnx, cells_onnx))
    assert shapes(opinion) == {
        "image": ["cells", 3, 16, 16],
        "measures": ["cells", 2],
        "logits": ["cells", 2],
    }
    plane: list[str | int] = ["fields", 3, "4*height", "4*width"]
    assert shapes(cells) == {"image": plane, "logits": plane}
    assert [(entry.domain, entry.version) for entry in opinion.opset_import] == [("", 18)]


def shapes(model: onnx.ModelProto) -> dict[str, list[str | int]]:
    values = (*model.graph.input, *model.graph.output)
    return {
        value.name: [size.dim_param or size.dim_value for size in value.type.tensor_type.shape.dim] for value in values
    }


def test_batch_norms_are_folded_and_what_is_left_is_what_engines_are_fast_at(cells_onnx: bytes) -> None:
    kinds = {node.op_type for node in onnx.load_model_from_string(cells_onnx).graph.node}
    assert kinds == {"Conv", "Relu", "MaxPool", "Resize", "Add", "DepthToSpace", "Concat"}


def test_exporting_twice_gives_the_same_bytes_and_nothing_of_this_machine(opinion_onnx: bytes) -> None:
    assert to_onnx(tiny_opinion(), tensors(opinion_inputs(2)), OPINION_AXES) == opinion_onnx
    assert b".py" not in opinion_onnx
    assert sys.prefix.encode() not in opinion_onnx
    assert graph_bytes(onnx.load_model_from_string(opinion_onnx)) == opinion_onnx


def test_the_module_given_stays_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    module = tiny_opinion().train()
    to_onnx(module, tensors(opinion_inputs(2)), OPINION_AXES)
    assert module.training
    assert capsys.readouterr() == ("", "")


class Unnamed(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


@pytest.mark.parametrize(
    ("module", "cells", "axes", "what"),
    [
        (Unprovable(), 2, {"image": {0: "cells"}}, "cannot export Unprovable"),
        (Unnamed(), 2, {"image": {0: "cells"}}, "cannot export Unnamed"),
        (Unprovable(), 1, {"image": {0: "cells"}}, "smaller than 2"),
        (Unprovable(), 2, {"image": {2: "16*height"}}, "smaller than 32"),
        (Unprovable(), 2, {"photograph": {0: "cells"}}, "or absent"),
    ],
    ids=["size looked at", "other argument", "batch of one", "too small", "no such input"],
)
def test_what_cannot_be_proven_for_every_size_is_refused(
    module: nn.Module, cells: int, axes: dict[str, dict[int, str]], what: str
) -> None:
    image = tensors(planes_inputs(cells))
    with pytest.raises(NotExportable, match=what) as refusal:
        to_onnx(module, image, axes)
    assert refusal.value.remedy


def test_a_size_that_must_divide_says_how_to_say_so() -> None:
    with pytest.raises(NotExportable, match=r"16\*height"):
        to_onnx(tiny_cells(), tensors(planes_inputs(2)), {"image": {2: "height", 3: "width"}})


def test_an_export_that_answers_otherwise_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_export, "AGREEMENT", -1.0)
    with pytest.raises(ExportDiffers, match="differs from torch's"):
        to_onnx(tiny_opinion(), tensors(opinion_inputs(2)), OPINION_AXES)
