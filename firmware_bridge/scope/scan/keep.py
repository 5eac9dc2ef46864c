"""Who keeps the pictures of a scan, each once."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import cv2

from firmware_bridge.durable import write_durably
from firmware_bridge.picture import Pixels
from firmware_bridge.scope.scan.plan import Stop


class Keeper(Protocol):
    """Keeps fields. After a crash the scan asks `has` of the field that it was at, and keeps it only if it has not."""

    def has(self, stop: Stop) -> bool:
        """This field is kept, whole and for good."""

    def keep(self, stop: Stop, pixels: Pixels) -> None:
        """Keep it; when this returns it outlasts a power cut."""


class FolderKeeper:
    """One PNG per field in a folder, named after its number; a file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def is_empty(self) -> bool:
        """No field lies there, of any scan."""
        return next(self._folder.glob("field-*.png"), None) is None

    def path(self, stop: Stop) -> Path:
        """Where a field is kept."""
        return self._folder / f"field-{stop.index:05}.png"

    def has(self, stop: Stop) -> bool:
        """Its file is there."""
        return self.path(stop).is_file()

    def keep(self, stop: Stop, pixels: Pixels) -> None:
        """Write its file."""
        png = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))[1].tobytes()
        write_durably(self.path(stop), png)
