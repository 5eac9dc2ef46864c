"""The published rates of gate and ruler on the real images: what passes, what is stopped, how far scales are off.

Limits were set on the images of even position in each set; these are measured on those of odd position.
"""

from __future__ import annotations

import csv
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import Annotated
from xml.etree.ElementTree import fromstring

import cv2
import numpy as np
import typer

from edge.quality import gate
from edge.scale import measure
from edge.scale.choose import scale_of
from edge.types import Pixels, Verdict
from export.foreign import KINDS, crops, photographs
from firmware_bridge.imagefile import read_image

RED_CELL_UM = 7.5
SPOILED_BLUR_UM, SPOILED_MOTION_UM = 1.0, 3.0
TRUNCATED_PX = 3


@dataclass(frozen=True, slots=True)
class ImageSet:
    """A set of good fields: where, and the red cells' typical size as its README or boxes tell."""

    pattern: str
    red_cell_px: float


SETS: Mapping[str, ImageSet] = MappingProxyType(
    {
        "bccd": ImageSet("bccd/images/*.jpg", 100),
        "smear_boxes": ImageSet("smear_boxes/images/*.png", 53),
        "blast_fields": ImageSet("blast_fields/*.jpg", 68),
        "taleqani/benign": ImageSet("taleqani/benign/*.jpg", 16),
        "taleqani/early": ImageSet("taleqani/early/*.jpg", 16),
        "taleqani/pre": ImageSet("taleqani/pre/*.jpg", 16),
        "taleqani/pro": ImageSet("taleqani/pro/*.jpg", 16),
        "taleqani/normal": ImageSet("taleqani/normal/*", 20),
        "wbc_masks": ImageSet("wbc_masks/images/*.png", 37),
        "pbc": ImageSet("pbc/*.jpg", 75),
        "marrow_plasma": ImageSet("marrow_plasma/images/*.jpg", 41),
        "leukaemia_fields": ImageSet("other/leukaemia_fields_unlabelled/*.png", 45),
        "red_cells": ImageSet("other/red_cells/*", 40),
        "malaria": ImageSet("other/malaria/*", 68),
        "cnmc": ImageSet("cnmc/*.jpg", 150),
    }
)
HAEMATOXYLIN_EOSIN = "other/marrow_biopsy_he/*.png"
PHONE = "other/phone_fields/*.jpg"


def _blurred(pixels: Pixels, um_per_px: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), SPOILED_BLUR_UM / um_per_px), np.uint8)


def _moved(pixels: Pixels, um_per_px: float) -> Pixels:
    length = max(3, round(SPOILED_MOTION_UM / um_per_px))
    return np.asarray(cv2.blur(pixels, (length, 1)), np.uint8)


def _dark(pixels: Pixels, um_per_px: float) -> Pixels:
    dark: Pixels = (pixels * 0.35).astype(np.uint8)
    return dark


def _over_exposed(pixels: Pixels, um_per_px: float) -> Pixels:
    bright: Pixels = np.clip(pixels * 1.8, 0, 255).astype(np.uint8)
    return bright


SPOILERS: Mapping[str, Callable[[Pixels, float], Pixels]] = MappingProxyType(
    {"blurred": _blurred, "moved": _moved, "dark": _dark, "over-exposed": _over_exposed}
)
"""How a good field is spoiled: (pixels, µm per pixel) to pixels."""


def command(
    data: Annotated[Path, typer.Argument(help="Folder of the image sets.")] = Path("../shared/data"),
    most: Annotated[int, typer.Option(help="Images per set at most.")] = 60,
    half: Annotated[int, typer.Option(min=0, max=1, help="0: the half the limits were set on; 1: the other.")] = 1,
) -> None:
    """Measure how often the gate passes good fields and stops others, and how far the ruler is off."""
    if not data.is_dir():
        raise typer.BadParameter(f"{data} is not there; the rates need the real images.")
    lines = [*_good_lines(data, most, half), "", *_foreign_lines(data, most, half), "", *_scale_lines(data, most, half)]
    typer.echo("\n".join(lines))


