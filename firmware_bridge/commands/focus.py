"""`marrowkit-bridge focus`: with motors by itself, without them by telling which way to turn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from firmware_bridge.commands.eyes import LiveEye
from firmware_bridge.newest import Newest
from firmware_bridge.scope import FocusAid, FocusPlan, Scope, autofocus, read_settings, sharpness
from firmware_bridge.sources import open_source

BAR = 40


def focus(
    source: Annotated[str, typer.Argument(help="Address of the camera.")],
    settings: Annotated[Path | None, typer.Option(help="Settings of a scope with motors (TOML).")] = None,
    travel_um: Annotated[float, typer.Option(min=1, max=1000, help="How far to look, to either side.")] = 25.0,
    looks: Annotated[int, typer.Option(min=0, help="Pictures of the aid; 0 until interrupted.")] = 0,
) -> None:
    """Focus. Without `--settings` shows how sharp it is against the best so far, and which way to turn the knob."""
    with Newest(open_source(source)) as live:
        if settings is None:
            _aid(LiveEye(live), looks)
        else:
            _by_motor(settings, LiveEye(live), travel_um)


def _by_motor(settings: Path, eye: LiveEye, travel_um: float) -> None:
    with Scope(read_settings(settings)) as scope:
        result = autofocus(scope, eye, FocusPlan(travel_um=travel_um))
    print(f"{result.reason}: z {result.z_um:.2f} µm after {result.images} pictures")
    raise typer.Exit(0 if result.found else 1)


def _aid(eye: LiveEye, looks: int) -> None:
    aid = FocusAid()
    taken = 0
    try:
        while taken < looks or not looks:
            taken += 1
            shown = aid.see(sharpness(eye()).fine)
            filled = round(BAR * shown.level)
            print(f"{'#' * filled:{BAR}} {shown.level:4.0%}  {shown.hint}", flush=True)
    except KeyboardInterrupt:
        return
