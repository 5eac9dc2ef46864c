"""The newest frame of a source: what the page shows."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from edge.intake.files import frame_of
from edge.types import Frame
from firmware_bridge.closing import Closing
from firmware_bridge.errors import RecordingStopped, ScopeFault
from firmware_bridge.flatfield import Corrected, load_flat_field
from firmware_bridge.newest import Newest, PumpState
from firmware_bridge.picture import Picture
from firmware_bridge.recording import Recorder, RecordingState, Writer
from firmware_bridge.scope import Scope, StageLog, read_settings
from firmware_bridge.scope.memory import memory_of
from firmware_bridge.supervision import supervise
from firmware_bridge.supervision.feed import Feed
from firmware_bridge.transport import open_transport

STAGE_FILE = "scope.toml"


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """What is done with the pictures of a live source.

    record      folder that they are recorded to. What keeps a recording from beginning is told by its state
    data        the kit's data folder, where flat fields are, and the settings of a stage (`scope.toml`) whose place a
                recording logs with each picture …
    objective   … and whose flat field is applied; empty for none
    """

    record: Path | None = None
    data: Path = Path()
    objective: str = ""


def open_live(uri: str, options: LiveOptions = LiveOptions()) -> Live:
    """Keep the newest frame of a source, however often it must be opened for that. Close it, or use a `with` block.

    Args:
        uri: of the source, or the path of a file or folder.
        options: what is done with its pictures.

    Raises:
        BadSourceUri: the address is not one we understand.
        FlatFieldDamaged: the objective has no flat field that can be used.
    """
    supervised = supervise(uri)
    newest = Newest(_even(supervised, options))
    parts = ExitStack()
    return Live(newest, _recording(newest, options, parts), parts)


def _even(feed: Feed, options: LiveOptions) -> Feed:
    if not options.objective:
        return feed
    return Corrected(feed, load_flat_field(options.data, options.objective), options.objective)


def _recording(newest: Newest, options: LiveOptions, parts: ExitStack) -> Recorder | RecordingState | None:
    if options.record is None:
        return None
    try:
        stage = _stage_of(options.data, parts)
        return Recorder(newest, Writer(options.record), stage) if stage else Recorder(newest, Writer(options.record))
    except RecordingStopped as fault:
        return RecordingState("stopped", 0, 0, fault)
    except ScopeFault as fault:
        return RecordingState("stopped", 0, 0, RecordingStopped(fault.what, fault.remedy))


def _stage_of(data: Path, parts: ExitStack) -> StageLog | None:
    """Asks the board of the stage; nothing moves it here."""
    if not (data / STAGE_FILE).exists():
        return None
    settings = read_settings(data / STAGE_FILE)
    way = partial(open_transport, settings.port, settings.baud)
    return StageLog(parts.enter_context(Scope(settings, way, memory=memory_of(settings, data))))


class Live(Closing):
    """The newest frame and how its source is doing; safe to ask from any number of threads."""

    def __init__(
        self, newest: Newest, recording: Recorder | RecordingState | None = None, parts: ExitStack | None = None
    ) -> None:
        self._newest = newest
        self._recording = recording
        self._parts = parts or ExitStack()

    @property
    def uri(self) -> str:
        """The address of the source."""
        return self._newest.uri

    @property
    def state(self) -> PumpState:
        """Whether pictures come and why not; age of the newest frame; how many came and were left out."""
        return self._newest.state

    @property
    def recording(self) -> RecordingState | None:
        """How the recording is doing; None where nothing is recorded."""
        return self._recording.state if isinstance(self._recording, Recorder) else self._recording

    def latest(self) -> Frame | None:
        """The newest frame at once; None before the first."""
        return _frame_or_none(self._newest.latest())

    def wait_newer(self, sequence: int, timeout_s: float) -> Frame | None:
        """The newest frame as soon as its number is above `sequence`; None if none came or will come."""
        return _frame_or_none(self._newest.wait_newer(sequence, timeout_s))

    def close(self) -> None:
        """Stop and release the source. Safe to call twice."""
        if isinstance(self._recording, Recorder):
            self._recording.close()
        self._parts.close()
        self._newest.close()


def _frame_or_none(picture: Picture | None) -> Frame | None:
    return None if picture is None else frame_of(picture)
