"""One picture from a file or from bytes, as RGB uint8, whatever its depth, colour model and orientation.

Pillow opens every file and refuses what is broken; `deep` reads the samples that it would cut to eight bits. Pillow's
plugins are called directly, because `Image.open` would answer large pictures with a warning and a limit that are
global to the process.
"""

from __future__ import annotations

import struct
import threading
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.BmpImagePlugin import BmpImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from firmware_bridge.content import HEAD_BYTES, content_of
from firmware_bridge.deep import bits_per_sample, deep_pixels
from firmware_bridge.errors import BadPicture
from firmware_bridge.picture import Pixels

MAX_PIXELS = 120_000_000
MAX_FILE_BYTES = 800_000_000
"""120 megapixels of 16-bit RGB, uncompressed, and some room."""

_PLUGINS: dict[str, type[ImageFile]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "TIFF": TiffImageFile,
    "BMP": BmpImageFile,
}
READ_FORMATS = "JPEG, PNG, TIFF or BMP"
_COPY_AGAIN = "Copy it again from the camera or its card."
_COPY_OR_SAVE = f"Copy it again from the camera or its card, or save it as an ordinary {READ_FORMATS} file."
_SAVE_AS = f"Save it as {READ_FORMATS}."
_ORIENTATION = 274
BAND = 256
"""Rows that are copied at once."""


def read_image(path: Path) -> Pixels:
    """The picture in a file: RGB uint8, (height, width, 3), upright.

    Raises:
        BadPicture: the file cannot be read, or is not one whole picture of a known format and a sane size.
    """
    try:
        if not path.is_file():
            raise BadPicture(f"{path} is not a file.", "Give the path of a picture.")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BadPicture(f"{path} is larger than {MAX_FILE_BYTES // 10**6} MB.", "Crop it or save it smaller.")
        data = path.read_bytes()
    except OSError as cause:
        raise BadPicture(f"{path} cannot be read ({cause.strerror}).", "Check the disk and the permissions.") from cause
    return decode_image(data, str(path))


def decode_image(data: bytes, name: str, most_pixels: int = MAX_PIXELS) -> Pixels:
    """The picture in these bytes: RGB uint8, (height, width, 3), upright. `name` is what messages call it.

    Orientation from EXIF is applied, transparency laid on white, 16 bits scaled to 8 by the depth in use
    (`deep.deep_pixels`). Of a JPEG with further pictures behind it (MPO, as phones write) the first is meant. More than
    `most_pixels`, as the head tells, are not decoded.

    Raises:
        BadPicture: it is not one whole picture of a known format and a sane size.
    """
    plugin = _plugin(data, name)
    with _QUIET:
        try:
            image = plugin(BytesIO(data))
            _refuse_size(image, name, most_pixels)
            _refuse_pages(image, name)
            return _pixels(image, data, name)
        except BadPicture:
            raise
        except Exception as cause:  # a plugin raises whatever its parser stumbles over: OSError, SyntaxError, …
            raise BadPicture(f"{name} is damaged, not complete, or of a rare kind.", _COPY_OR_SAVE) from cause


class _Quiet:
    """Damaged metadata beside a whole picture is no news. The filters are the process's: the first who decodes sets
    them and the last puts them back, so that a large picture holds up no camera's next one.
    """

    def __init__(self) -> None:
        self._door, self._inside, self._filters = threading.Lock(), 0, ExitStack()

    def __enter__(self) -> None:
        with self._door:
            if self._inside == 0:
                self._filters.enter_context(warnings.catch_warnings())
                warnings.filterwarnings("ignore", module=r"PIL\.")
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._door:
            self._inside -= 1
            if self._inside == 0:
                self._filters.close()


_QUIET = _Quiet()


def _plugin(data: bytes, name: str) -> type[ImageFile]:
    if not data:
        raise BadPicture(f"{name} is empty.", _COPY_AGAIN)
    content = content_of(data[:HEAD_BYTES])
    if content.kind == "picture":
        return _PLUGINS[content.name]
    if content.kind == "unknown":
        raise BadPicture(f"{name} is not a picture.", f"Give a picture: {READ_FORMATS}.")
    raise BadPicture(f"{name} is {content.name}, which is not read as a picture.", _SAVE_AS)


def _refuse_size(image: Image.Image, name: str, most_pixels: int) -> None:
    if image.width * image.height > most_pixels:
        megapixels = image.width * image.height // 10**6
        limit = most_pixels // 10**6
        raise BadPicture(f"{name} has {megapixels} megapixels; the limit is {limit}.", "Crop it or save it smaller.")


def _refuse_pages(image: Image.Image, name: str) -> None:
    pages = getattr(image, "n_frames", 1)
    if pages != 1:
        raise BadPicture(f"{name} holds {pages} pictures in one file.", "Save the one that is meant as its own file.")


def _pixels(image: ImageFile, data: bytes, name: str) -> Pixels:
    orientation = _orientation(image)
    image.load()
    deep = bits_per_sample(image, data) > 8
    pixels = deep_pixels(image, data, name) if deep else _copied(_rgb(image))
    return np.ascontiguousarray(_TURNS.get(orientation, _as_it_is)(pixels))


def _orientation(image: ImageFile) -> int:
    """EXIF 2.3, tag 274. TIFF readers turn by themselves; a damaged EXIF block says nothing, so the picture stays."""
    if image.format == "TIFF":
        return 1
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except (SyntaxError, ValueError, TypeError, KeyError, OSError, struct.error):
        return 1


def _rgb(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _copied(image: Image.Image) -> Pixels:
    """The pixels of an RGB image, band by band: at once, a phone's 12 megapixels would be in memory three times."""
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, BAND):
        bottom = min(top + BAND, image.height)
        pixels[top:bottom] = np.asarray(image.crop((0, top, image.width, bottom)))
    return pixels


def _as_it_is(pixels: Pixels) -> Pixels:
    return pixels


def _transposed(pixels: Pixels) -> Pixels:
    return pixels.transpose(1, 0, 2)


_TURNS: dict[int, Callable[[Pixels], Pixels]] = {
    2: np.fliplr,
    3: lambda pixels: np.rot90(pixels, 2),
    4: np.flipud,
    5: _transposed,
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: np.rot90(_transposed(pixels), 2),
    8: np.rot90,
}
