"""The gate and the ruler on real images: a few of each set; all of them are measured by `marrowkit-export rates`."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.quality import gate
from edge.scale import measure
from edge.types import Pixels
from firmware_bridge.imagefile import read_image

DATA = Path(__file__).parents[3] / "shared" / "data"
GOOD = (
    "bccd/images",
    "smear_boxes/images",
    "blast_fields",
    "taleqani/benign",
    "taleqani/pre",
    "taleqani/pro",
    "taleqani/normal",
    "wbc_masks/images",
    "pbc",
    "marrow_plasma/images",
    "cnmc",
    "other/leukaemia_fields_unlabelled",
    "other/red_cells",
    "other/malaria",
)
RED_CELLS_PX = {"blast_fields": 68, "smear_boxes/images": 53, "taleqani/pro": 16, "other/malaria": 68, "pbc": 75}


def some(name: str, count: int) -> list[Pixels]:
    paths = sorted(path for path in (DATA / name).glob("*") if path.suffix.lower() in {".jpg", ".png"})
    if not paths:
        pytest.skip(f"no real images at {DATA / name}")
    return [read_image(path) for path in paths[1 :: max(1, len(paths) // count)][:count]]


@pytest.mark.data
@pytest.mark.parametrize("name", GOOD)
def test_good_fields_pass(name: str) -> None:
    verdicts = [gate(pixels) for pixels in some(name, 8)]
    assert sum(verdict.ok for verdict in verdicts) >= len(verdicts) - 1


@pytest.mark.data
def test_tissue_is_stopped() -> None:
    for picture in some("other/marrow_biopsy_he", 2):
        crops = [picture, picture[:600, :600], picture[500:800, 200:500], picture[700:, 700:]]
        assert not any(gate(crop).ok for crop in crops)


@pytest.mark.data
def test_phone_photographs_are_known_for_what_they_are() -> None:
    assert all(gate(pixels).reasons[0].code == "eyepiece.disc" for pixels in some("other/phone_fields", 4))


@pytest.mark.data
@pytest.mark.parametrize("name", RED_CELLS_PX)
def test_red_cells_are_as_large_as_they_are_told_to_be(name: str) -> None:
    readings = [measure(pixels) for pixels in some(name, 9)]
    sizes = sorted(7.5 / reading.um_per_px for reading in readings if reading is not None)
    assert len(sizes) >= len(readings) - 1
    assert sizes[len(sizes) // 2] == pytest.approx(RED_CELLS_PX[name], rel=0.12)


@pytest.mark.data
def test_cells_cut_out_on_black_have_no_ruler() -> None:
    assert not any(measure(pixels) for pixels in some("cnmc", 12))
