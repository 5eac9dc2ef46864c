"""Networks that see pictures of cells: what they are shown, and that labels and teachers reach them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator, Tensor, nn

from edge.decide.views import VIEWS
from edge.errors import BadSetting
from export.crops.distil import DistilTask, Teacher, apart, divergence, softened
from export.crops.options import CropOptions, DistilOptions
from export.crops.shown import films_of, taught
from export.crops.task import CropTask
from export.crops.views import TORCH_VIEWS, channels_of, outlines, pictures_of, view_of, viewed
from export.errors import OtherRun
from export.learning.loop import train
from export.learning.team import Member
from export.opinion.planes import crop_of
from models.marrowkit2026_opinion.net import LABELS, SIZE_PX
from models.marrowkit2026_student.net import StudentNet
from tests.tabled import drawn_cells

CELLS = drawn_cells(6)
OPTIONS = CropOptions(steps=4, batch=8, size_px=32, keep_every=2, films=2)
LOGITS = st.lists(st.floats(-8, 8), min_size=6, max_size=6).map(lambda row: torch.tensor([row, row[::-1]]))


def student() -> nn.Module:
    return StudentNet(len(LABELS), (8, 8, 16, 16))


def task(options: CropOptions = OPTIONS, told: str = "student") -> CropTask:
    return CropTask(CELLS, student, told, options)


def test_pictures_for_training_are_light_and_repeat_with_their_seed() -> None:
    films = films_of(CELLS.planes, 4, seed=1)
    one, two = (taught(CELLS.planes[:6], films, Generator().manual_seed(3), OPTIONS) for _ in range(2))
    assert all(map(torch.equal, one, two))
    assert one.light.shape == (6, 3, SIZE_PX, SIZE_PX)
    assert one.cell.shape == one.nucleus.shape == (6, 1, SIZE_PX, SIZE_PX)
    assert 0 <= float(one.light.min()) <= float(one.light.max()) <= 1.15 + 1e-6
    assert not torch.equal(one.light, taught(CELLS.planes[:6], films, Generator().manual_seed(4), OPTIONS).light)


@pytest.mark.parametrize("view", TORCH_VIEWS)
def test_a_network_learns_what_the_kit_shows_it(view: str) -> None:
    due = np.stack([VIEWS[view](crop_of(planes)) for planes in CELLS.planes[:3]])
    seen = viewed(pictures_of(CELLS.planes[:3]), view, SIZE_PX).numpy()
    assert seen.shape[1] == channels_of(view)
    np.testing.assert_allclose(seen, due, atol=1e-5)


@pytest.mark.parametrize("size_px", [16, 40, 80, 160])
def test_any_size_shows_the_same_light(size_px: int) -> None:
    one, other = (viewed(pictures_of(CELLS.planes[:4]), "rgb", each) for each in (size_px, SIZE_PX))
    assert one.shape == (4, 3, size_px, size_px)
    assert torch.allclose(one.mean((2, 3)), other.mean((2, 3)), atol=0.01)


@pytest.mark.parametrize("size_px", [24, 80, 120])
def test_outlines_are_shares_of_cell_and_nucleus_at_any_size(size_px: int) -> None:
    pictures = pictures_of(CELLS.planes[:4])
    found = outlines(pictures, size_px)
    assert found.shape == (4, 2, size_px, size_px)
    assert 0 <= float(found.min()) <= float(found.max()) <= 1
    due = torch.cat([pictures.cell, pictures.nucleus], 1).mean((2, 3))
    assert torch.allclose(found.mean((2, 3)), due, atol=0.01)


def test_a_view_that_nobody_has_is_refused() -> None:
    with pytest.raises(BadSetting, match="no view 'grey'"):
        view_of("grey")


def test_labels_are_learned(tmp_path: Path) -> None:
    losses: list[float] = []
    options = replace(OPTIONS, steps=24, learning_rate=1e-2, smoothing=0.0)
    train(task(options), tmp_path, options, on_step=lambda _, loss: losses.append(loss))
    assert np.mean(losses[-8:]) < 0.8 * np.mean(losses[:8])


def test_members_of_a_team_see_other_cells_and_together_all_steps() -> None:
    alone = task().batches(0, Member())
    first, second = (task().batches(0, Member(number, 2)) for number in (0, 1))
    due = [next(alone).pictures.light for _ in range(4)]
    assert all(
        torch.equal(a, b) for a, b in zip(due, [next(each).pictures.light for each in (first, second) * 2], strict=True)
    )


def test_another_network_is_another_run(tmp_path: Path) -> None:
    train(task(), tmp_path, OPTIONS)
    with pytest.raises(OtherRun):
        train(task(told="another"), tmp_path, OPTIONS)


@given(LOGITS, st.floats(0.5, 5.0))
def test_a_student_that_says_the_same_is_not_corrected(logits: Tensor, temperature: float) -> None:
    assert float(divergence(logits, softened([logits], temperature), temperature)) == pytest.approx(0.0, abs=1e-4)


@given(LOGITS, LOGITS, st.floats(0.5, 5.0))
def test_what_is_said_otherwise_costs(one: Tensor, other: Tensor, temperature: float) -> None:
    due = softened([other], temperature)
    cost = float(divergence(one, due, temperature))
    assert cost >= -1e-5
    gap = float((torch.softmax(one / temperature, 1) - due).abs().max())
    assert cost >= 0.5 * gap**2 * temperature**2 - 1e-4  # Pinsker's inequality


@given(LOGITS, LOGITS)
def test_teachers_are_averaged_after_their_softmax(one: Tensor, other: Tensor) -> None:
    mean = softened([one, other], 1.0)
    assert torch.allclose(mean, (torch.softmax(one, 1) + torch.softmax(other, 1)) / 2, atol=1e-6)
    assert torch.allclose(mean.sum(1), torch.ones(2), atol=1e-5)


@given(st.floats(0.1, 10.0), st.integers(1, 4))
def test_looking_at_the_same_place_costs_nothing_however_strongly_and_finely(strength: float, finer: int) -> None:
    picture = torch.zeros(1, 2, 4, 4)
    picture[..., 1, 2] = 1.0
    other = torch.zeros(1, 2, 4, 4)
    other[..., 3, 0] = 1.0
    fine = torch.nn.functional.interpolate(picture, scale_factor=float(finer))
    assert float(apart(strength * picture, fine)) == pytest.approx(0.0, abs=1e-5)
    assert float(apart(picture, other)) == pytest.approx(2.0)


def a_teacher(seed: int) -> Teacher:
    torch.manual_seed(seed)
    return Teacher(StudentNet(len(LABELS), (8, 8, 16, 24)).eval(), "rgb-on-black", 48, "body")


def test_a_student_comes_to_say_what_its_teacher_says(tmp_path: Path) -> None:
    options = DistilOptions(
        steps=24, batch=8, size_px=32, learning_rate=1e-2, keep_every=24, films=4, taught=1.0, attention=0.1
    )
    distil = DistilTask(CELLS, student, "student", options=options, teachers=(a_teacher(0),), features="body")
    losses: list[float] = []
    train(distil, tmp_path, options, on_step=lambda _, loss: losses.append(loss))
    assert np.mean(losses[-10:]) < 0.7 * np.mean(losses[:10])


def test_another_teacher_is_another_run() -> None:
    options = DistilOptions(steps=1, films=4)
    first, second = (
        DistilTask(CELLS, student, "student", options=options, teachers=(a_teacher(seed),), features="body")
        for seed in (0, 1)
    )
    assert first.fingerprint != second.fingerprint
    assert first.fingerprint == replace(first).fingerprint
