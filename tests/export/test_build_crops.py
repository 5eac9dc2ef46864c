"""Crops from folders and from files of cells: shown as the kit shows them, with their labels and their patients."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.bundle.tensors import IMAGE
from export.building.apart import require_apart
from export.building.crops import Crops, read_crops
from export.building.crops import drawn as drawn_rows
from export.building.given import together
from export.building.spec import PictureSpec
from export.errors import BadCrops
from export.opinion.table import write_cells
from tests.namer import LABELS, SIZE_PX, drawn, write_set
from tests.tabled import drawn_cells


def test_a_folder_without_labels_calibrates(tmp_path: Path) -> None:
    for number, picture in enumerate(drawn("L1", 3, 7)):
        cv2.imwrite(str(tmp_path / f"{number}.png"), picture[..., ::-1])
    crops = read_crops(str(tmp_path), LABELS, PictureSpec(size_px=SIZE_PX, um_per_px=0.5), {})
    assert crops.labels.tolist() == [-1, -1, -1]
    (given,) = crops.shown(PictureSpec(size_px=SIZE_PX, um_per_px=0.5, mean=(0.5,), std=(0.25,)).inputs)
    batch = given[IMAGE]
    due = drawn("L1", 3, 7).transpose(0, 3, 1, 2).astype(np.float32) / 255
    np.testing.assert_allclose(batch, (due - 0.5) / 0.25, atol=1e-5)


def test_folders_below_a_label_are_its_patients(tmp_path: Path) -> None:
    write_set(tmp_path, 2, 1)
    (tmp_path / "L1" / "patient-7").mkdir()
    for file in list((tmp_path / "L1").glob("*.png")):
        file.rename(tmp_path / "L1" / "patient-7" / file.name)
    crops = read_crops(str(tmp_path), LABELS, PictureSpec(size_px=SIZE_PX, um_per_px=0.5), {})
    of_patient = crops.groups[crops.labels == 0]
    assert of_patient.tolist() == ["patient-7"] * 2
    assert len(set(crops.groups)) == 1 + 3 * 2


def test_a_word_can_mean_a_label_or_nothing(tmp_path: Path) -> None:
    write_set(tmp_path, 2, 1)
    picture = PictureSpec(size_px=SIZE_PX, um_per_px=0.5)
    crops = read_crops(
        str(tmp_path), ("blast", "neutrophil"), picture, {"L1": "blast", "L2": "blast", "lymphocyte": ""}
    )
    assert crops.labels.tolist() == [0] * 4 + [1] * 2


@pytest.mark.parametrize(("size_px", "um_per_px"), [(80, 0.25), (40, 0.5), (64, 0.25), (100, 0.25), (20, 2.0)])
def test_kept_cells_are_shown_as_the_kit_shows_them(size_px: int, um_per_px: float, tmp_path: Path) -> None:
    cells = drawn_cells(3, seed=3)
    write_cells(cells, tmp_path / "cells.npz")
    picture = PictureSpec(size_px=size_px, um_per_px=um_per_px)
    words = dict.fromkeys(set(cells.labels.tolist()) - {"blast"}, "other")
    crops = read_crops(str(tmp_path / "cells.npz"), ("blast", "other"), picture, words)
    shown = together(crops.shown(picture.inputs))[IMAGE]
    assert shown.shape == (len(cells), 3, size_px, size_px)
    if (size_px, um_per_px) == (80, 0.25):
        np.testing.assert_allclose(shown, cells.planes[:, :3].astype(np.float32) / 200, atol=1e-5)
    if size_px == 100:
        assert (shown[:, :, :9, :9] == 1).all()
        np.testing.assert_allclose(shown[:, :, 10:90, 10:90], cells.planes[:, :3] / 200, atol=1e-5)
    assert crops.labels.tolist() == [int(word != "blast") for word in cells.labels]


def test_crops_are_drawn_evenly_over_their_labels() -> None:
    labels = np.repeat([0, 1, 2], [50, 10, 3])
    crops = Crops("here", labels, labels.astype(str), tuple(map(str, range(63))), lambda at: None)  # type: ignore[arg-type, return-value]
    rows = drawn_rows(crops, 30)
    assert np.bincount(crops.rows(rows).labels).tolist() == [17, 10, 3]
    assert drawn_rows(crops, 100).tolist() == [*range(63)]
    assert rows.tolist() == sorted(drawn_rows(crops, 30).tolist())
    assert crops.rows(rows).digests == tuple(str(row) for row in rows)


def test_one_patient_in_both_sets_stops_a_build_whatever_the_pixels_and_the_label(tmp_path: Path) -> None:
    for at, (where, label) in enumerate((("calibration", "L1"), ("held-out", "L2"))):
        write_set(tmp_path / where, 1, seed=at)
        (tmp_path / where / label / "patient-7").mkdir()
        (tmp_path / where / label / "0.png").rename(tmp_path / where / label / "patient-7" / "0.png")
    picture = PictureSpec(size_px=SIZE_PX, um_per_px=0.5)
    seen, held_out = (read_crops(str(tmp_path / each), LABELS, picture, {}) for each in ("calibration", "held-out"))
    with pytest.raises(BadCrops, match=r"both hold cells of 'patient-7'\."):
        require_apart(seen, held_out)
    require_apart(seen, held_out.rows(np.flatnonzero(held_out.groups != "patient-7")))
