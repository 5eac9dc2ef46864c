"""What is fitted after training is fitted to the training's cells alone, and is what the folder keeps."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from edge.runtime.engines import EngineOptions, Network, find_engine
from export.crops.cells import fold_numbers
from export.crops.kept import WEIGHTS_FILE, read_trained
from export.crops.task import CropTask
from export.crops.views import pictures_of, viewed
from export.learning.team import Member
from export.onnx_export import to_onnx
from export.openvino_ir import to_ir
from export.opinion.table import CellTable, write_cells
from export.rooms.asked import asked
from export.rooms.finishing import _vectors
from export.rooms.head import made_head
from export.rooms.training import cells_of, taught_by_labels
from models.devi2023_clr_cxg.net import network
from tests.tabled import EVERY_KIND, drawn_cells

CELLS = drawn_cells(10, kinds=EVERY_KIND)
HELD_OUT = 2
FEW = ["steps=2", "batch=8", "size_px=32", "finish_cells=40", f"fold={HELD_OUT}", "settings.width=0.125"]
ROOMS = {
    "devi2023_clr_cxg": ["settings.rounds=3", "settings.depth=3"],
    "kumar2020_dense_cnn": ["settings.chosen=8", "settings.judge=dense"],
    "kumar2020_dense_cnn with a forest": ["settings.chosen=8", "settings.judge=forest", "settings.trees=5"],
}


def trained(room: str, cells: CellTable, out: Path) -> Path:
    write_cells(cells, out.with_suffix(".npz"))
    training = asked(room.split()[0], None, [*FEW, *ROOMS[room]])
    taught_by_labels(training, cells_of(out.with_suffix(".npz"), out, training.spec), out)
    return out


@pytest.mark.parametrize("room", ROOMS)
def test_a_finished_network_is_kept_and_can_be_asked(room: str, tmp_path: Path) -> None:
    found = read_trained(trained(room, CELLS, tmp_path / "run"))
    assert found.told.settings["finished"] is True
    assert found.told.labels == ("blast", "benign")
    with torch.no_grad():
        logits = found.module(viewed(pictures_of(CELLS.planes), found.told.view, found.told.size_px))
    assert logits.shape == (len(CELLS), 2)
    assert torch.isfinite(logits).all()


@pytest.mark.parametrize("room", ROOMS)
def test_engines_say_what_the_finished_network_says(room: str, tmp_path: Path) -> None:
    found = read_trained(trained(room, CELLS, tmp_path / "run"))
    seen = viewed(pictures_of(CELLS.planes), found.told.view, found.told.size_px)
    with torch.no_grad():
        due = found.module(seen).numpy()
    network = to_onnx(Named(found.module), {"image": seen[:4]}, {"image": {0: "cells"}})
    ir = to_ir(network)
    for engine, graph in (("onnxruntime", Network("x", network)), ("openvino", Network("x", ir.xml, ir.bin))):
        with closing(find_engine(engine).load(graph, EngineOptions())) as session:
            said = session.run({"image": seen.numpy()})["logits"]
        assert (np.abs(said - due).max(1) < 1e-3).mean() > 0.95  # a rounding error may reach another leaf


class Named(nn.Module):
    """The network with its input's name."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, image: Tensor) -> Tensor:
        logits: Tensor = self.inner(image)
        return logits


def test_vectors_follow_the_trainings_own_batches() -> None:
    """As many cells as are asked for, rounded up to whole batches; cells without a label are left out."""
    training = asked("devi2023_clr_cxg", None, [*FEW, *ROOMS["devi2023_clr_cxg"]])
    several = made_head({"blast": (), "lymphoid": ("hematogone", "lymphocyte"), "monocyte": ()}, ["blast"])
    task = CropTask(CELLS, lambda: network(3, width=0.125), "x", training.spec.options, several)
    vectors, labels = _vectors(task, task.network().eval(), 30)
    batches = list(islice(task.batches(training.spec.options.steps, Member()), 4))
    due = torch.cat([each.labels for each in batches])
    assert len(due) == 32
    assert torch.equal(labels, due[due >= 0])
    assert len(vectors) == len(labels) < len(due)


@pytest.mark.parametrize("room", ROOMS)
def test_cells_that_are_held_out_decide_nothing(room: str, tmp_path: Path) -> None:
    """Other pictures in the fold that is left out: the same choice, the same trees, the same weights."""
    out = fold_numbers(CELLS) == HELD_OUT
    assert 0 < np.count_nonzero(out) < len(CELLS)
    changed = CELLS.planes.copy()
    changed[out] = 255 - changed[out]
    one = load_file(trained(room, CELLS, tmp_path / "one") / WEIGHTS_FILE)
    two = load_file(trained(room, replace(CELLS, planes=changed), tmp_path / "two") / WEIGHTS_FILE)
    assert all(torch.equal(one[name], two[name]) for name in one)
    changed[~out] = 255 - changed[~out]
    three = load_file(trained(room, replace(CELLS, planes=changed), tmp_path / "three") / WEIGHTS_FILE)
    assert any(not torch.equal(one[name], three[name]) for name in one)
