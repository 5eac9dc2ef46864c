"""Sets of drawn images under the names and in the forms of the real ones: every step can be tried without any of them.

The cells are those of the simulated microscope, whose truth is known. What is learned from them is good for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np

from edge.optics.planes import Mask
from edge.types import Pixels
from firmware_bridge.options import SimOptions
from firmware_bridge.sim.camera import blur_px, developed
from firmware_bridge.sim.field import Field, TruthCell, make_field

LAMP = np.array([0.86, 0.83, 0.79], np.float32)
PBC_CLASSES = {"lymphoblast": "LY", "lymphocyte": "LY", "erythroblast": "ERB", "monocyte": "MO"}


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """A field, its picture, and where a cell lies in it: rows and columns of the box around its mask."""

    field: Field
    picture: Pixels

    def cells(self) -> list[TruthCell]:
        """The whole ones that nothing cuts."""
        return [cell for cell in self.field.truth if cell.nucleated and not cell.cut]

    def mask(self, cell: TruthCell) -> Mask:
        """Where that cell is."""
        return np.asarray(self.field.cells == cell.id, np.bool_)

    def box(self, cell: TruthCell) -> tuple[int, int, int, int]:
        """Left, top, width, height."""
        left, top, width, height = cv2.boundingRect(self.mask(cell).astype(np.uint8))
        return left, top, width, height


def draw_sets(data: Path, count: int = 4, seed: int = 0) -> None:
    """Write `count` images of every set that cells are learned from or measured on into the new folder `data`."""
    for number, (name, draw) in enumerate(_SETS.items()):
        folder = data / name
        folder.mkdir(parents=True)
        draw(folder, count, seed + 1000 * number)


def _fields(count: int, seed: int, options: SimOptions) -> Iterator[_Drawn]:
    """Fields with at least one whole cell."""
    made, index = 0, 0
    while made < count:
        field = make_field(options, seed + index)
        index += 1
        drawn = _Drawn(field, _picture(field, options))
        if drawn.cells():
            made += 1
            yield drawn


def _picture(field: Field, options: SimOptions) -> Pixels:
    lamp = np.broadcast_to(LAMP, field.transmitted.shape).astype(np.float32)
    clean = developed(field.transmitted, lamp, blur_px(0.0, options.um_per_px))
    grain = np.random.default_rng(options.seed).normal(0.0, 1.5, clean.shape)
    return np.clip(clean + grain, 0, 255).astype(np.uint8)


def _cnmc(folder: Path, count: int, seed: int) -> None:
    lines = ["image,label,patient"]
    options = SimOptions(width=640, height=480, um_per_px=0.058, cells=5, blast_fraction=0.7)
    for number, drawn in enumerate(_fields(count, seed, options)):
        cell = drawn.cells()[0]
        left, top, width, height = drawn.box(cell)
        window = np.s_[top : top + height, left : left + width]
        alone = np.where(drawn.mask(cell)[..., None], drawn.picture, 0)[window]
        label = "all" if cell.blast else "hem"
        lines.append(f"{number}.jpg,{label},{number}")
        _write(folder / f"{number}.jpg", alone.astype(np.uint8))
    _table(folder / "cells.csv", lines)


def _pbc(folder: Path, count: int, seed: int) -> None:
    lines = ["image,class,box_centre_x,box_centre_y,box_width,box_height"]
    options = SimOptions(width=336, height=339, um_per_px=0.094, cells=1)
    for number, drawn in enumerate(_fields(count, seed, options)):
        cell = drawn.cells()[0]
        (left, top, width, height), (rows, columns) = drawn.box(cell), drawn.picture.shape[:2]
        centre = f"{(left + width / 2) / columns:.6f},{(top + height / 2) / rows:.6f}"
        label = PBC_CLASSES.get(cell.kind, "SNE")
        lines.append(f"{number}.jpg,{label},{centre},{width / columns:.6f},{height / rows:.6f}")
        _write(folder / f"{number}.jpg", drawn.picture)
    _table(folder / "cells.csv", lines)


def _bccd(folder: Path, count: int, seed: int) -> None:
    options = SimOptions(width=616, height=456, um_per_px=0.075, cells=2)
    for number, drawn in enumerate(_fields(count, seed, options)):
        _write(folder / "images" / f"{number}.jpg", drawn.picture)
        boxes = "".join(_voc(*drawn.box(cell)) for cell in drawn.field.truth if cell.nucleated)
        _table(folder / "boxes" / f"{number}.xml", [f"<annotation>{boxes}</annotation>"])


def _voc(left: int, top: int, width: int, height: int) -> str:
    corners = {"xmin": left, "ymin": top, "xmax": left + width, "ymax": top + height}
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in corners.items())
    return f"<object><name>WBC</name><bndbox>{inside}</bndbox></object>"


def _smear_boxes(folder: Path, count: int, seed: int) -> None:
    lines = ["image_id,image,xmin,ymin,xmax,ymax,label"]
    options = SimOptions(width=232, height=232, um_per_px=0.1415, cells=2)
    for number, drawn in enumerate(_fields(count, seed, options)):
        rows, columns = drawn.picture.shape[:2]
        for cell in drawn.field.truth:
            if cell.nucleated:
                left, top, width, height = drawn.box(cell)
                corners = (left / columns, top / rows, (left + width) / columns, (top + height) / rows)
                lines.append(f"{number},{number}.png,{','.join(f'{each:.6f}' for each in corners)},wbc")
        _write(folder / "images" / f"{number}.png", drawn.picture)
    _table(folder / "annotations.csv", lines)


def _wbc_masks(folder: Path, count: int, seed: int) -> None:
    lines = ["image ID,class label"]
    options = SimOptions(width=120, height=120, um_per_px=0.16, cells=2)
    for number, drawn in enumerate(_fields(count, seed, options), start=1):
        cell = drawn.cells()[0]
        nucleus = drawn.field.nuclei == cell.id
        _write(folder / "images" / f"{number:03d}.png", drawn.picture)
        _write(folder / "masks" / f"{number:03d}.png", np.where(nucleus, 255, 128 * drawn.mask(cell)).astype(np.uint8))
        lines.append(f"{number},2")
    _table(folder / "labels.csv", lines)


def _blast_fields(folder: Path, count: int, seed: int) -> None:
    lines = ["image,x_px,y_px"]
    options = SimOptions(width=640, height=480, um_per_px=0.110, cells=5, blast_fraction=0.8)
    for number, drawn in enumerate(_fields(count, seed, options)):
        blasts = [cell for cell in drawn.cells() if cell.blast]
        lines += [f"{number}.jpg,{cell.centre_px[0]:.0f},{cell.centre_px[1]:.0f}" for cell in blasts]
        _write(folder / f"{number}.jpg", drawn.picture)
    _table(folder / "blasts.csv", lines)


_SETS = MappingProxyType[str, Callable[[Path, int, int], None]](
    {
        "cnmc": _cnmc,
        "pbc": _pbc,
        "bccd": _bccd,
        "smear_boxes": _smear_boxes,
        "wbc_masks": _wbc_masks,
        "blast_fields": _blast_fields,
    }
)


def _write(path: Path, picture: Pixels) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    turned = picture[..., ::-1] if picture.ndim == 3 else picture
    options = [cv2.IMWRITE_JPEG_QUALITY, 95] if path.suffix == ".jpg" else []
    cv2.imwrite(str(path), np.ascontiguousarray(turned), options)


def _table(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*lines, ""]), "utf-8")
