"""`marrowkit-bridge record`: pictures of a source to a folder, to be played again with replay://."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from firmware_bridge.newest import Newest
from firmware_bridge.recording import Recorder, Writer
from firmware_bridge.supervision import supervise

LOOK_S = 0.05


def record(
    uri: Annotated[str, typer.Argument(help="Address of a source, or the path of a file or folder.")],
    folder: Annotated[Path, typer.Argument(help="Where the recording goes; one that is there is gone on with.")],
    pictures: Annotated[int, typer.Option(min=0, help="Stop after so many; 0 for no limit.")] = 0,
    seconds: Annotated[float, typer.Option(min=0, help="Stop after so many seconds; 0 for no limit.")] = 0.0,
) -> None:
    """Record a source until it ends, a limit is reached, the disk is full or Ctrl+C."""
    source = supervise(uri)
    with Newest(source, lambda: source.link) as newest, Recorder(newest, Writer(folder)) as recorder:
        try:
            _until_done(newest, recorder, pictures, seconds)
        except KeyboardInterrupt:
            print()
    state = recorder.state
    print(f"{folder}: {state.pictures} pictures, {state.missed} missed; play them with replay://{folder.absolute()}")
    if state.fault is not None:
        raise state.fault


def _until_done(newest: Newest, recorder: Recorder, pictures: int, seconds: float) -> None:
    end_s = time.monotonic() + seconds if seconds else float("inf")
    while time.monotonic() < end_s:
        state = recorder.state
        if _has_ended(newest, recorder) or state.fault is not None or (pictures and state.pictures >= pictures):
            return
        time.sleep(LOOK_S)


def _has_ended(newest: Newest, recorder: Recorder) -> bool:
    """The source has, and its last picture is on the disk."""
    if newest.state.phase not in ("ended", "lost"):
        return False
    last = newest.latest()
    return last is None or recorder.last >= last.sequence