def _paths(data: Path, pattern: str, most: int, half: int) -> list[Path]:
    found = sorted(data.glob(pattern))[half::2]
    return found[:: max(1, len(found) // most)]


def _judged(pixels: Pixels) -> Verdict:
    """The gate as the station calls it: with the scale that the red cells of the picture tell."""
    reading = measure(pixels)
    return gate(pixels, scale_of(reading) if reading else None)


def _good_lines(data: Path, most: int, half: int) -> Iterator[str]:
    yield f"{'set':18}{'n':>5}{'passed':>9}" + "".join(f"{name:>14}" for name in SPOILERS) + "   stopped although good"
    for name, each in SETS.items():
        pictures = [read_image(path) for path in _paths(data, each.pattern, most, half)]
        if not pictures:
            yield f"{name:18}  no images"
            continue
        verdicts = [_judged(pixels) for pixels in pictures]
        scales = [_um_per_px(pixels, RED_CELL_UM / each.red_cell_px) for pixels in pictures]
        stopped = [_stopped(pictures, spoil, scales) for spoil in SPOILERS.values()]
        passed = sum(verdict.ok for verdict in verdicts) / len(verdicts)
        rates = "".join(f"{100 * rate:13.1f}%" for rate in stopped)
        yield f"{name:18}{len(pictures):5}{100 * passed:8.1f}%{rates}   {_why(verdicts)}"


def _um_per_px(pixels: Pixels, typical: float) -> float:
    reading = measure(pixels)
    return reading.um_per_px if reading else typical


def _stopped(pictures: list[Pixels], spoil: Callable[[Pixels, float], Pixels], scales: list[float]) -> float:
    spoiled = (spoil(pixels, scale) for pixels, scale in zip(pictures, scales, strict=True))
    return sum(not _judged(pixels).ok for pixels in spoiled) / len(pictures)


def _why(verdicts: Iterable[Verdict]) -> str:
    codes = Counter(reason.code for verdict in verdicts for reason in verdict.reasons)
    return ", ".join(f"{code} {count}" for code, count in codes.most_common())


def _foreign_lines(data: Path, most: int, half: int) -> Iterator[str]:
    random = np.random.default_rng(half)
    tissue = [read_image(path) for path in sorted(data.glob(HAEMATOXYLIN_EOSIN))]
    kinds: dict[str, list[Pixels]] = {
        "H&E sections": tissue,
        "their crops": [crop for picture in tissue for crop in crops(picture, most, random)],
        "phone, eyepiece": [read_image(path) for path in sorted(data.glob(PHONE))],
        "photographs": [crop for picture in photographs() for crop in crops(picture, most, random)],
        **{name: [make(random) for _ in range(most)] for name, make in KINDS.items()},
    }
    yield f"{'foreign':18}{'n':>5}{'stopped':>9}   why"
    for name, pictures in kinds.items():
        verdicts = [_judged(pixels) for pixels in pictures]
        stopped = sum(not verdict.ok for verdict in verdicts) / max(1, len(verdicts))
        yield f"{name:18}{len(verdicts):5}{100 * stopped:8.1f}%   {_why(verdicts)}"


def _scale_lines(data: Path, most: int, half: int) -> Iterator[str]:
    yield f"{'red cells':18}{'n':>5}{'read':>9}{'px':>8}{'README':>8}{'sd':>7}{'ms':>6}   against boxes"
    boxes = {**bccd_boxes(data), **smear_boxes(data)}
    for name, each in SETS.items():
        paths = _paths(data, each.pattern, most, half)
        rows = [_reading(path, boxes) for path in paths]
        read = [row for row in rows if row is not None]
        if not read:
            yield f"{name:18}{len(paths):5}{0:8.1f}%"
            continue
        sizes, spreads, seconds = ([getattr(row, key) for row in read] for key in ("px", "sd", "seconds"))
        told = _errors([row.error for row in read if row.error is not None])
        line = f"{name:18}{len(paths):5}{100 * len(read) / len(paths):8.1f}%{median(sizes):8.1f}{each.red_cell_px:8.0f}"
        yield f"{line}{median(spreads):7.3f}{1000 * median(seconds):6.0f}{told}"


def _errors(errors: list[float]) -> str:
    """Boxes are drawn with a margin that is the annotator's: the bias says it, the rest is told with it taken out."""
    if not errors:
        return ""
    bias = median(errors)
    off = np.abs((1 + np.array(errors)) / (1 + bias) - 1)
    middle, tail = 100 * float(np.median(off)), 100 * float(np.percentile(off, 90))
    return f"   bias {100 * bias:+.1f} %; without it median {middle:.1f} %, p90 {tail:.1f} %"


@dataclass(frozen=True, slots=True)
class _Read:
    px: float
    sd: float
    seconds: float
    error: float | None


def _reading(path: Path, boxes: Mapping[str, float]) -> _Read | None:
    pixels = read_image(path)
    start = time.perf_counter()
    reading = measure(pixels)
    seconds = time.perf_counter() - start
    if reading is None:
        return None
    px = RED_CELL_UM / reading.um_per_px
    return _Read(px, reading.relative_sd, seconds, px / boxes[path.name] - 1 if path.name in boxes else None)


def bccd_boxes(data: Path) -> dict[str, float]:
    """Image name to the median side of its complete red-cell boxes, pixels."""
    found: dict[str, list[float]] = {}
    for path in sorted((data / "bccd" / "boxes").glob("*.xml")):
        root = fromstring(path.read_text("utf-8"))  # noqa: S314 a data set that the developer put there
        for each in root.iter("object"):
            corners = [float(each.findtext(f"bndbox/{key}", "0")) for key in ("xmin", "ymin", "xmax", "ymax")]
            if each.findtext("name") == "RBC":
                _add(found, f"{path.stem}.jpg", corners, (640, 480))
    return {name: median(sides) for name, sides in found.items()}


def smear_boxes(data: Path) -> dict[str, float]:
    """Image name to the median side of its complete red-cell boxes, pixels."""
    found: dict[str, list[float]] = {}
    table = data / "smear_boxes" / "annotations.csv"
    rows = csv.DictReader(table.read_text("utf-8").splitlines()) if table.is_file() else ()
    for row in rows:
        if row["label"] == "rbc":
            corners = [256 * float(row[key]) for key in ("xmin", "ymin", "xmax", "ymax")]
            _add(found, row["image"], corners, (256, 256))
    return {name: median(sides) for name, sides in found.items()}


def _add(found: dict[str, list[float]], name: str, corners: list[float], size: tuple[int, int]) -> None:
    left, top, right, bottom = corners
    if min(left, top) > TRUNCATED_PX and right < size[0] - TRUNCATED_PX and bottom < size[1] - TRUNCATED_PX:
        found.setdefault(name, []).append(float(np.sqrt((right - left) * (bottom - top))))
