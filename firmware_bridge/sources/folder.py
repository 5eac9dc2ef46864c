"""A folder of pictures as a source, in natural order of their names."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from firmware_bridge.errors import BadPicture, SourceLost, SourceUnavailable
from firmware_bridge.imagefile import read_image
from firmware_bridge.listing import pictures_in
from firmware_bridge.options import FolderOptions
from firmware_bridge.picture import Picture
from firmware_bridge.uri import SourceUri

WATCH_INTERVAL_S = 0.5


class FolderSource:
    """Every picture of a folder once, or over and over (`loop`), or also those that are yet to come (`watch`).

    The pictures' time runs at `fps`, one step for each file, so that a live view shows them at that rate. With
    `watch`, a file counts as complete when its size and date were the same in two looks.
    """

    def __init__(self, uri: SourceUri) -> None:
        self._uri = str(uri)
        self._folder = Path(uri.target)
        self._options = uri.options_as(FolderOptions)
        self._closed = threading.Event()
        self._sequence = -1
        self._waiting = deque(self._first_listing())
        self._seen = set(self._waiting)
        self._unsettled: dict[Path, tuple[int, int]] = {}

    @property
    def uri(self) -> str:
        """The address this source was opened with."""
        return self._uri

    def read(self) -> Picture | None:
        """The next file's picture; None after the last.

        Raises:
            SourceLost: the folder is gone.
            BadPicture: this file is no picture; the next call goes on with the next file.
        """
        path = self._next_path()
        if path is None:
            return None
        self._sequence += 1
        try:
            pixels = read_image(path)
        except BadPicture:
            with self._there():  # tells a bad file from a folder that is gone; to list it would be dear
                os.scandir(self._folder).close()
            raise
        return Picture(pixels, self._sequence, 1000.0 * self._sequence / self._options.fps, str(path), recorded=True)

    def close(self) -> None:
        """Ends a `read` that waits for new files."""
        self._closed.set()

    def _first_listing(self) -> list[Path]:
        try:
            found = pictures_in(self._folder)
        except OSError as cause:
            what = f"The folder {self._folder} cannot be opened ({cause.strerror})."
            raise SourceUnavailable(what, "Check its name, the stick and the permissions.") from cause
        if not found and not self._options.watch:
            what = f"The folder {self._folder} holds no pictures."
            raise SourceUnavailable(what, "Copy pictures into it, or add ?watch=1 to wait for them.")
        return found

    def _list(self) -> list[Path]:
        with self._there():
            return pictures_in(self._folder)

    @contextmanager
    def _there(self) -> Iterator[None]:
        try:
            yield
        except OSError as cause:
            what = f"The folder {self._folder} is gone ({cause.strerror})."
            raise SourceLost(what, "Put the stick or the network drive back and open it again.") from cause

    def _next_path(self) -> Path | None:
        if not self._waiting and self._options.watch:
            self._wait_for_new()
        if not self._waiting and self._options.loop:
            self._waiting.extend(self._list())
        return self._waiting.popleft() if self._waiting and not self._closed.is_set() else None

    def _wait_for_new(self) -> None:
        """Until a new file is complete; with `loop` only one look, the old ones are shown meanwhile."""
        self._take_new()
        while not (self._waiting or self._options.loop or self._closed.is_set()):
            self._closed.wait(WATCH_INTERVAL_S)
            self._take_new()

    def _take_new(self) -> None:
        before, self._unsettled = self._unsettled, {}
        for path in self._list():
            if path not in self._seen:
                self._take_if_settled(path, before.get(path))

    def _take_if_settled(self, path: Path, before: tuple[int, int] | None) -> None:
        try:
            stat = path.stat()
        except OSError:  # gone again since the listing
            return
        if (stat.st_size, stat.st_mtime_ns) == before:
            self._seen.add(path)
            self._waiting.append(path)
        else:
            self._unsettled[path] = (stat.st_size, stat.st_mtime_ns)
