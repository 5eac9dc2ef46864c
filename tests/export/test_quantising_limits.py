"""The whole way to an 8-bit network within its limits: by itself, by layers in float, by fine-tuning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from export.building.limits import Limits, require
from export.errors import LimitsBroken
from export.quantising.fine_tune import FineTuneOptions
from export.quantising.within_limits import LimitOptions, Pictures, Reached, within_limits
from tests.export.test_quantising_fine_tune import OPTIONS, Overshadowed, pictures
from tests.tiny import need_openvino

LIMITS = Limits(top1=8.0, worst_recall=15.0, ece=30.0, agreement=90.0)


def classes(images: Tensor) -> np.ndarray:
    with torch.no_grad():
        return np.asarray(Overshadowed()(images).argmax(1).numpy(), np.intp)


def given() -> Pictures:
    judged = pictures(200, 9)
    return Pictures(pictures(40, 1), pictures(40, 2), judged, classes(judged), pictures(512, 3))


def reached(folder: Path, options: LimitOptions) -> Reached:
    return within_limits(Overshadowed().eval(), given(), folder, options)


def test_where_no_layer_may_stay_in_float_the_limits_are_told_as_broken(tmp_path: Path) -> None:
    found = reached(tmp_path, LimitOptions(most=0, limits=LIMITS))
    assert not found.found.holds
    assert not found.fine_tuned
    with pytest.raises(LimitsBroken, match="agreement"):
        require(found.found.steps[-1].lines)


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_fine_tuning_is_tried_where_nothing_else_helps_and_mends_it(engine: str, tmp_path: Path) -> None:
    if engine == "openvino":
        need_openvino()
        pytest.importorskip("nncf")
    found = reached(tmp_path, LimitOptions(engine, most=0, limits=LIMITS, fine_tune=OPTIONS))
    assert found.fine_tuned
    assert found.found.holds
    assert isinstance(found.form, bytes) == (engine == "onnxruntime")


def test_what_keeps_its_limits_is_left_alone(tmp_path: Path) -> None:
    lax = Limits(top1=100.0, worst_recall=100.0, ece=100.0, agreement=0.0)
    found = reached(tmp_path, LimitOptions(limits=lax, fine_tune=FineTuneOptions()))
    assert found.found.holds
    assert not found.fine_tuned
    assert [len(step.kept) for step in found.found.steps] == [0]
    assert not list(tmp_path.iterdir())
