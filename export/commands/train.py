"""`marrowkit-export train-cells`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from export.cells.stages import CellsOptions, TrainedCells, quick_options, train_cells
from export.learning.team import require_alone
from export.sources.drawn import draw_sets


def train_cells_command(
    data: Annotated[Path, typer.Option(help="Folder of the sets of images.")] = Path("../shared/data"),
    out: Annotated[Path, typer.Option(help="Folder of the run; a run that is there goes on.")] = Path("runs/cells"),
    steps: Annotated[int, typer.Option(min=1, help="Steps of each of the two rounds.")] = 6000,
    batch: Annotated[int, typer.Option(min=1, help="Composed fields in each step.")] = 8,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same network.")] = 0,
    threads: Annotated[int, typer.Option(min=1, help="Threads that torch computes with.")] = 2,
    quick: Annotated[bool, typer.Option("--quick", help="A few steps on drawn images, to see that all works.")] = False,
) -> None:
    """Train the network that finds cells, and say how well it does."""
    require_alone("train-cells")
    if quick:
        with TemporaryDirectory() as folder:
            draw_sets(Path(folder) / "data")
            _say(train_cells(Path(folder) / "data", out, quick_options()))
    else:
        _say(train_cells(data, out, _sized(steps, batch, seed, threads)))


def _sized(steps: int, batch: int, seed: int, threads: int) -> CellsOptions:
    options = CellsOptions()
    first = replace(options.first, steps=steps, batch=batch, seed=2 * seed, threads=threads)
    second = replace(options.second, steps=steps, batch=batch, seed=2 * seed + 1, threads=threads)
    return replace(options, first=first, second=second)


def _say(trained: TrainedCells) -> None:
    for each in trained.figures:
        interval = f"{each.low:.4f} to {each.high:.4f}"
        print(f"{each.name:36}{each.value:.4f}  ({interval}, {each.n} images of {each.on})")
    print(f"Weights: {trained.weights}")
