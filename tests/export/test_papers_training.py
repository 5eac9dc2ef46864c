"""Corrected cells leave the kit as a set that the training side reads, with consent and not without."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from edge.optics.labels import label_windows
from edge.optics.normal import normalise
from edge.papers import training_cells
from edge.papers.case_file import CaseFile, Consent
from edge.papers.faults import ConsentMissing, NothingCorrected
from edge.papers.training import group_of, training_files, training_zip
from edge.papers.training_cells import RecordedField, TrainingCell, planes_of
from edge.types import Labels, Outlines
from export.building.crops import read_crops
from export.building.spec import PictureSpec
from export.crops.options import CropOptions
from export.crops.task import CropTask
from export.learning.team import Member
from export.opinion import planes as export_planes
from export.opinion.labels import label_indices
from export.opinion.table import read_cells
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.uri import parse_uri
from models.marrowkit2026_opinion.net import LABELS, SIZE_PX, UM_PER_PX
from tests.case_files import CASE, case_file

SCALE_UM_PER_PX = 0.15
CONSENT = Consent("Achieng O.", "2026-11-27T10:00:00+00:00", "form 7, protocol KE-2026-3")


@pytest.fixture(scope="module")
def field() -> RecordedField:
    """A simulated field with its true outlines as the recorded ones."""
    source = SimSource(parse_uri(f"sim:?width=900&height=700&um_per_px={SCALE_UM_PER_PX}&cells=14&seed=4"))
    picture = source.read()
    assert picture is not None
    cells, nuclei = source.labels()
    return RecordedField(picture.pixels, cells, nuclei, SCALE_UM_PER_PX)


@pytest.fixture(scope="module")
def file() -> CaseFile:
    return replace(case_file(60), consent=CONSENT)


@pytest.fixture(scope="module")
def cells(field: RecordedField, file: CaseFile) -> list[TrainingCell]:
    planes = planes_of(field, [int(k) for k in np.unique(field.cells)[1:]])
    some = zip(planes.items(), file.cells, strict=False)
    return [TrainingCell(1, k, cell.label, "lymphoid", each, cell.features) for (k, each), cell in some]


def written(file: CaseFile, cells: list[TrainingCell], folder: Path) -> Path:
    for each in training_files(file, cells):
        (folder / each.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / each.path).write_bytes(each.read())
    return folder


def test_the_kit_and_the_training_side_mean_the_same_planes() -> None:
    assert (training_cells.SIZE_PX, training_cells.UM_PER_PX) == (SIZE_PX, UM_PER_PX)
    assert (training_cells.CLEAR, training_cells.WHOLE) == (export_planes.CLEAR, export_planes.WHOLE)


def test_the_planes_are_those_that_the_training_side_would_have_cut(field: RecordedField) -> None:
    """From the same outlines at the working scale, byte by byte."""
    normal = normalise(field.pixels, field.um_per_px)
    at = {name: _resized(labels, normal.transmittance.shape) for name, labels in
          (("cells", field.cells), ("nuclei", field.nuclei))}  # fmt: skip
    windows = list(label_windows(at["cells"]))
    due = export_planes.planes_of(normal, Outlines(at["cells"], at["nuclei"], {}), windows)
    mine = planes_of(field, [k for k, _ in windows])
    assert list(mine) == [k for k, _ in windows]
    assert np.array_equal(np.stack(list(mine.values())), due)


def test_only_the_cells_that_were_asked_for_are_cut(field: RecordedField) -> None:
    known = [int(k) for k in np.unique(field.cells)[1:3]]
    assert list(planes_of(field, [*known, 60_000])) == known
    assert planes_of(field, []) == {}


def test_the_table_is_read_by_the_training_side(file: CaseFile, cells: list[TrainingCell], tmp_path: Path) -> None:
    table = read_cells(written(file, cells, tmp_path) / "cells.npz")
    assert len(table) == len(cells) > 5
    assert np.array_equal(table.planes, np.stack([cell.planes for cell in cells]))
    assert table.labels.tolist() == [cell.label for cell in cells]
    assert table.feature_rows()[0].diameter_um == pytest.approx(cells[0].features.diameter_um, rel=1e-6)
    assert set(table.groups) == {group_of(file)}
    assert set(table.images) == {file.fields[0].digest}
    assert (label_indices(table.labels) < len(LABELS)).all()
    assert table.rows(table.countable).blast.sum() == sum(cell.label == "blast" for cell in cells)


def test_a_network_can_be_taught_by_it(file: CaseFile, cells: list[TrainingCell], tmp_path: Path) -> None:
    """A batch of what `marrowkit-export train --cells` would see, in other stains and laid down otherwise."""
    table = read_cells(written(file, cells, tmp_path) / "cells.npz")
    options = CropOptions(steps=1, batch=3, films=2, size_px=64)
    batch = next(CropTask(table, torch.nn.Identity, "nothing", options).batches(0, Member(0, 1)))
    assert batch.pictures.light.shape == (3, 3, SIZE_PX, SIZE_PX)
    assert set(batch.labels.tolist()) <= {LABELS.index(cell.label) for cell in cells}


@pytest.mark.parametrize("what", ["crops", "cells.npz"])
def test_both_forms_are_crops_for_a_build(what: str, file: CaseFile, cells: list[TrainingCell], tmp_path: Path) -> None:
    where = written(file, cells, tmp_path) / what
    picture = PictureSpec(view="rgb", size_px=80, um_per_px=UM_PER_PX, white=200)
    read = read_crops(str(where), LABELS, picture, {})
    assert sorted(read.labels.tolist()) == sorted(LABELS.index(cell.label) for cell in cells)
    assert len(set(read.groups)) == 1
    light = read.crop(0).transmittance
    assert light.shape == (80, 80, 3)
    assert 0.9 < np.median(light[:6]) < 1.1


def test_without_consent_nothing_leaves(file: CaseFile, cells: list[TrainingCell]) -> None:
    with pytest.raises(ConsentMissing, match="Nobody has marked") as told:
        training_files(replace(file, consent=None), cells)
    assert "mark it" in told.value.remedy


def test_without_cells_there_is_no_set(file: CaseFile) -> None:
    with pytest.raises(NothingCorrected):
        training_files(file, [])


def test_the_set_says_on_what_ground_it_was_given_and_not_whose_it_is(
    file: CaseFile, cells: list[TrainingCell]
) -> None:
    whole = training_zip(file, cells)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        about = json.loads(archive.read("about.json"))
        everything = b"".join(archive.read(name) for name in archive.namelist()) + "".join(archive.namelist()).encode()
    assert about["consent"]["ground"] == CONSENT.ground
    assert about["cells"] == len(cells)
    assert sum(about["cells_by_label"].values()) == len(cells)
    assert CASE.pseudonym.encode() not in everything


def test_equal_cells_give_equal_bytes(file: CaseFile, cells: list[TrainingCell]) -> None:
    assert training_zip(file, cells) == training_zip(file, cells)


def test_all_cases_of_a_patient_are_one_group_and_no_other(file: CaseFile) -> None:
    again = replace(file, case=replace(CASE, number=77))
    other = replace(file, case=replace(CASE, pseudonym="KIS-0043"))
    assert group_of(again) == group_of(file) != group_of(other)


def _resized(labels: Labels, shape: tuple[int, ...]) -> Labels:
    """Nearest neighbours by plain indexing, as OpenCV's INTER_NEAREST has them: each takes what is at its corner."""
    rows = np.floor(np.arange(shape[0]) * labels.shape[0] / shape[0]).astype(int)
    columns = np.floor(np.arange(shape[1]) * labels.shape[1] / shape[1]).astype(int)
    return labels[np.ix_(rows, columns)]
