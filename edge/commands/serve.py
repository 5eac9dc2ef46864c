"""`marrowkit serve`: put the parts together and show the page, or a page that says why they do not fit."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Protocol

import typer
from fastapi import FastAPI

from edge.again import Signature
from edge.bundle.offered import Offered, offered_bundles
from edge.casework import Model, open_casework
from edge.casework.casework import Outside
from edge.casework.known_again import KnownAgain
from edge.casework.sessions import machine_up_s
from edge.commands.options import DataDir, data_folder
from edge.decide.views import VIEWS
from edge.errors import BadSetting, StoreBusy
from edge.explain import Explained, RecordedField
from edge.intake.live import Live, LiveOptions, open_live
from edge.record import Record
from edge.types import Frame
from edge.web import Examiner, WebParts, create_app, create_fallback
from edge.web.server import Server, leave_by_exception
from firmware_bridge.errors import BadSourceUri, Fault
from firmware_bridge.imagefile import decode_image
from firmware_bridge.newest import PumpState

SEND_BUFFER_BYTES = 64 * 1024
"""For each connection; Linux doubles it. It grows to megabytes otherwise, and a slow viewer would see the picture of
ten seconds ago, with nothing that tells us so."""
DEMONSTRATION = "sim:"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Station(Examiner, Protocol):
    """What is served: an examiner that knows its bundle."""

    @property
    def model(self) -> Model:
        """Which bundle answers, and what its labels count as."""

    def signature(self, frame: Frame) -> Signature:
        """By what a frame is known again."""

    def explain(self, field: RecordedField, cell_id: int) -> Explained:
        """Why a cell of a recorded field got its class."""

    def close(self) -> None:
        """Free the engines."""


OpenStation = Callable[[str | None, Path], Station]
"""A bundle's name or path (None for the one in use) and the data folder to a station; raises Fault."""


def serve(
    source: Annotated[
        str, typer.Option(help="Where pictures come from: camera:0, http://…, folder:///…")
    ] = DEMONSTRATION,
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 for the whole network.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen at; 0 for any free one.")] = 8000,
    data: DataDir = None,
    bundle: Annotated[str | None, typer.Option(help="Name or path of a bundle. Default: the one in use.")] = None,
    record: Annotated[
        Path | None,
        typer.Option(help="Folder to record pictures to, and the place of the stage of scope.toml in --data."),
    ] = None,
    objective: Annotated[
        str, typer.Option(help="Apply this objective's flat field (marrowkit-bridge flatfield).")
    ] = "",
) -> None:
    """Show the local page: live picture, capture, count, and why each cell got its class."""
    folder = data_folder(data)
    with ExitStack() as open_parts:
        listening = open_parts.enter_context(closing(listen(host, port)))
        app, parts = application(
            open_parts, source, folder, bundle, _open_station, LiveOptions(record, folder, objective)
        )
        _announce(host, listening.getsockname()[1])
        leave_by_exception()
        Server(app, parts).run(sockets=[listening])


def application(
    open_parts: ExitStack,
    source: str,
    folder: Path,
    bundle: str | None,
    open_station: OpenStation,
    live: LiveOptions | None = None,
) -> tuple[FastAPI, WebParts | None]:
    """The page over its parts; where bundle or record do not come up, the page that says so.

    Raises:
        StoreBusy: another marrowkit serves this data folder already; two pages would only confuse.
        BadSourceUri: the source was mistyped.
    """
    try:
        parts = _parts(open_parts, source, folder, bundle, open_station, live or LiveOptions())
    except (StoreBusy, BadSourceUri):
        raise
    except Fault as fault:
        return create_fallback(fault, _host_names(), lambda: _findings(folder, bundle)), None
    return create_app(parts), parts


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        BadSetting: the address is taken, or is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as cause:
        raise BadSetting(
            f"Cannot listen at {host} port {port} ({cause.strerror}).", "Choose another --port, or stop what uses it."
        ) from cause
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    return listening


def _parts(
    open_parts: ExitStack,
    source: str,
    folder: Path,
    bundle: str | None,
    open_station: OpenStation,
    live_options: LiveOptions,
) -> WebParts:
    station = open_station(bundle, folder)
    open_parts.callback(station.close)
    record = open_parts.enter_context(closing(Record(folder)))
    live = open_parts.enter_context(open_live(source, live_options))
    outside = Outside(
        looker=KnownAgain(station.signature),
        looker_again=KnownAgain(station.signature),
        open_examiner=lambda name: open_station(name, folder),
        offered=lambda: _offered(folder),
        camera_missing=lambda: _camera_missing(live.state),
        amiss=lambda: _amiss(live, station),
        up=machine_up_s,
    )
    return WebParts(
        casework=open_parts.enter_context(closing(open_casework(record, station.model, outside))),
        live=live,
        examiner=station,
        read_picture=decode_image,
        explain=station.explain,
        findings=lambda: _findings(folder, bundle),
        host_names=_host_names(),
    )


def _camera_missing(state: PumpState) -> str | None:
    return None if state.usable and state.age_s is not None else "No picture comes from the camera."


def _amiss(live: Live, station: Station) -> tuple[str, ...] | None:
    frame = live.latest() if live.state.usable else None
    return None if frame is None else tuple(reason.code for reason in station.gate(frame).reasons)


def _findings(folder: Path, bundle: str | None) -> list[dict[str, str]]:
    # late: the doctor imports everything that it looks at
    from edge.commands.checks import check_everything
    from edge.commands.findings import Place

    return [asdict(finding) for finding in check_everything(Place(folder, bundle))]


def _open_station(bundle: str | None, folder: Path) -> Station:
    # late: engines take a second to import, and `--help` should not
    from edge.explain import ExplainingStation
    from edge.station import open_station

    return ExplainingStation(open_station(bundle, folder))


def _offered(folder: Path) -> tuple[Offered, ...]:
    return offered_bundles(folder, VIEWS)


def _host_names() -> frozenset[str]:
    name = socket.gethostname().lower()
    return frozenset({name, f"{name}.local"})


def _announce(host: str, port: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    print(f"Marrowkit is at http://{shown}:{port}/ (Ctrl+C stops it).", flush=True)
    if host not in LOOPBACK:
        print("Everyone on this network can open it.", flush=True)
