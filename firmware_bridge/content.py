"""What a file is, by its first bytes: its name is not to be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

HEAD_BYTES = 256
"""How much of a file `content_of` needs to see."""

ContentKind = Literal["picture", "foreign picture", "video", "unknown"]


@dataclass(frozen=True, slots=True)
class Content:
    """`kind` says who may open it; `name` is what a person calls the format."""

    kind: ContentKind
    name: str


UNKNOWN = Content("unknown", "a file of unknown kind")

_SIGNATURES: tuple[tuple[int, bytes, Content], ...] = (
    (0, b"\xff\xd8\xff", Content("picture", "JPEG")),
    (0, b"\x89PNG\r\n\x1a\n", Content("picture", "PNG")),
    (0, b"II*\x00", Content("picture", "TIFF")),
    (0, b"MM\x00*", Content("picture", "TIFF")),
    (0, b"II+\x00", Content("picture", "TIFF")),
    (0, b"MM\x00+", Content("picture", "TIFF")),
    (0, b"BM", Content("picture", "BMP")),
    (0, b"GIF8", Content("foreign picture", "GIF")),
    (8, b"WEBP", Content("foreign picture", "WebP")),
    (4, b"ftypheic", Content("foreign picture", "HEIC")),
    (4, b"ftypheix", Content("foreign picture", "HEIC")),
    (4, b"ftypmif1", Content("foreign picture", "HEIF")),
    (4, b"ftypavif", Content("foreign picture", "AVIF")),
    (0, b"\x00\x00\x00\x0cjP  ", Content("foreign picture", "JPEG 2000")),
    (0, b"\xff\x4f\xff\x51", Content("foreign picture", "JPEG 2000")),
    (0, b"%PDF", Content("foreign picture", "PDF")),
    (128, b"DICM", Content("foreign picture", "DICOM")),
    (4, b"ftyp", Content("video", "MP4")),
    (4, b"moov", Content("video", "MP4")),
    (4, b"mdat", Content("video", "MP4")),
    (8, b"AVI ", Content("video", "AVI")),
    (0, b"\x1aE\xdf\xa3", Content("video", "Matroska")),
    (0, b"0&\xb2u\x8ef\xcf\x11", Content("video", "WMV")),
    (0, b"\x00\x00\x01\xba", Content("video", "MPEG")),
    (0, b"\x00\x00\x01\xb3", Content("video", "MPEG")),
    (0, b"OggS", Content("video", "Ogg")),
    (0, b"FLV\x01", Content("video", "FLV")),
)


def content_of(head: bytes) -> Content:
    """The first signature that fits; FFmpeg is not asked, it plays plain text as a video of a terminal.

    Args:
        head: the file's first `HEAD_BYTES` bytes, or all of them.
    """
    for offset, signature, content in _SIGNATURES:
        if head.startswith(signature, offset):
            return content
    return UNKNOWN
