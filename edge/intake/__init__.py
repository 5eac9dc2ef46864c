"""Pictures become frames: from files and folders one after the other, or live and always the newest."""

from __future__ import annotations

from edge.intake.files import files_at, frame_at, frame_of, frames, open_frames
from edge.intake.live import Live, LiveOptions, open_live

__all__ = ["Live", "LiveOptions", "files_at", "frame_at", "frame_of", "frames", "open_frames", "open_live"]
