"""`marrowkit-bridge sim`: a simulated stage board behind a pseudo-terminal."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer

from firmware_bridge.errors import BadScopeSettings
from firmware_bridge.sim.boards import BOARDS, SimPort, make_board
from firmware_bridge.sim.boards.faults import KINDS, Faulty

_FAULTS = "KIND@WHEN:HOWLONG, …: what goes wrong, from which command (or second, 9s) on, for how many. Kinds: " + ", ".join(KINDS) + "."


def sim(
    board: Annotated[str, typer.Option(help=f"One of {', '.join(BOARDS)}.")],
    faults: Annotated[str, typer.Option(help=_FAULTS)] = "",
    seed: Annotated[int, typer.Option(help="The same seed damages the same bytes.")] = 0,
    link: Annotated[Path | None, typer.Option(help="Also answer under this name; it must not exist.")] = None,
) -> None:
    """Answer as a stage board until stopped. The first line printed is the path of its pseudo-terminal.

    One that comes back after it was unplugged prints its new path.
    """
    if board not in BOARDS:
        raise BadScopeSettings(f"There is no simulated board “{board}”.", f"There are {', '.join(BOARDS)}.")
    if link is not None and (link.exists() or link.is_symlink()):
        raise BadScopeSettings(f"{link} exists.", "Name a link that does not, or remove it.")
    made = make_board(board)
    port = SimPort(Faulty(made, faults, seed=seed) if faults else made, link, _told)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda signum, frame: port.stop())
    _told(port.path)
    port.serve_until_stopped()


def _told(path: str) -> None:
    print(path, flush=True)
