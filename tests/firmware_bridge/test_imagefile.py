"""What a picture file may be, and what each bad one is told."""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import PIL
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps
from PIL.ImageFile import ImageFile

from firmware_bridge import imagefile
from firmware_bridge.errors import BadPicture
from firmware_bridge.imagefile import decode_image, read_image

HEIGHT, WIDTH = 24, 32
RAMP = np.linspace(0, 255, HEIGHT * WIDTH * 3).reshape(HEIGHT, WIDTH, 3).astype(np.uint8)
CORNER = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
CORNER[:6, :6] = (255, 0, 0)


def saved(pixels: NDArray[np.uint8], form: str, mode: str = "RGB", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, form, **options)
    return buffer.getvalue()


def oriented(turn: int, form: str = "PNG") -> bytes:
    exif = Image.Exif()
    exif[274] = turn
    return saved(CORNER, form, exif=exif)


def encoded16(pixels: NDArray[np.uint16], suffix: str) -> bytes:
    order = [2, 1, 0, 3][: pixels.shape[2]] if pixels.ndim == 3 else slice(None)
    return bytes(cv2.imencode(suffix, np.ascontiguousarray(pixels[..., order]))[1])


def png_of_size(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("form", ["PNG", "TIFF", "BMP"])
def test_lossless_formats_come_back_to_the_bit(form: str) -> None:
    assert np.array_equal(decode_image(saved(RAMP, form), "x"), RAMP)


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_compressed_tiff(compression: str) -> None:
    assert np.array_equal(decode_image(saved(RAMP, "TIFF", compression=compression), "x"), RAMP)


def test_jpeg_comes_back_nearly() -> None:
    assert np.abs(decode_image(saved(RAMP, "JPEG", quality=98), "x").astype(int) - RAMP).mean() < 3


# Pillow 12, the last one for Python 3.10, writes a YCbCr TIFF that it cannot read itself.
TIFF_MODES = ("L", "P", "1", "CMYK", "LAB", *(["YCbCr"] if int(PIL.__version__.partition(".")[0]) >= 13 else []))


@pytest.mark.parametrize(
    ("form", "mode"),
    [("PNG", "L"), ("PNG", "P"), ("PNG", "1"), ("JPEG", "L"), ("JPEG", "CMYK"), ("BMP", "L"), ("BMP", "P")]
    + [("TIFF", mode) for mode in TIFF_MODES],
)
def test_colour_models_agree_with_pillow(form: str, mode: str) -> None:
    data = saved(RAMP, form, mode)
    expected = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    assert np.array_equal(decode_image(data, "x"), expected)


def test_transparency_is_laid_on_white() -> None:
    rgba = np.dstack([CORNER, np.where(CORNER[..., 0] > 0, 255, 0).astype(np.uint8)])
    pixels = decode_image(saved(rgba, "PNG", "RGBA"), "x")
    assert tuple(pixels[0, 0]) == (255, 0, 0)
    assert tuple(pixels[-1, -1]) == (255, 255, 255)


def test_a_transparent_palette_is_laid_on_white() -> None:
    palette = Image.fromarray(CORNER).convert("P")
    buffer = io.BytesIO()
    palette.save(buffer, "PNG", transparency=bytes([0]) * 256)
    assert (decode_image(buffer.getvalue(), "x") == 255).all()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize(
    ("turn", "corner"),
    [(1, (0, 0)), (2, (0, -1)), (3, (-1, -1)), (4, (-1, 0)), (5, (0, 0)), (6, (0, -1)), (8, (-1, 0))],
)
def test_orientation_is_applied(form: str, turn: int, corner: tuple[int, int]) -> None:
    pixels = decode_image(oriented(turn, form), "x")
    assert pixels.shape[:2] == ((WIDTH, HEIGHT) if turn > 4 else (HEIGHT, WIDTH))
    assert pixels[corner][0] > 200


@pytest.mark.parametrize("turn", range(1, 9))
def test_orientation_is_what_pillow_makes_of_it(turn: int) -> None:
    exif = Image.Exif()
    exif[274] = turn
    data = saved(RAMP, "PNG", exif=exif)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert np.array_equal(decode_image(data, "x"), np.asarray(expected))


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize("bits", [10, 12, 14, 16])
@pytest.mark.parametrize("channels", [1, 3])
def test_sixteen_bit_samples_are_scaled_by_the_depth_in_use(suffix: str, bits: int, channels: int) -> None:
    full = 2**bits - 1
    grey = np.linspace(0, full, HEIGHT * WIDTH * channels).reshape(HEIGHT, WIDTH, channels).astype(np.uint16)
    pixels = decode_image(encoded16(grey if channels == 3 else grey[..., 0], suffix), "x")
    assert pixels.shape == (HEIGHT, WIDTH, 3)
    assert np.abs(pixels - grey * (255 / full)).max() <= 0.51


def test_sixteen_bit_alpha_is_laid_on_white() -> None:
    rgba = np.zeros((HEIGHT, WIDTH, 4), np.uint16)
    rgba[..., 0], rgba[:4, :, 3] = 0xFFFF, 0xFFFF
    pixels = decode_image(encoded16(rgba, ".png"), "x")
    assert tuple(pixels[0, 0]) == (255, 0, 0)
    assert tuple(pixels[-1, -1]) == (255, 255, 255)


def tiff16(pixels: NDArray[np.uint16], orientation: int = 1, photometric: int = 2, bits: int = 16) -> bytes:
    height, width = pixels.shape[:2]
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    body = pixels.astype("<u2").tobytes()
    after_tags = 8 + len(body) + 2 + 12 * 10 + 4
    tags = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, channels, bits if channels == 1 else after_tags)]
    tags += [(259, 3, 1, 1), (262, 3, 1, photometric), (273, 4, 1, 8), (274, 3, 1, orientation)]
    tags += [(277, 3, 1, channels), (278, 4, 1, height), (279, 4, 1, len(body))]
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHLL", *tag) for tag in tags) + b"\0\0\0\0"
    return (
        struct.pack("<2sHL", b"II", 42, 8 + len(body))
        + body
        + directory
        + struct.pack(f"<{channels}H", *[16] * channels)
    )


