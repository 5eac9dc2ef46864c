"""One marrowkit per data folder: an advisory lock that dies with its process, and tells who holds it.

flock(2) is released by the kernel however the process ends, so a power cut never leaves a folder locked. The process
id inside the file is for people; that it was left there means that its holder did not close the folder properly.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from edge.errors import StoreBusy


class FolderLock:
    """Held from construction until `release`.

    unclean  whether the holder before us went without releasing (crash, kill, power cut)

    Raises:
        StoreBusy: another process, or another part of this one, holds the folder.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            self._take(path.parent)
            self.unclean = bool(self._written())
            self._write(str(os.getpid()))
        except BaseException:
            os.close(self._descriptor)
            raise

    def release(self) -> None:
        """Let the next one in. Safe to call twice."""
        if self._descriptor < 0:
            return
        self._write("")
        os.close(self._descriptor)
        self._descriptor = -1

    def _take(self, folder: Path) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise StoreBusy(
                f"Another marrowkit (process {self._written() or 'unknown'}) has the data folder {folder} open.",
                "Use that one, stop it first, or start this one with another --data folder.",
            ) from busy

    def _written(self) -> str:
        return os.pread(self._descriptor, 32, 0).decode("ascii", "replace").strip()

    def _write(self, holder: str) -> None:
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, holder.encode(), 0)
