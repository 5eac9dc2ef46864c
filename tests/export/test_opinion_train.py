"""Training an opinion network: killed and resumed it ends in the same weights; half-known cells teach what is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from export.errors import OtherRun
from export.learning.loop import OnStep
from export.opinion.labels import SOME_OTHER, not_blast
from export.opinion.loss import opinion_loss
from export.opinion.options import TrainOptions
from export.opinion.train import train
from export.opinion.trained import logits_of, read_trained
from models.marrowkit2026_opinion.net import LABELS
from tests.tabled import drawn_cells

CELLS = drawn_cells(8)
OPTIONS = TrainOptions(steps=6, batch=8, widths=(4, 4, 4, 4), keep_every=2)


def _killed_at(last: int) -> OnStep:
    def on_step(step: int, loss: float) -> None:
        if step == last:
            raise KeyboardInterrupt

    return on_step


@pytest.mark.parametrize("view", ["nucleus", "cell-density"])
def test_a_run_that_was_killed_ends_in_the_same_weights(view: str, tmp_path: Path) -> None:
    options = replace(OPTIONS, view=view)
    whole = train(CELLS, tmp_path / "whole", options).read_bytes()
    with pytest.raises(KeyboardInterrupt):
        train(CELLS, tmp_path / "killed", options, on_step=_killed_at(3))
    steps: list[int] = []
    resumed = train(CELLS, tmp_path / "killed", options, on_step=lambda step, _: steps.append(step))
    assert steps == [3, 4, 5, 6]
    assert resumed.read_bytes() == whole


@pytest.mark.parametrize(
    ("cells", "options"), [(drawn_cells(8, seed=1), OPTIONS), (CELLS, replace(OPTIONS, smoothing=0.2))]
)
def test_another_run_is_refused(cells: object, options: TrainOptions, tmp_path: Path) -> None:
    train(CELLS, tmp_path, OPTIONS)
    with pytest.raises(OtherRun, match="another folder"):
        train(cells, tmp_path, options)  # type: ignore[arg-type]


def test_training_leaves_the_random_state_of_others_alone(tmp_path: Path) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    train(CELLS, tmp_path, OPTIONS)
    assert torch.equal(torch.rand(3), expected)


def test_a_file_gives_back_network_view_and_scale(tmp_path: Path) -> None:
    trained = read_trained(train(CELLS, tmp_path, OPTIONS))
    assert trained.inputs.view == OPTIONS.view
    assert trained.inputs.measures_mean[0] == pytest.approx(CELLS.measure("nucleus_diameter_um").mean(), abs=1e-3)
    logits = logits_of(trained, CELLS, trained.inputs)
    assert logits.shape == (len(CELLS), len(LABELS))
    assert np.isfinite(logits).all()


def test_half_known_cells_are_taught_no_more_than_is_known() -> None:
    logits = torch.zeros(1, len(LABELS), requires_grad=True)
    opinion_loss(logits, torch.tensor([SOME_OTHER]), 0.05).backward()  # type: ignore[no-untyped-call]
    pushed = logits.grad
    assert pushed is not None
    assert float(pushed[0, 0]) > 0
    assert torch.allclose(pushed[0, not_blast()], pushed[0, 1].expand(len(LABELS) - 1))


def test_a_named_cell_is_taught_by_cross_entropy() -> None:
    logits, labels = torch.randn(5, len(LABELS)), torch.tensor([0, 1, 2, 3, 4])
    expected = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=0.1)
    assert torch.allclose(opinion_loss(logits, labels, 0.1), expected)
