"""Train an opinion network; a run that was killed goes on where it last wrote its file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Generator, Tensor
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from tqdm import tqdm

from edge.decide.views import VIEWS, channels
from export.cells.average import begun_average, include
from export.cells.run import Run, resume, write_run
from export.opinion.augment import augmented
from export.opinion.balance import balanced
from export.opinion.labels import label_indices
from export.opinion.loss import opinion_loss
from export.opinion.options import TrainOptions
from export.opinion.shown import TORCH_VIEWS, shown
from export.opinion.table import CellTable
from export.opinion.trained import MeasureScale, Shape, write_trained
from models.marrowkit2026_opinion.net import MEASURES, OpinionNet

RUN_FILE, WEIGHTS_FILE = "run.safetensors", "weights.safetensors"
SEED_STEP = 1_000_003
"""Seeds of the steps of neighbouring runs lie so far apart."""

OnStep = Callable[[int, float], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """The training cells as tensors, and how often each is drawn."""

    planes: Tensor
    measures: Tensor
    labels: Tensor
    weights: Tensor
    mean: Tensor
    std: Tensor


def train(cells: CellTable, folder: Path, options: TrainOptions, on_step: OnStep | None = None) -> Path:
    """Train, or go on training, in `folder`; the file of the mean weights and of the measures' scale.

    on_step  is told each step's number and loss

    Raises:
        OtherRun: the folder holds a run with other options or other cells.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fingerprint, scale = _fingerprint(cells, options), MeasureScale.of(cells)
    with torch.random.fork_rng(devices=[]):
        run = _begun(options)
        if (folder / RUN_FILE).exists():
            resume(run, folder / RUN_FILE, fingerprint)
        for step, loss in _steps(run, _pool(cells, scale), options):
            if step % options.keep_every == 0 or step == options.steps:
                write_run(run, folder / RUN_FILE, fingerprint)
            if on_step is not None:
                on_step(step, loss)
    write_trained(run.average, Shape(options.view, options.widths), scale, folder / WEIGHTS_FILE)
    return folder / WEIGHTS_FILE


def _begun(options: TrainOptions) -> Run:
    torch.manual_seed(options.seed)
    network = OpinionNet(options.widths, channels(VIEWS[options.view]))
    optimiser = AdamW(network.parameters(), options.learning_rate, weight_decay=options.weight_decay)
    schedule = OneCycleLR(optimiser, options.learning_rate, total_steps=options.steps, pct_start=options.warm_up)
    return Run(network, begun_average(network.state_dict()), optimiser, schedule)


def _pool(cells: CellTable, scale: MeasureScale) -> _Pool:
    labels = label_indices(cells.labels)
    return _Pool(
        torch.from_numpy(cells.planes),
        torch.from_numpy(cells.measures(MEASURES).astype(np.float32)),
        torch.from_numpy(labels),
        torch.from_numpy(balanced(labels, cells.sources)),
        torch.from_numpy(scale.mean.astype(np.float32)),
        torch.from_numpy(scale.std.astype(np.float32)),
    )


def _steps(run: Run, pool: _Pool, options: TrainOptions) -> Iterator[tuple[int, float]]:
    """Number and loss of each step that is left, with a bar where someone watches."""
    left = range(run.step, options.steps)
    with tqdm(total=options.steps, initial=run.step, desc="opinion", unit="step", disable=None) as bar:
        for step in left:
            random = Generator().manual_seed(options.seed * SEED_STEP + step)
            loss = _step(run, pool, random, options)
            bar.update()
            bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
            yield run.step, loss


def _step(run: Run, pool: _Pool, random: Generator, options: TrainOptions) -> float:
    run.network.train()
    drawn = torch.multinomial(pool.weights, options.batch, replacement=True, generator=random)
    batch = augmented(shown(pool.planes[drawn], pool.measures[drawn]), random, options.augment)
    logits = run.network(TORCH_VIEWS[options.view](batch), (batch.measures - pool.mean) / pool.std)
    loss = opinion_loss(logits, pool.labels[drawn], options.smoothing)
    run.optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    run.optimiser.step()
    run.schedule.step()
    run.step += 1
    include(run.average, run.network.state_dict(), run.step)
    run.losses.append(float(loss.detach()))
    return run.losses[-1]


def _fingerprint(cells: CellTable, options: TrainOptions) -> str:
    """What decides the result, as one digest: not how often it is kept."""
    digest = hashlib.sha256(json.dumps(asdict(replace(options, keep_every=1)), sort_keys=True).encode())
    for column in (cells.planes, cells.features, cells.labels, cells.sources):
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()