@pytest.mark.parametrize("shape", [(HEIGHT, WIDTH), (HEIGHT, WIDTH, 3)])
def test_a_turned_sixteen_bit_tiff_is_turned_once(shape: tuple[int, ...]) -> None:
    samples = np.zeros(shape, np.uint16)
    samples[:4, :4] = 0xFFFF
    pixels = decode_image(tiff16(samples, orientation=6, photometric=2 if len(shape) == 3 else 1), "x")
    assert pixels.shape == (WIDTH, HEIGHT, 3)
    assert pixels[0, -1, 0] == 255
    assert pixels[0, 0, 0] == pixels[-1, 0, 0] == 0


def test_white_is_zero() -> None:
    samples = np.full((HEIGHT, WIDTH), 0xFFFF, np.uint16)
    assert (decode_image(tiff16(samples, photometric=0), "x") == 0).all()


def test_a_damaged_exif_block_does_not_cost_the_picture() -> None:
    data = saved(RAMP, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7fgarbage")
    assert decode_image(data, "x").shape == RAMP.shape


def pages(form: str) -> bytes:
    buffer = io.BytesIO()
    first, second = Image.fromarray(RAMP), Image.fromarray(CORNER)
    first.save(buffer, form, save_all=True, append_images=[second])
    return buffer.getvalue()


NOISE = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8)
FLOATS = cv2.imencode(".tiff", RAMP[..., 0].astype(np.float32))[1].tobytes()
BAD = {
    "empty": (b"", "is empty"),
    "text": (b"this is not a picture at all" * 9, "is not a picture"),
    "zeros": (bytes(4096), "is not a picture"),
    "gif": (saved(RAMP, "GIF"), "is GIF"),
    "webp": (saved(RAMP, "WEBP"), "is WebP"),
    "pdf": (saved(RAMP, "PDF"), "is PDF"),
    "video": (b"\0\0\0\x18ftypmp42" + bytes(64), "is MP4"),
    "animated png": (pages("PNG"), "holds 2 pictures"),
    "many-page tiff": (pages("TIFF"), "holds 2 pictures"),
    "enormous": (png_of_size(12_000, 12_000), "144 megapixels"),
    "very enormous": (png_of_size(2**31 - 1, 2**31 - 1), "megapixels"),
    "float tiff": (FLOATS, "more than 16 bits"),
    "no size": (png_of_size(0, 5), "damaged"),
    "header only": (saved(RAMP, "PNG")[:20], "damaged"),
    **{
        f"half a {form}": (saved(NOISE, form)[: len(saved(NOISE, form)) // 2], "damaged")
        for form in ("JPEG", "PNG", "BMP", "TIFF")
    },
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_told_what_it_is_and_what_to_do(
    case: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data, expected = BAD[case]
    path = tmp_path / "x.jpg"
    path.write_bytes(data)
    with pytest.raises(BadPicture, match=expected) as caught:
        read_image(path)
    assert "x.jpg" in caught.value.what
    assert caught.value.remedy.endswith(".")
    assert capfd.readouterr() == ("", "")


def test_a_folder_or_nothing_is_no_picture(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.png"):
        with pytest.raises(BadPicture, match="is not a file"):
            read_image(path)


def test_an_enormous_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.tif"
    with path.open("wb") as file:
        file.truncate(900_000_000)
    with pytest.raises(BadPicture, match="larger than 800 MB"):
        read_image(path)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "BMP"])
def test_every_truncation_is_a_picture_or_a_bad_picture(form: str) -> None:
    data = saved(NOISE, form)
    whole = decode_image(data, "x")
    for end in range(0, len(data) * 95 // 100, max(1, len(data) // 60)):
        with pytest.raises(BadPicture):
            decode_image(data[:end], "x")
    for end in range(len(data) * 95 // 100, len(data)):
        with suppress(BadPicture):
            assert np.array_equal(decode_image(data[:end], "x"), whole)


def test_threads_leave_the_warning_filters_as_they_were() -> None:
    before = list(warnings.filters)
    data = saved(RAMP, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7fgarbage")
    threads = [threading.Thread(target=decode_image, args=(data, "x")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == before


def test_a_large_picture_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """A phone's 60 megapixels take seconds; a network camera sends ten pictures a second meanwhile."""
    begun, goes_on = threading.Event(), threading.Event()
    plugin = imagefile._PLUGINS["PNG"]

    def slow(file: io.BytesIO) -> ImageFile:
        begun.set()
        assert goes_on.wait(10)
        return plugin(file)

    monkeypatch.setitem(imagefile._PLUGINS, "PNG", slow)
    large = threading.Thread(target=decode_image, args=(saved(RAMP, "PNG"), "large.png"))
    large.start()
    try:
        assert begun.wait(10)
        done = threading.Event()

        def decode_next() -> None:
            decode_image(saved(RAMP, "JPEG"), "next.jpg")
            done.set()

        small = threading.Thread(target=decode_next)
        small.start()
        assert done.wait(10)
    finally:
        goes_on.set()
        large.join()
    small.join()
