"""The paths typed after a command, as picture files under the names that the answers use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from edge.intake import files_at, frame_at
from edge.types import Frame
from firmware_bridge.errors import Fault, SourceUnavailable


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A file that claims to be a picture. `name` is its path as typed, so that a script finds its answer again."""

    name: str
    path: Path

    def frame(self) -> Frame:
        """Read it.

        Raises:
            BadPicture: it is not one whole picture of a known format and a sane size.
        """
        found = frame_at(self.path)
        if isinstance(found, Fault):
            raise found
        return replace(found, name=self.name)


def picture_files(typed: Iterable[str]) -> Iterator[PictureFile | Fault]:
    """The files at these paths, of a folder those directly in it; a path without anything gives its fault."""
    for text in typed:
        for found in (
            files_at(Path(text)) if text else [SourceUnavailable("A path is empty.", "Name a file or folder.")]
        ):
            yield found if isinstance(found, Fault) else PictureFile(_name(text, found), found)


def _name(typed: str, path: Path) -> str:
    """`./a.png` stays `./a.png`, which a Path would shorten; `b/` gives `b/a.png`."""
    return typed if path == Path(typed) else f"{typed.rstrip('/')}/{path.name}"
