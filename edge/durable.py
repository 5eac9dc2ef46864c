"""Files that survive a power cut: the byte side's own way of writing, under the name that the kit knows it by."""

from __future__ import annotations

from firmware_bridge.durable import sync_folder, write_durably, write_synced

__all__ = ["sync_folder", "write_durably", "write_synced"]
