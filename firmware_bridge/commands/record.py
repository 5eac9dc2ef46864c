"""`marrowkit-bridge record`: pictures of a source to a folder, to be played again with replay://."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from firmware_bridge.commands.microscope import SettingsFile, Simulated, settings_of, stage_and_camera
from firmware_bridge.commands.news import print_wait
from firmware_bridge.errors import Fault, SourceLost
from firmware_bridge.newest import Newest
from firmware_bridge.news import News
from firmware_bridge.recording import Recorder, RecordingState, Writer
from firmware_bridge.scope import ScopeSettings, StageLog
from firmware_bridge.supervision import supervise

LOOK_S = 0.05


def record(
    uri: Annotated[str, typer.Argument(help="Address of a source, or the path of a file or folder.")],
    folder: Annotated[Path, typer.Argument(help="Where the recording goes; one that is there is gone on with.")],
    pictures: Annotated[int, typer.Option(min=0, help="Stop after so many; 0 for no limit.")] = 0,
    seconds: Annotated[float, typer.Option(min=0, help="Stop after so many seconds; 0 for no limit.")] = 0.0,
    settings: SettingsFile = None,
    simulated: Simulated = "",
) -> None:
    """Record a source until it ends, a limit is reached, the disk is full or Ctrl+C. What keeps pictures from coming is
    told; none at all is an error. With a scope's settings each picture carries where its board says that the stage is;
    nothing moves.
    """
    with ExitStack() as parts:
        newest, log = _parts(parts, uri, settings_of(settings, simulated))
        stage = log if log is not None else _nowhere
        recorder = parts.enter_context(Recorder(newest, Writer(folder), stage, pictures))
        try:
            _until_done(newest, recorder, seconds)
        except KeyboardInterrupt:
            print()
        fault = newest.state.fault
    state = recorder.state
    print(f"{folder}: {state.pictures} pictures, {state.missed} missed; play them with replay://{folder.absolute()}")
    if log is not None and log.missing:
        print(f"{log.missing} of them do not tell where the stage was. {log.fault or 'It answers again.'}")
    failed = _failure(state, newest, fault)
    if failed is not None:
        raise failed


def _parts(parts: ExitStack, uri: str, settings: ScopeSettings | None) -> tuple[Newest, StageLog | None]:
    if settings is None:
        return parts.enter_context(Newest(supervise(uri))), None
    scope, newest = parts.enter_context(stage_and_camera(uri, settings))
    return newest, StageLog(scope)


def _nowhere() -> None:
    """No stage is connected."""


def _until_done(newest: Newest, recorder: Recorder, seconds: float) -> None:
    end_s = time.monotonic() + seconds if seconds else float("inf")
    news = News(print_wait)
    while time.monotonic() < end_s and recorder.state.phase == "recording" and not _has_ended(newest, recorder):
        news.hear(newest.state)
        time.sleep(LOOK_S)


def _failure(state: RecordingState, newest: Newest, fault: Fault | None) -> Fault | None:
    """Why the recording is not what was asked for: the disk, a source that is lost for good, or no picture at all."""
    if state.fault is not None:
        return state.fault
    if state.pictures and newest.state.phase != "lost":
        return None
    return fault or SourceLost(f"No picture came from {newest.uri}.", "Check the camera, or record for longer.")


def _has_ended(newest: Newest, recorder: Recorder) -> bool:
    """The source has, and its last picture is on the disk."""
    if newest.state.phase not in ("ended", "lost"):
        return False
    last = newest.latest()
    return last is None or recorder.last >= last.sequence
