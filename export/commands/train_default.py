"""`marrowkit-export train-default`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from edge.bundle.shelf import DEFAULT_NAME, shipped_folder
from edge.durable import write_durably
from edge.errors import BadSetting
from export.default_bundle.drawn import draw_everything
from export.default_bundle.kept_cells import KeptCells
from export.default_bundle.options import DefaultOptions, quick_options
from export.default_bundle.stages import MEASURED_JSON, MEASURED_TABLE, ON_REQUEST, ROOM, SOURCES_TABLE, STAGES
from export.default_bundle.workshop import Workshop
from export.learning.team import require_alone
from export.opinion.choose import LEARNED_FROM

NO_IMAGES_EXIT = 2
EVERY = {**STAGES, **ON_REQUEST}
FIGURES = {"evaluate": (MEASURED_JSON, MEASURED_TABLE), "sources": (SOURCES_TABLE,)}

DataOption = Annotated[Path, typer.Option("--data", help="Folder of the sets of images.")]
OutOption = Annotated[Path | None, typer.Option("--out", help="The bundle's folder. Default: where kits look for it.")]
WorkOption = Annotated[Path, typer.Option("--work", help="Folder of the run; a run that is there goes on.")]
QuickOption = Annotated[bool, typer.Option("--quick", help="A few steps on drawn images, to see that all works.")]
CellsOption = Annotated[
    str | None, typer.Option("--cells-of", help="Take over the cells network of this bundle, by name or path.")
]
StageOption = Annotated[str | None, typer.Option("--stage", help=f"Only one of {', '.join(EVERY)}.")]


def train_default_command(
    data: DataOption = Path("../shared/data"),
    out: OutOption = None,
    work: WorkOption = Path("runs/default"),
    quick: QuickOption = False,
    cells_of: CellsOption = None,
    stage: StageOption = None,
) -> None:
    """Rebuild the shipped bundle from sets of images: train, calibrate, evaluate, pack, sign."""
    require_alone("train-default")
    shop = _quick(work, out) if quick else _whole(data, work, out)
    if cells_of is not None:
        shop = replace(shop, kept_cells=KeptCells.of(cells_of))
    _require_images(shop.data)
    for name in _stages(stage):
        print(f"— {name} —", file=sys.stderr)
        EVERY[name](shop, print)
        if name in FIGURES and not quick:
            _hang_up(shop.work, FIGURES[name])


def _whole(data: Path, work: Path, out: Path | None) -> Workshop:
    return Workshop(data, work, out or shipped_folder() / DEFAULT_NAME, DefaultOptions())


def _quick(work: Path, out: Path | None) -> Workshop:
    """Everything beside the product's own folders."""
    if not (work / "drawn").is_dir():
        draw_everything(work / "drawn.new")
        shutil.move(work / "drawn.new", work / "drawn")
    return Workshop(work / "drawn", work, out or work / "bundle", quick_options())


def _stages(stage: str | None) -> tuple[str, ...]:
    if stage is None:
        return tuple(STAGES)
    if stage not in EVERY:
        raise BadSetting(f"There is no stage {stage!r}.", f"The stages are {', '.join(EVERY)}.")
    return (stage,)


def _require_images(data: Path) -> None:
    missing = [name for name in LEARNED_FROM if not (data / name).is_dir()]
    if missing:
        print(f"error: {data} lacks {', '.join(missing)}; the bundle is learned from these sets.", file=sys.stderr)
        print("Put them there, name the folder that holds them with --data, or try --quick.", file=sys.stderr)
        raise typer.Exit(NO_IMAGES_EXIT)


def _hang_up(work: Path, figures: Iterable[str]) -> None:
    """The figures belong into the room of the network that they are about."""
    for name in figures:
        write_durably(ROOM / name, (work / name).read_bytes())
