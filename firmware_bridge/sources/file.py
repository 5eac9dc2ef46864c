"""A file as a source: a single picture or a video, as its first bytes say."""

from __future__ import annotations

from pathlib import Path

from firmware_bridge.content import HEAD_BYTES, content_of
from firmware_bridge.errors import BadPicture, SourceUnavailable
from firmware_bridge.picture import Source
from firmware_bridge.sources.image import ImageSource
from firmware_bridge.sources.video import VideoSource
from firmware_bridge.uri import SourceUri


def open_file(uri: SourceUri) -> Source:
    """The file's content decides, not its name.

    Raises:
        SourceUnavailable: there is no such file, or it cannot be read.
        BadPicture: it is neither a picture nor a video.
    """
    path = Path(uri.target)
    content = content_of(_head(path))
    if content.kind == "video":
        return VideoSource(uri)
    if content.kind == "unknown":
        raise BadPicture(f"{path} is neither a picture nor a video.", "Give a JPEG, PNG, TIFF, BMP, MP4, AVI or MKV.")
    return ImageSource(uri)


def _head(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise SourceUnavailable(f"There is no file {path}.", "Check its name and the stick it is on.")
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as cause:
        what = f"The file {path} cannot be opened ({cause.strerror})."
        raise SourceUnavailable(what, "Check the stick and the permissions.") from cause
