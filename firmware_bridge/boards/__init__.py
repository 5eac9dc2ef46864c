"""What boards say and understand, without any input or output: bytes in, events out, and back.

    lines ──▶ forms | words ──▶ dialect (tables) ──▶ host (asks) and device (answers)

Three dialects: `sangaboard`, `marlin`, `grbl`. `PROTOCOL.md` shows their tables; a test holds both together.
"""

from __future__ import annotations

from firmware_bridge.boards.dialect import Command, Dialect, Reply, Role
from firmware_bridge.boards.dialects import DIALECTS
from firmware_bridge.boards.said import Said

__all__ = ["DIALECTS", "Command", "Dialect", "Reply", "Role", "Said"]
