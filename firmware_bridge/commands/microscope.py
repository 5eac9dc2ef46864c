"""A stage with the camera above it, as `focus` and `scan` need them; real ones, or both simulated."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from firmware_bridge.commands.news import print_wait
from firmware_bridge.datafolder import data_folder
from firmware_bridge.errors import BadScopeSettings
from firmware_bridge.eyes import PATIENCE_S, LiveEye
from firmware_bridge.newest import Newest
from firmware_bridge.options import SimOptions
from firmware_bridge.picture import Source
from firmware_bridge.scope import Scope, ScopeSettings, read_settings
from firmware_bridge.scope.memory import memory_of
from firmware_bridge.scope.simulated import simulated_settings
from firmware_bridge.sim.boards import BOARDS
from firmware_bridge.sim.body import Body, Pose
from firmware_bridge.sources import open_source
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.supervision import supervise
from firmware_bridge.transport import open_transport
from firmware_bridge.uri import SourceUri, source_uri

SettingsFile = Annotated[Path | None, typer.Option(help="Settings of a scope with motors (TOML).")]
Simulated = Annotated[
    str, typer.Option(help=f"Instead of --settings: a simulated stage under the source “sim:”. {', '.join(BOARDS)}.")
]

StageStands = Annotated[
    str, typer.Option("--at", metavar="X,Y,Z", help="Where the stage stands now, in µm: moves nothing.")
]


def settings_of(settings: Path | None, simulated: str) -> ScopeSettings | None:
    """The settings that the command line names; None where it names none.

    Raises:
        BadScopeSettings: it names two, or they make no sense.
    """
    if settings is not None and simulated:
        raise BadScopeSettings("--settings and --simulated exclude each other.", "Leave one of them out.")
    if simulated:
        return simulated_settings(simulated)
    return None if settings is None else read_settings(settings)


@contextmanager
def microscope(source: str, settings: ScopeSettings, patience_s: float = PATIENCE_S) -> Iterator[tuple[Scope, LiveEye]]:
    """The stage, and what the supervised camera sees. What a look has to wait for is printed, once for each try to open
    the camera again. Raises as `stage_and_camera`.
    """
    with stage_and_camera(source, settings) as (scope, live):
        yield scope, LiveEye(live, print_wait, patience_s)


@contextmanager
def stage_and_camera(source: str, settings: ScopeSettings) -> Iterator[tuple[Scope, Newest]]:
    """The stage, and the newest picture. If both are simulated, the camera sees what the stage moves.

    Raises:
        Fault: the address or the settings make no sense, or the board does not answer.
    """
    uri = source_uri(source)
    body = _body(uri)
    shared = uri.scheme == "sim" and settings.port.startswith("sim:")

    def opened(uri: SourceUri) -> Source:
        return SimSource(uri, body) if shared else open_source(uri)

    camera = supervise(uri, opened)
    with (
        Scope(
            settings,
            lambda: open_transport(settings.port, settings.baud, body),
            memory=memory_of(settings, data_folder(None)),
        ) as scope,
        Newest(camera) as live,
    ):
        yield scope, live


def found(scope: Scope, stands: str, home: bool = False) -> None:
    """Home the stage, or take somebody's word for where it stands, as the command line says; else leave it.

    Raises:
        BadScopeSettings: both at once, or these are not three figures.
        ScopeFault: as `Scope.home` and `Scope.place`.
    """
    if home and stands:
        raise BadScopeSettings("--at and --home exclude each other.", "Leave one of them out.")
    if home:
        scope.home()
    if stands:
        scope.place(*figures(stands, 3))


def figures(text: str, count: int) -> list[float]:
    """So many figures with commas between.

    Raises:
        BadScopeSettings: they are others.
    """
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) != count or not all(map(math.isfinite, found)):
        raise BadScopeSettings(f"“{text}” is not {count} figures.", "Write them with commas, like 0,0,500,400.")
    return found


def _body(uri: SourceUri) -> Body:
    if uri.scheme != "sim":
        return Body()
    options = uri.options_as(SimOptions)
    return Body(Pose(options.x_um, options.y_um))
