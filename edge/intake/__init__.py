"""Pictures become frames: from files and folders one after the other, or live and always the newest."""

from __future__ import annotations

from edge.intake.files import frame_of, frames, open_frames
from edge.intake.live import Live, open_live

__all__ = ["Live", "frame_of", "frames", "open_frames", "open_live"]
