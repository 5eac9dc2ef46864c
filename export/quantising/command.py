"""`marrowkit-export quantise`: a trained network in 8 bits within its limits, with the way there told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from torch import Tensor

from edge.durable import write_durably
from edge.errors import BadSetting
from export.building import limits
from export.building.apart import KnownCells, require_apart
from export.crops.kept import Told, Trained, read_trained, write_finished
from export.crops.views import pictures_of, viewed
from export.opinion.table import CellTable, read_cells
from export.quantising import search, sensitivity
from export.quantising.fine_tune import FineTuneOptions
from export.quantising.picture import svg
from export.quantising.score import Form
from export.quantising.within_limits import QUANTISERS, LimitOptions, Pictures, Reached, within_limits

ASKED = 200
"""Cells that layers' sensitivity is measured on."""


def quantise_command(
    trained: Annotated[Path, typer.Argument(help="Folder of a training that has ended.")],
    cells: Annotated[Path, typer.Argument(help="A file of cells to calibrate and fine-tune with.")],
    unseen: Annotated[Path, typer.Argument(help="A file of labelled cells of which nothing was learned.")],
    out: Annotated[Path, typer.Argument(help="Folder for the network and the picture of its layers.")],
    engine: Annotated[str, typer.Option(help=f"One of {', '.join(QUANTISERS)}.")] = "onnxruntime",
    calibration: Annotated[int, typer.Option(min=10, help="Cells to calibrate with.")] = 300,
    most: Annotated[int, typer.Option(min=0, help="Layers that may stay in float.")] = 16,
    fine_tune: Annotated[int, typer.Option(min=0, help="Steps of fine-tuning where these do not help.")] = 0,
) -> None:
    """Quantise a trained network so that its limits hold; fails with a table where they do not."""
    if engine not in QUANTISERS:
        raise BadSetting(f"There is no engine {engine!r}.", f"Take {', '.join(QUANTISERS)}.")
    network, learned, held_out = read_trained(trained), read_cells(cells), read_cells(unseen)
    _require_pictures(network.told, trained)
    _require_enough(learned, cells, calibration)
    require_apart(KnownCells(str(cells), learned), KnownCells(str(unseen), held_out))
    pictures = _pictures(network, learned, held_out, calibration)
    tuning = FineTuneOptions(steps=fine_tune) if fine_tune else None
    reached = within_limits(network.module, pictures, out / "fine-tuning", LimitOptions(engine, most, fine_tune=tuning))
    _write(out, reached, network.told)
    typer.echo(f"{sensitivity.table(reached.sensitivity)}\n\n{search.table(reached.found.steps)}")
    typer.echo(f"\nFine-tuned: {'yes' if reached.fine_tuned else 'no'}. Written to {out}.")
    limits.require(reached.found.steps[-1].lines)


def _require_pictures(told: Told, folder: Path) -> None:
    if told.measures:
        what = f"{folder} holds a network that is told measures, and layers are sought here on pictures alone."
        raise BadSetting(what, "Use marrowkit-export measure or build, which give it both.")


def _require_enough(cells: CellTable, file: Path, calibration: int) -> None:
    if len(cells) <= calibration:
        what = f"{file} holds {len(cells)} cells, and {calibration} of them are to calibrate with."
        raise BadSetting(what, "Give more, or say a smaller --calibration: layers are judged on the others.")


def _pictures(network: Trained, cells: CellTable, unseen: CellTable, calibration: int) -> Pictures:
    truth = network.told.head.places(unseen.labels.tolist())
    known = truth >= 0
    drawn = np.random.default_rng(0).permutation(len(cells))
    told = network.told
    return Pictures(
        calibration=_shown(cells.rows(drawn[:calibration]), told),
        asked=_shown(cells.rows(drawn[calibration : calibration + ASKED]), told),
        judged=_shown(unseen.rows(known), told),
        truth=truth[known],
        learned=_shown(cells.rows(drawn), told),
    )


def _shown(cells: CellTable, told: Told) -> Tensor:
    return viewed(pictures_of(cells.planes), told.view, told.size_px)


def _write(out: Path, reached: Reached, told: Told) -> None:
    """What engines run, the picture, and the network it was made of, as `build --from` reads it."""
    out.mkdir(parents=True, exist_ok=True)
    kept = reached.found.steps[-1].kept
    files = {**_files(reached.form), "sensitivity.svg": svg(reached.sensitivity, kept).encode()}
    for name, content in files.items():
        write_durably(out / name, content)
    write_finished(out, reached.float32, told)


def _files(form: Form) -> dict[str, bytes]:
    return {"int8.onnx": form} if isinstance(form, bytes) else {"int8.xml": form.xml, "int8.bin": form.bin}
