"""Pictures of a source written to disk as they come, and everything that is needed to play them again."""

from __future__ import annotations

from firmware_bridge.recording.index import INDEX_NAME, Entry, read_index
from firmware_bridge.recording.recorder import Recorder, RecordingState
from firmware_bridge.recording.writer import Writer

__all__ = ["INDEX_NAME", "Entry", "Recorder", "RecordingState", "Writer", "read_index"]
