"""A stage with the camera above it, as `focus` and `scan` need them; real ones, or both simulated."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from firmware_bridge.commands.eyes import PATIENCE_S, LiveEye
from firmware_bridge.commands.news import print_wait
from firmware_bridge.errors import BadScopeSettings
from firmware_bridge.newest import Newest
from firmware_bridge.options import SimOptions
from firmware_bridge.picture import Source
from firmware_bridge.scope import Scope, ScopeSettings, read_settings
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
    """The stage, and what the supervised camera sees. If both are simulated, the camera sees what the stage moves.
    What a look has to wait for is printed, once for each try to open the camera again.

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
        Scope(settings, lambda: open_transport(settings.port, settings.baud, body)) as scope,
        Newest(camera, lambda: camera.link) as live,
    ):
        yield scope, LiveEye(live, print_wait, patience_s)


def _body(uri: SourceUri) -> Body:
    if uri.scheme != "sim":
        return Body()
    options = uri.options_as(SimOptions)
    return Body(Pose(options.x_um, options.y_um))
