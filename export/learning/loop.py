"""Train, or go on training, in a folder: the only training loop there is."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_
from tqdm import tqdm

from edge.durable import write_durably
from export.errors import Diverged
from export.learning.average import include
from export.learning.curves import draw_curve
from export.learning.generators import draw_from, random_states
from export.learning.options import LoopOptions
from export.learning.run import Run, begun, read_about, resume, standing_run, write_run
from export.learning.task import Batch, Task
from export.learning.team import Member, from_first, joined, shared

RUN_FILE, CURVE_FILE = "run.safetensors", "curve.png"
OnStep = Callable[[int, float], None]


def train(
    task: Task[Batch],
    folder: Path,
    options: LoopOptions,
    on_step: OnStep | None = None,
    team: Member | None = None,
) -> dict[str, Tensor]:
    """The mean weights after all steps, on the CPU. Killed and called again, it ends in the same ones.

    on_step  is told each step's number and loss
    team     this process's place in a team that it has joined; none: it joins `torchrun`'s, if there is one

    Only the first of a team reads and writes the folder, and all are given its weights.

    Raises:
        OtherRun: the folder holds a run with other options or samples, or of a team of another size.
        Diverged: the loss is no number any more.
    """
    with nullcontext(team) if team else joined(options.device) as member, _torch_as_told(options):
        run, name = begun(task.network, options), _of_team(task.fingerprint, member)
        standing = from_first(member, lambda: standing_run(folder / RUN_FILE))
        if standing is not None:
            resume(run, standing, name)
        for step, loss in _steps(run, task, options, member):
            if member.writes and (step % options.keep_every == 0 or step == options.steps):
                folder.mkdir(parents=True, exist_ok=True)
                write_run(run, folder / RUN_FILE, name)
                write_durably(folder / CURVE_FILE, draw_curve(run.losses, options, task.unit))
            if on_step is not None:
                on_step(step, loss)
        return from_first(member, lambda: {name: each.cpu().contiguous() for name, each in run.average.items()})


def seconds_taken(folder: Path) -> float:
    """What the steps of a folder's run took, all its beginnings together, to its last file."""
    return float(read_about(folder / RUN_FILE)["seconds"])


def _of_team(fingerprint: str, member: Member) -> str:
    """Each member of a team brings a batch of its own, so another size is another run."""
    return fingerprint if member.size == 1 else f"{fingerprint} by {member.size}"


def _steps(run: Run, task: Task[Batch], options: LoopOptions, member: Member) -> Iterator[tuple[int, float]]:
    """Number and loss of each step that is left, with a bar where someone watches."""
    left = range(run.step, options.steps)
    batches = task.batches(run.step, member) if left else iter(())
    team, before = shared(run.network, member), time.monotonic() - run.seconds
    watched = None if member.writes else True
    with tqdm(total=options.steps, initial=run.step, desc=task.name, unit="step", disable=watched) as bar:
        for _, batch in zip(left, batches, strict=False):
            loss = _step(run, team, task, batch, options)
            run.seconds = time.monotonic() - before
            bar.update()
            bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
            yield run.step, loss


def _step(run: Run, team: nn.Module, task: Task[Batch], batch: Batch, options: LoopOptions) -> float:
    team.train()
    with _precision(options):
        loss = task.loss(team, batch)
    value = float(loss.detach())
    _require_finite(value, run.step + 1)
    run.optimiser.zero_grad()
    run.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
    if options.clip is not None:
        run.scaler.unscale_(run.optimiser)
        clip_grad_norm_(run.network.parameters(), options.clip)
    run.scaler.step(run.optimiser)
    run.scaler.update()
    _move_rate(run)
    run.step += 1
    include(run.average, run.network.state_dict(), run.step)
    run.losses.append(value)
    return value


def _move_rate(run: Run) -> None:
    """The rate follows the steps' numbers, also past those that float16 leaves out because they overflow."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Detected call of `lr_scheduler.step", UserWarning)
        run.schedule.step()


def _require_finite(loss: float, step: int) -> None:
    """Checked before the weights are moved, so that what the folder holds stays whole."""
    if not math.isfinite(loss):
        remedy = (
            "Train into another folder, with a lower rate (--with rate=…) or in float32 (--with precision=float32)."
        )
        raise Diverged(f"The loss of step {step} is {loss}: the training has come apart.", remedy)


def _precision(options: LoopOptions) -> Any:
    device = options.device.partition(":")[0]
    dtype = None if options.precision == "float32" else getattr(torch, options.precision)
    return torch.autocast(device, dtype, enabled=dtype is not None)


@contextmanager
def _torch_as_told(options: LoopOptions) -> Iterator[None]:
    """Torch's threads as asked; they, and what torch draws, are as before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(options.threads or before)
    drawing = random_states(options.device)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        draw_from(drawing, options.device)
