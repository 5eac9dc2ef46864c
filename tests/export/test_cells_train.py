"""Training: killed and resumed it ends in the same weights; a folder of another run is refused."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from export.cells.dataset import Batch, Pools
from export.cells.loss import segmentation_loss
from export.cells.options import TrainOptions
from export.cells.train import read_weights, train
from export.errors import OtherRun
from export.learning.loop import CURVE_FILE, RUN_FILE, OnStep
from export.learning.run import read_about
from tests.tiles import TINY, drawn_pools

CHECKOUT = Path(__file__).parents[2]
KILLED_AT_7 = """
import os, signal, sys
from pathlib import Path
from export.cells.dataset import Pools
from export.cells.train import train
from tests.export.test_cells_train import OPTIONS, TINY

folder = Path(sys.argv[1])
pools = Pools(*(folder / f"{name}.safetensors" for name in ("singles", "fields", "cut_outs")))

def on_step(step, loss):
    if step == 7:
        os.kill(os.getpid(), signal.SIGKILL)

train(pools, folder / "killed", OPTIONS, TINY, on_step=on_step)
"""
OPTIONS = TrainOptions(steps=20, batch=2, widths=(4, 6, 8, 8), threads=1, workers=0, keep_every=5)


def _killed_at(last: int) -> OnStep:
    def on_step(step: int, loss: float) -> None:
        if step == last:
            raise KeyboardInterrupt

    return on_step


def test_a_run_that_was_killed_ends_in_the_same_weights(tmp_path: Path) -> None:
    pools = drawn_pools(tmp_path)
    whole = read_weights(train(pools, tmp_path / "whole", OPTIONS, TINY))
    for last in (7, 13):
        with pytest.raises(KeyboardInterrupt):
            train(pools, tmp_path / "killed", OPTIONS, TINY, on_step=_killed_at(last))
    steps: list[int] = []
    resumed = train(pools, tmp_path / "killed", OPTIONS, TINY, on_step=lambda step, _: steps.append(step))
    assert steps == list(range(11, 21))
    assert all(torch.equal(whole[name], each) for name, each in read_weights(resumed).items())
    one, other = ({**read_about(tmp_path / folder / RUN_FILE), "seconds": None} for folder in ("whole", "killed"))
    assert one == other
    assert (tmp_path / "killed" / CURVE_FILE).read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_a_process_that_is_killed_leaves_a_run_that_goes_on(tmp_path: Path) -> None:
    drawn_pools(tmp_path)
    child = subprocess.run([sys.executable, "-c", KILLED_AT_7, str(tmp_path)], cwd=CHECKOUT, check=False)
    assert child.returncode == -signal.SIGKILL
    files = sorted(each.name for each in (tmp_path / "killed").iterdir())
    assert files == [CURVE_FILE, RUN_FILE]
    pools = Pools(*(tmp_path / f"{name}.safetensors" for name in ("singles", "fields", "cut_outs")))
    whole, resumed = (read_weights(train(pools, tmp_path / name, OPTIONS, TINY)) for name in ("whole", "killed"))
    assert all(torch.equal(whole[name], each) for name, each in resumed.items())


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    pools = drawn_pools(tmp_path, cut_outs=False)
    options = replace(OPTIONS, steps=2)
    weights = train(pools, tmp_path / "run", options, TINY)
    content = weights.read_bytes()
    weights.unlink()
    train(pools, tmp_path / "run", options, TINY, on_step=_killed_at(1))
    assert weights.read_bytes() == content


@pytest.mark.parametrize("change", [{"seed": 5}, {"steps": 30}, {"learning_rate": 1e-4}])
def test_a_run_of_other_options_is_refused_and_left(tmp_path: Path, change: dict[str, float]) -> None:
    pools = drawn_pools(tmp_path)
    options = replace(OPTIONS, steps=1)
    train(pools, tmp_path / "run", options, TINY)
    before = (tmp_path / "run" / RUN_FILE).read_bytes()
    with pytest.raises(OtherRun, match="another folder"):
        train(pools, tmp_path / "run", replace(options, **change), TINY)  # type: ignore[arg-type]
    assert (tmp_path / "run" / RUN_FILE).read_bytes() == before


def test_other_tiles_or_another_start_are_another_run(tmp_path: Path) -> None:
    options, pools = replace(OPTIONS, steps=1), drawn_pools(tmp_path)
    weights = read_weights(train(pools, tmp_path / "run", options, TINY))
    with pytest.raises(OtherRun):
        train(pools, tmp_path / "run", options, TINY, weights)
    with pytest.raises(OtherRun):
        train(replace(pools, cut_outs=None), tmp_path / "run", options, TINY)


def test_threads_and_processes_are_no_other_run(tmp_path: Path) -> None:
    options, pools = replace(OPTIONS, steps=1), drawn_pools(tmp_path)
    first = train(pools, tmp_path / "run", options, TINY).read_bytes()
    again = train(pools, tmp_path / "run", replace(options, threads=2, workers=1, keep_every=9), TINY)
    assert again.read_bytes() == first


def test_a_second_round_begins_where_the_first_ended(tmp_path: Path) -> None:
    pools = drawn_pools(tmp_path)
    first = read_weights(train(pools, tmp_path / "first", OPTIONS, TINY))
    still = replace(OPTIONS, steps=1, learning_rate=1e-12)
    second = read_weights(train(pools, tmp_path / "second", still, TINY, first))
    assert all(torch.allclose(first[name], second[name], atol=1e-6) for name in first if name.endswith("0.weight"))


def test_losses_fall(tmp_path: Path) -> None:
    losses: list[float] = []
    options = replace(OPTIONS, steps=40, learning_rate=1e-2)
    train(drawn_pools(tmp_path), tmp_path / "run", options, TINY, on_step=lambda _, loss: losses.append(loss))
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])


def _batch(weight: float) -> Batch:
    torch.manual_seed(0)
    target = (torch.rand(2, 3, 8, 8) > 0.5).byte()
    return Batch(torch.rand(2, 3, 8, 8), target, torch.full((2, 3, 8, 8), weight).byte())


def test_what_is_unknown_gives_no_gradient() -> None:
    logits = torch.randn(2, 3, 8, 8, requires_grad=True)
    batch = _batch(1.0)
    batch.weight[0, 1] = 0
    segmentation_loss(logits, batch).backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert not logits.grad[0, 1].any()
    assert logits.grad[1, 1].all()


def test_the_right_answer_costs_nothing() -> None:
    batch = _batch(1.0)
    assert float(segmentation_loss(batch.target * 60.0 - 30.0, batch)) < 1e-6
    assert float(segmentation_loss(30.0 - batch.target * 60.0, batch)) > 10
