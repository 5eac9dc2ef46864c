"""The sets of images: what each tells, on files drawn here and on the real sets where they are."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from export.errors import NoImages
from export.sources import SOURCES, Example, open_source
from export.sources.example import Box

SHIPPED_FROM = {"cnmc", "pbc", "bccd", "smear_boxes"}
COUNTS = {
    "cnmc": 4285,
    "pbc": 1095,
    "bccd": 292,
    "smear_boxes": 60,
    "wbc_masks": 300,
    "blast_fields": 32,
    "taleqani": 1153,
    "marrow_plasma": 298,
}
XML = """<annotation><object><name>WBC</name><bndbox><xmin>2</xmin><ymin>3</ymin><xmax>8</xmax><ymax>9</ymax></bndbox>
</object></annotation>"""


def _picture(path: Path, value: int = 200) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((10, 20, 3), value, np.uint8)).save(path)


def _cnmc(folder: Path) -> None:
    _picture(folder / "a.jpg")
    (folder / "cells.csv").write_text("image,label,patient\na.jpg,hem,H7\n")


def _pbc(folder: Path) -> None:
    _picture(folder / "a.jpg")
    header = "image,class,box_centre_x,box_centre_y,box_width,box_height"
    (folder / "cells.csv").write_text(f"{header}\na.jpg,ERB,0.5,0.5,0.2,0.4\n")


def _bccd(folder: Path) -> None:
    _picture(folder / "images" / "a.jpg")
    (folder / "boxes").mkdir()
    (folder / "boxes" / "a.xml").write_text(XML)


def _smear_boxes(folder: Path) -> None:
    _picture(folder / "images" / "a.png")
    header = "image_id,image,xmin,ymin,xmax,ymax,label"
    (folder / "annotations.csv").write_text(f"{header}\n1,a.png,0.1,0.3,0.4,0.9,wbc\n2,gone.png,0,0,1,1,rbc\n")


def _wbc_masks(folder: Path) -> None:
    _picture(folder / "images" / "001.png")
    _picture(folder / "masks" / "001.png", 128)
    (folder / "labels.csv").write_text("image ID,class label\n1,4\n")


def _blast_fields(folder: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        _picture(folder / name)
    (folder / "blasts.csv").write_text("image,x_px,y_px\na.jpg,3,4\n")


def _taleqani(folder: Path) -> None:
    for stage in ("benign", "early", "pre", "pro"):
        _picture(folder / stage / "WBC-Malignant-Pre-060.jpg")


def _marrow_plasma(folder: Path) -> None:
    _picture(folder / "images" / "7.jpg")
    _picture(folder / "masks" / "7.jpg", 250)


DRAWN: dict[str, Callable[[Path], None]] = {
    "cnmc": _cnmc,
    "pbc": _pbc,
    "bccd": _bccd,
    "smear_boxes": _smear_boxes,
    "wbc_masks": _wbc_masks,
    "blast_fields": _blast_fields,
    "taleqani": _taleqani,
    "marrow_plasma": _marrow_plasma,
}


def _drawn(name: str, data: Path) -> list[Example]:
    (data / name).mkdir()
    DRAWN[name](data / name)
    return list(open_source(name, data).images())


def test_every_set_is_drawn_here() -> None:
    assert set(DRAWN) == set(SOURCES) == set(COUNTS)


def test_a_cut_out_has_label_and_patient(tmp_path: Path) -> None:
    (example,) = _drawn("cnmc", tmp_path)
    assert (example.label, example.patient, example.group) == ("hematogone", "H7", "cnmc/H7")
    assert example.pixels.shape == (10, 20, 3)


def test_boxes_in_shares_become_pixels(tmp_path: Path) -> None:
    (cell,) = _drawn("pbc", tmp_path)
    assert cell.boxes == (Box("erythroblast", 8.0, 3.0, 12.0, 7.0),)
    (field,) = _drawn("smear_boxes", tmp_path)
    assert field.boxes == (Box("white cell", 2.0, 3.0, 8.0, 9.0),)
    (voc,) = _drawn("bccd", tmp_path)
    assert voc.boxes == field.boxes


def test_masks_are_read_as_drawn(tmp_path: Path) -> None:
    (cell,) = _drawn("wbc_masks", tmp_path)
    assert cell.masks is not None
    assert cell.masks.nucleus is not None
    assert cell.masks.cell.all()
    assert not cell.masks.nucleus.any()
    assert cell.label == "eosinophil"
    (field,) = _drawn("marrow_plasma", tmp_path)
    assert field.masks is not None
    assert field.masks.cell.all()
    assert field.masks.nucleus is None


def test_a_field_without_marks_has_no_blast_and_is_there(tmp_path: Path) -> None:
    with_blast, without = _drawn("blast_fields", tmp_path)
    assert (with_blast.points, without.points) == (((3.0, 4.0),), ())


def test_stages_are_groups_of_neighbouring_numbers(tmp_path: Path) -> None:
    benign, *others = _drawn("taleqani", tmp_path)
    assert (benign.label, benign.group) == ("hematogone", "taleqani/benign/2")
    assert {each.label for each in others} == {"blast"}


def test_a_set_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoImages, match=r"cnmc is not there"):
        open_source("cnmc", tmp_path)
    with pytest.raises(NoImages, match=r"no set of images called zoo.*cnmc"):
        open_source("zoo", tmp_path)


def test_a_file_that_the_table_names_and_the_folder_lacks_is_named(tmp_path: Path) -> None:
    _drawn("cnmc", tmp_path)
    (tmp_path / "cnmc" / "a.jpg").unlink()
    with pytest.raises(NoImages, match=r"a\.jpg is missing"):
        list(open_source("cnmc", tmp_path).images())
    (tmp_path / "cnmc" / "cells.csv").unlink()
    with pytest.raises(NoImages, match=r"cells\.csv is missing"):
        list(open_source("cnmc", tmp_path).images())


def test_an_empty_set_is_named(tmp_path: Path) -> None:
    (tmp_path / "bccd").mkdir()
    with pytest.raises(NoImages, match=r"holds no images"):
        list(open_source("bccd", tmp_path).images())


def test_what_ships_is_learned_from_permissive_sets_alone(tmp_path: Path) -> None:
    for name in SOURCES:
        (tmp_path / name).mkdir()
    sources = {name: open_source(name, tmp_path) for name in SOURCES}
    assert {name for name, source in sources.items() if source.terms.permissive} == SHIPPED_FROM
    assert all(source.terms.sentence.endswith(".") and source.um_per_px > 0 for source in sources.values())


@pytest.mark.data
@pytest.mark.parametrize("name", SOURCES)
def test_a_real_set_is_read(name: str, images: Path) -> None:
    source = open_source(name, images)
    examples = list(islice(source.images(), 40))
    assert len({each.name for each in examples}) == min(40, COUNTS[name])
    for example in examples:
        height, width = example.pixels.shape[:2]
        assert example.pixels.dtype == np.uint8
        assert all(0 <= box.left < box.right <= width + 1 for box in example.boxes or ())
        assert all(0 <= box.top < box.bottom <= height + 1 for box in example.boxes or ())
        assert all(0 <= x < width and 0 <= y < height for x, y in example.points or ())
        assert example.masks is None or example.masks.cell.shape == (height, width)


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("name", SOURCES)
def test_a_real_set_is_whole(name: str, images: Path) -> None:
    assert sum(1 for _ in open_source(name, images).images()) == COUNTS[name]
