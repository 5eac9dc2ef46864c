"""Train a cells network on composed fields; a run that was killed goes on where it last wrote its file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from torch import Tensor
from torch.nn.utils import clip_grad_norm_
from tqdm import tqdm

from edge.durable import write_durably
from export.cells.average import include
from export.cells.compose import ComposeOptions
from export.cells.curves import draw_curve
from export.cells.dataset import Batch, Pools, Recipe, stream
from export.cells.loss import segmentation_loss
from export.cells.options import TrainOptions
from export.cells.run import Run, begun, resume, write_run

RUN_FILE, WEIGHTS_FILE, CURVE_FILE = "run.safetensors", "weights.safetensors", "curve.png"

CHUNK_BYTES = 1 << 20

OnStep = Callable[[int, float], None]


def train(
    pools: Pools,
    folder: Path,
    options: TrainOptions,
    compose: ComposeOptions,
    start: Mapping[str, Tensor] | None = None,
    on_step: OnStep | None = None,
) -> Path:
    """Train, or go on training, in `folder`; the file of the mean weights.

    start    weights to begin from, else drawn with the seed
    on_step  is told each step's number and loss

    Raises:
        OtherRun: the folder holds a run with other options or other tiles.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fingerprint = _fingerprint(pools, options, compose, start)
    with _threads(options.threads), torch.random.fork_rng(devices=[]):
        run = begun(options, start)
        if (folder / RUN_FILE).exists():
            resume(run, folder / RUN_FILE, fingerprint)
        for step, loss in _steps(run, Recipe(pools, compose, options.batch, options.seed), options):
            if step % options.keep_every == 0 or step == options.steps:
                write_run(run, folder / RUN_FILE, fingerprint)
                write_durably(folder / CURVE_FILE, draw_curve(run.losses, options))
            if on_step is not None:
                on_step(step, loss)
    write_durably(folder / WEIGHTS_FILE, save({name: each.cpu().contiguous() for name, each in run.average.items()}))
    return folder / WEIGHTS_FILE


def read_weights(file: Path) -> dict[str, Tensor]:
    """The mean weights that `train` wrote."""
    weights: dict[str, Tensor] = load_file(file)
    return weights


def _steps(run: Run, recipe: Recipe, options: TrainOptions) -> Iterator[tuple[int, float]]:
    """Number and loss of each step that is left, with a bar where someone watches."""
    left = range(run.step, options.steps)
    batches = stream(recipe, run.step, options.workers) if left else iter(())
    with tqdm(total=options.steps, initial=run.step, desc="cells", unit="step", disable=None) as bar:
        for _, batch in zip(left, batches, strict=False):
            loss = _step(run, Batch(*(each.to(options.device) for each in batch)), options.clip)
            bar.update()
            bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
            yield run.step, loss


def _step(run: Run, batch: Batch, clip: float) -> float:
    run.network.train()
    loss = segmentation_loss(run.network(batch.image), batch)
    run.optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    clip_grad_norm_(run.network.parameters(), clip)
    run.optimiser.step()
    run.schedule.step()
    run.step += 1
    include(run.average, run.network.state_dict(), run.step)
    run.losses.append(float(loss.detach()))
    return run.losses[-1]


def _fingerprint(
    pools: Pools, options: TrainOptions, compose: ComposeOptions, start: Mapping[str, Tensor] | None
) -> str:
    """What decides the result, as one digest: not how many threads and processes, nor how often it is kept."""
    same = replace(options, threads=1, workers=0, keep_every=1)
    digest = hashlib.sha256(json.dumps([asdict(same), asdict(compose)], sort_keys=True).encode())
    for file in pools.files:
        with file.open("rb") as content:
            for chunk in iter(partial(content.read, CHUNK_BYTES), b""):
                digest.update(chunk)
    for name, each in sorted((start or {}).items()):
        digest.update(name.encode() + each.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
