"""`marrowkit-bridge focus`: with motors by itself, without them by telling which way to turn."""

from __future__ import annotations

from typing import Annotated, NoReturn

import typer

from firmware_bridge.commands.microscope import (
    SettingsFile,
    Simulated,
    StageStands,
    found,
    microscope,
    settings_of,
)
from firmware_bridge.commands.news import print_wait
from firmware_bridge.eyes import LiveEye
from firmware_bridge.newest import Newest
from firmware_bridge.scope import FocusAid, FocusPlan, ScopeSettings, autofocus, sharpness
from firmware_bridge.supervision import supervise

BAR = 40


def focus(
    source: Annotated[str, typer.Argument(help="Address of the camera.")],
    settings: SettingsFile = None,
    simulated: Simulated = "",
    travel_um: Annotated[float, typer.Option(min=1, max=1000, help="How far the focus may go, to either side.")] = 30.0,
    stands: StageStands = "",
    looks: Annotated[int, typer.Option(min=0, help="Pictures of the aid; 0 until interrupted.")] = 0,
) -> None:
    """Focus. Without a stage shows how sharp it is against the best so far, and which way to turn the knob."""
    built = settings_of(settings, simulated)
    if built is not None:
        _by_motor(source, built, travel_um, stands)
    camera = supervise(source)
    with Newest(camera) as live:
        _aid(LiveEye(live, print_wait), looks)


def _by_motor(source: str, settings: ScopeSettings, travel_um: float, stands: str) -> NoReturn:
    with microscope(source, settings) as (scope, eye):
        found(scope, stands)
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
