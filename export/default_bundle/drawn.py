"""Sets of drawn images to try the whole way with: those of the cells network, and many single cells in little time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from edge.optics.labels import Window
from edge.types import Pixels
from export.default_bundle.generated import Generated, generated
from export.sources.drawn import draw_sets
from firmware_bridge.options import SimOptions
from firmware_bridge.sim import TruthCell

SINGLE = SimOptions(width=1000, height=760, um_per_px=0.094, cells=45, blast_fraction=0.0, dwell=1)
BLASTS = SimOptions(width=1000, height=760, um_per_px=0.058 * 1.5, cells=45, blast_fraction=0.7, dwell=1, seed=7)
"""Cut-outs are drawn at two thirds of their set's scale, and enlarged."""
ENLARGED = 1.5
CLASSES = {"lymphocyte": "LY", "erythroblast": "ERB", "monocyte": "MO", "eosinophil": "EO", "band": "BNE"}
SIDE_PX = 220
PATIENTS = 8


def draw_everything(data: Path, count: int = 4, singles: int = 120) -> None:
    """Write `count` images of every set into the new folder `data`, and `singles` of those that show one cell each."""
    draw_sets(data, count)
    for name, draw in (("cnmc", _cut_outs), ("pbc", _singles)):
        shutil.rmtree(data / name)
        (data / name).mkdir()
        lines = draw(data / name, singles)
        (data / name / "cells.csv").write_text("\n".join([*lines, ""]), "utf-8")


def _cells(options: SimOptions, count: int) -> list[tuple[Generated, TruthCell]]:
    def every() -> Iterator[tuple[Generated, TruthCell]]:
        return ((field, cell) for field in generated(options) for cell in field.whole())

    return list(islice(every(), count))


def _cut_outs(folder: Path, count: int) -> list[str]:
    """One patient has one diagnosis, as in life."""
    lines = ["image,label,patient"]
    for number, (field, cell) in enumerate(_cells(BLASTS, count)):
        rows, columns = np.nonzero(field.outlines.cells == cell.id)
        window = Window(int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1)
        alone = np.where(field.outlines.cells[..., None] == cell.id, field.pixels, 0)[window.slices]
        enlarged = cv2.resize(alone.astype(np.uint8), None, fx=ENLARGED, fy=ENLARGED)
        _write(folder / f"{number}.jpg", np.asarray(enlarged, np.uint8))
        label = "all" if cell.blast else "hem"
        lines.append(f"{number}.jpg,{label},{label}{number % PATIENTS}")
    return lines


def _singles(folder: Path, count: int) -> list[str]:
    lines = ["image,class,box_centre_x,box_centre_y,box_width,box_height"]
    for number, (field, cell) in enumerate(_cells(SINGLE, count)):
        x, y = (round(each) for each in cell.centre_px)
        _write(folder / f"{number}.jpg", Window(y, x, y, x).grown(SIDE_PX // 2).cut(field.pixels, 220))
        size = cell.diameter_um / SINGLE.um_per_px / SIDE_PX
        lines.append(f"{number}.jpg,{CLASSES.get(cell.kind, 'SNE')},0.5,0.5,{size:.4f},{size:.4f}")
    return lines


def _write(path: Path, picture: Pixels) -> None:
    cv2.imwrite(str(path), np.ascontiguousarray(picture[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 95])
