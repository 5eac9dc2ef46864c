"""Every picture in its order: what the analyse command reads."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from edge.types import Frame
from firmware_bridge.errors import BadPicture, Fault, SourceLost, SourceUnavailable
from firmware_bridge.imagefile import read_image
from firmware_bridge.listing import pictures_in
from firmware_bridge.picture import Picture, Source
from firmware_bridge.sources import open_source


def frame_of(picture: Picture) -> Frame:
    """The same pixels as a frame to examine."""
    return Frame(picture.pixels, picture.sequence, picture.taken_ms, picture.name, picture.um_per_px)


def frames(paths: Sequence[Path]) -> Iterator[Frame | Fault]:
    """The pictures at these paths; of a folder those directly in it, field_2 before field_10.

    A file that cannot be read, a folder without pictures or a path without anything gives its fault in its place,
    and the rest goes on. Names are the paths as given.
    """
    sequence = 0
    for path in paths:
        for found in files_at(path):
            yield found if isinstance(found, Fault) else frame_at(found, sequence)
            sequence += 1


def files_at(path: Path) -> Sequence[Path | Fault]:
    """The picture files that a path stands for, unread: itself, or of a folder those directly in it, in order.

    Where there is nothing to read, its fault instead.
    """
    try:
        if not path.is_dir():
            return [path] if path.exists() else [SourceUnavailable(f"There is nothing at {path}.", "Check the path.")]
        found = pictures_in(path)
    except OSError as cause:
        return [SourceUnavailable(f"{path} cannot be read ({cause.strerror}).", "Check the path and its permissions.")]
    return found or [SourceUnavailable(f"The folder {path} holds no pictures.", "Name another folder.")]


def frame_at(path: Path, sequence: int = 0) -> Frame | Fault:
    """The picture in one file, named by its path, or why it cannot be read."""
    try:
        return Frame(read_image(path), sequence, 1000.0 * time.monotonic(), str(path))
    except BadPicture as fault:
        return fault


def open_frames(uri: str) -> Iterator[Frame | Fault]:
    """Every picture of a source in order, none left out; unreadable ones give their fault, a loss ends it.

    Raises:
        SourceFault: the source cannot be opened.
    """
    return _all_of(open_source(uri))


def _all_of(source: Source) -> Iterator[Frame | Fault]:
    try:
        while True:
            try:
                picture = source.read()
            except BadPicture as fault:
                yield fault
                continue
            except SourceLost as fault:
                yield fault
                return
            if picture is None:
                return
            yield frame_of(picture)
    finally:
        source.close()
