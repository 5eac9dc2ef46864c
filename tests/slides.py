"""Drawn fields of known truth, a picture and a patient each, and the CSV that marks every cell in them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from export.default_bundle.generated import Generated, generated
from firmware_bridge.options import SimOptions

FIELDS = SimOptions(width=900, height=700, um_per_px=0.11, cells=8, blast_fraction=0.5, dwell=1)


def write_slides(folder: Path, count: int, labels: Path, more: Sequence[Sequence[str]] = ()) -> None:
    """So many pictures `0.png`, … in a folder, and their cells, `blast` and `other`, in the file `labels`."""
    folder.mkdir(exist_ok=True)
    rows: list[Sequence[str]] = [["image", "label", "x_px", "y_px", "patient"]]
    for number, field in zip(range(count), generated(FIELDS), strict=False):
        cv2.imwrite(str(folder / f"{number}.png"), np.ascontiguousarray(field.pixels[..., ::-1]))
        rows += rows_of(field, f"{number}.png", f"p{number}")
    with labels.open("w", newline="") as file:
        csv.writer(file).writerows([*rows, *more])


def rows_of(field: Generated, name: str, patient: str) -> list[list[str]]:
    """A row for each whole cell of a field."""
    marks = [(cell.centre_px, "blast" if cell.blast else "other") for cell in field.whole()]
    return [[name, label, f"{x:.0f}", f"{y:.0f}", patient] for (x, y), label in marks]
