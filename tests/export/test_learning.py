"""The training loop: alone or in a team, in full or half precision, it learns the same thing the same way."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from export.learning.average import begun_average, include
from export.learning.generators import draw_from, random_states
from export.learning.loop import CURVE_FILE, RUN_FILE, train
from export.learning.options import LoopOptions, deciding
from export.learning.run import read_about
from export.learning.team import Member

CHECKOUT = Path(__file__).parents[2]
OPTIONS = LoopOptions(steps=12, batch=4, learning_rate=0.05, warm_up=0.2, keep_every=4, threads=1)
TRUE = torch.tensor([[1.0, -2.0, 0.5]])


@dataclass(frozen=True)
class Line:
    """Three numbers and their weighted sum; `parts` samples make a batch of the whole team."""

    parts: int = 8
    name: str = "line"
    unit: str = "samples"
    fingerprint: str = "line 1"

    def network(self) -> nn.Module:
        return nn.Linear(3, 1, bias=False)

    def batches(self, first: int, member: Member) -> Iterator[tuple[Tensor, Tensor]]:
        step = first
        while True:
            given = torch.rand(self.parts, 3, generator=torch.Generator().manual_seed(step))
            mine = given.chunk(member.size)[member.number]
            yield mine, mine @ TRUE.T
            step += 1

    def loss(self, network: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
        given, due = batch
        return nn.functional.mse_loss(network(given), due)


IN_A_TEAM = """
import sys
from pathlib import Path
from safetensors.torch import save_file
from export.learning.loop import train
from tests.export.test_learning import OPTIONS, Line
import os

out = Path(sys.argv[1])
save_file(train(Line(), out / "run", OPTIONS), out / f"weights-{os.environ['RANK']}.safetensors")
"""


def test_it_learns_and_leaves_a_curve(tmp_path: Path) -> None:
    losses: list[float] = []
    weights = train(Line(), tmp_path, replace(OPTIONS, steps=200), on_step=lambda _, loss: losses.append(loss))
    assert losses[-1] < 0.05 * losses[0]
    assert torch.allclose(weights["weight"], TRUE, atol=0.4)
    assert sorted(each.name for each in tmp_path.iterdir()) == [CURVE_FILE, RUN_FILE]


@pytest.mark.parametrize("precision", ["float16", "bfloat16", "float32"])
def test_a_killed_run_goes_on_in_any_precision(precision: str, tmp_path: Path) -> None:
    options = replace(OPTIONS, precision=precision)  # type: ignore[arg-type]
    whole = train(Line(), tmp_path / "whole", options)

    def killed(step: int, _: float) -> None:
        if step == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(Line(), tmp_path / "killed", options, killed)
    steps: list[int] = []
    resumed = train(Line(), tmp_path / "killed", options, lambda step, _: steps.append(step))
    assert steps == list(range(5, 13))
    assert torch.equal(resumed["weight"], whole["weight"])


@pytest.mark.parametrize("steps", [1, 2, 9, 10, 11, 20])
def test_a_run_of_few_steps_warms_up_too(steps: int, tmp_path: Path) -> None:
    options = replace(OPTIONS, steps=steps, warm_up=0.1)
    seen: list[int] = []
    train(Line(), tmp_path, options, lambda step, _: seen.append(step))
    assert seen == list(range(1, steps + 1))


def test_half_precision_is_used_where_it_is_asked_for(tmp_path: Path) -> None:
    seen: list[torch.dtype] = []

    class Watching(Line):
        def loss(self, network: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
            answer = network(batch[0])
            seen.append(answer.dtype)
            return nn.functional.mse_loss(answer.float(), batch[1])

    train(Watching(), tmp_path / "half", replace(OPTIONS, steps=1, precision="bfloat16"))
    train(Watching(), tmp_path / "full", replace(OPTIONS, steps=1))
    assert seen == [torch.bfloat16, torch.float32]


def test_float16_scales_its_losses_and_leaves_out_what_overflows(tmp_path: Path) -> None:
    """The path that a GPU takes, on a CPU: torch has half precision and scaled losses there too."""
    scales: list[float] = []
    weights: list[Tensor] = []

    class Steep(Line):
        def loss(self, network: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
            answer = network(batch[0])
            assert answer.dtype == torch.float16
            return 100 * nn.functional.mse_loss(answer.float(), batch[1])

    def look(*_: object) -> None:
        scales.append(read_about(tmp_path / RUN_FILE)["scaler"]["scale"])
        weights.append(load_file(tmp_path / RUN_FILE)["network.weight"])

    options = replace(OPTIONS, steps=30, precision="float16", clip=1.0, keep_every=1)
    train(Steep(), tmp_path, options, look)
    overflowed = [after < before for before, after in pairwise([65536.0, *scales])]
    assert overflowed[0]
    assert not any(overflowed[15:])
    kept = [torch.equal(before, after) for before, after in pairwise(weights)]
    assert kept == overflowed[1:]


def test_what_decides_no_result_is_told_apart() -> None:
    assert deciding(replace(OPTIONS, threads=7, workers=3, keep_every=99)) == deciding(OPTIONS)
    assert deciding(replace(OPTIONS, seed=1)) != deciding(OPTIONS)


def test_the_mean_forgets_the_first_steps_and_copies_counters() -> None:
    norm = nn.BatchNorm2d(2)
    average = begun_average(norm.state_dict())
    with torch.no_grad():
        norm.weight.add_(1.0)
    norm.state_dict()["num_batches_tracked"].fill_(7)
    include(average, norm.state_dict(), 1)
    assert torch.allclose(average["weight"], torch.tensor(1.2))
    include(average, norm.state_dict(), 101)
    assert torch.allclose(average["weight"], torch.tensor(1.208))
    assert average["num_batches_tracked"] == 7


def test_a_devices_own_generator_goes_on_where_its_run_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dropout on a GPU draws from the GPU's generator; a stand-in for one, since there is none here."""
    card = torch.Generator().manual_seed(5)
    standing_in = SimpleNamespace(
        get_rng_state=lambda device: card.get_state(), set_rng_state=lambda state, device: card.set_state(state)
    )
    monkeypatch.setattr(torch, "get_device_module", lambda kind: {"cuda": standing_in}[kind])
    kept = random_states("cuda:0")
    due = torch.rand(3, generator=card), torch.rand(3)
    draw_from(kept, "cuda:0")
    found = torch.rand(3, generator=card), torch.rand(3)
    assert all(map(torch.equal, due, found))
    assert kept.keys() == {"cpu", "cuda"}


def test_a_run_of_a_cpu_goes_on_where_another_device_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = random_states("cpu")
    due = torch.rand(3)
    monkeypatch.setattr(torch, "get_device_module", lambda kind: pytest.fail(f"{kind} was set"))
    draw_from(kept, "cuda")
    assert torch.equal(torch.rand(3), due)


@pytest.mark.slow
def test_two_processes_learn_what_one_learns_from_both_their_samples(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(IN_A_TEAM, "utf-8")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    told = {**os.environ, "PYTHONPATH": str(CHECKOUT), "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    done = subprocess.run(
        [*command, str(script), str(tmp_path)], cwd=CHECKOUT, env=told, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    first, second = (load_file(tmp_path / f"weights-{rank}.safetensors")["weight"] for rank in (0, 1))
    assert torch.equal(first, second)
    alone = train(Line(), tmp_path / "alone", OPTIONS)["weight"]
    assert torch.allclose(first, alone, atol=1e-5)
    assert sorted(each.name for each in (tmp_path / "run").iterdir()) == [CURVE_FILE, RUN_FILE]
