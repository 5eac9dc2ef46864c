"""`marrowkit-bridge scan`: a region, field by field, into a folder."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from firmware_bridge.commands.microscope import (
    SettingsFile,
    Simulated,
    StageStands,
    figures,
    found,
    microscope,
    settings_of,
)
from firmware_bridge.commands.shaped import takes
from firmware_bridge.errors import BadScopeSettings
from firmware_bridge.eyes import PATIENCE_S, LiveEye
from firmware_bridge.scope import FolderKeeper, Region, Scan, ScanState, plan_scan
from firmware_bridge.scope.scan.plan import Order, Stop


@dataclass(frozen=True)
class ScanOrder:
    """What the command line says."""

    source: Annotated[str, typer.Argument(help="Address of the camera.")]
    out: Annotated[Path, typer.Argument(help="Folder for the pictures and the progress; an interrupted scan goes on.")]
    region: Annotated[str, typer.Option(help="left,top,right,bottom in µm of the stage.")]
    field: Annotated[str, typer.Option(help="width,height of the camera's field in µm.")]
    settings: SettingsFile = None
    simulated: Simulated = ""
    overlap: Annotated[float, typer.Option(min=0.0, max=0.9, help="Share that neighbours have in common.")] = 0.1
    raster: Annotated[bool, typer.Option(help="Begin every row at the left.")] = False
    patience_s: Annotated[
        float, typer.Option(min=0.5, max=100.0, help="How long a lost or frozen camera is waited for.")
    ] = PATIENCE_S
    stands: StageStands = ""
    home: Annotated[bool, typer.Option("--home", help="Find the home switches first.")] = False
    origin_kept: Annotated[
        bool, typer.Option("--origin-kept", help="Nothing was switched off or moved by hand since the scan began.")
    ] = False


@takes(ScanOrder)
def scan(order: ScanOrder) -> None:
    """Scan. Ctrl-C ends it after the field that is being taken, at once while the camera is away; the same command goes
    on from there.
    """
    stops = _stops(order)
    built = settings_of(order.settings, order.simulated)
    if built is None:
        raise BadScopeSettings("A scan needs a stage.", "Add --settings scope.toml, or --simulated sangaboard.")
    keeper, progress = _place_for(order.out)
    with microscope(order.source, built, order.patience_s) as (scope, eye):
        found(scope, order.stands, order.home)
        job = Scan(scope, eye, stops, keeper, progress, origin_kept=order.origin_kept or bool(order.stands))
        _cancel_on_signal(job, eye)
        ended = job.run(_shown)
    raise typer.Exit(0 if ended.phase == "done" else 1)


def _place_for(out: Path) -> tuple[FolderKeeper, Path]:
    """Who keeps the pictures, and the progress file; that is there before the first picture."""
    keeper, progress = FolderKeeper(out), out / "progress.json"
    if not (keeper.is_empty or progress.exists()):
        what = f"{out} holds pictures of a scan whose progress is not there: they would pass for this one's."
        raise BadScopeSettings(what, "Name another folder, or empty this one.")
    return keeper, progress


def _cancel_on_signal(job: Scan, eye: LiveEye) -> None:
    def cancel(_number: int, _frame: FrameType | None) -> None:
        job.cancel()
        eye.hurry()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, cancel)


def _stops(order: ScanOrder) -> tuple[Stop, ...]:
    left, top, right, bottom = figures(order.region, 4)
    width, height = figures(order.field, 2)
    way: Order = "raster" if order.raster else "serpentine"
    try:
        return plan_scan(Region(left, top, right, bottom), (width, height), order.overlap, way)
    except ValueError as error:
        raise BadScopeSettings(f"This region cannot be scanned: {error}.", "Correct --region and --field.") from error


def _shown(state: ScanState) -> None:
    at = f" at {state.at.x_um:.0f}, {state.at.y_um:.0f} µm" if state.at else ""
    counts = f"{state.kept} kept, {state.empty} empty, {state.blurred} blurred, {state.left} left"
    print(f"{state.phase}{at}: {counts} {state.problem}".rstrip(), flush=True)
