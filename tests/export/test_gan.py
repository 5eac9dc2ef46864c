"""The stain GAN: films are put together by stain, critic and generator take turns, cells keep their outlines."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator
from typer.testing import CliRunner

from edge.errors import BadSetting
from export.__main__ import app
from export.crops.kept import read_told
from export.crops.options import CropOptions
from export.crops.task import CropTask
from export.errors import BadCheckpoint, BadCrops, OtherRun
from export.gan.domains import stain_domains
from export.gan.kept import TOLD_FILE, Restainer, read_gan_told, read_restainer, write_gan
from export.gan.light import laid_down, pictures_of_light, with_light
from export.gan.options import GanOptions
from export.gan.spec import gan_spec
from export.gan.task import GanTask
from export.gan.training import taught_stains
from export.learning.curves import draw_curve
from export.learning.loop import train
from export.learning.optimisers import MEMORY, optimiser_of
from export.learning.run import begun
from export.learning.team import Member
from export.opinion.planes import CLEAR, LIGHT
from export.opinion.table import CellTable, write_cells
from models.backbones.resnet import resnet34
from models.yang2023_mobilevitv2.gan import Generator as Restains
from models.yang2023_mobilevitv2.gan import Pair
from models.yang2023_mobilevitv2.gan_losses import Perception, Weights
from tests.tabled import EVERY_KIND, drawn_cells

SEEDS = st.integers(0, 2**32 - 1)
NOBODY = Weights(perceptual=0.0)
TINY = GanOptions(steps=4, batch=2, stains=2, critic_steps=2, width=2, blocks=0, halvings=2, weights=NOBODY)
DYES = (np.array([0.9, 0.5, 0.95]), np.array([0.5, 0.9, 0.6]))
"""What two laboratories' stains let pass of what a grey one does."""


def dyed(seed: int = 0) -> tuple[CellTable, np.ndarray]:
    """Cells of which every second film was stained otherwise, and which stain each has."""
    cells = drawn_cells(6, seed=seed, groups=3)
    films = np.unique(cells.groups, return_inverse=True)[1]
    which = films % len(DYES)
    planes = cells.planes.copy()
    stained = planes[:, 3:4] > 0
    passed = np.stack([DYES[each] for each in which])[:, :, None, None]
    planes[:, LIGHT] = np.where(stained, planes[:, LIGHT] * passed, planes[:, LIGHT]).astype(np.uint8)
    return replace(cells, planes=planes), which


CELLS, WHICH = dyed()


def task(options: GanOptions = TINY, eyes: Perception | None = None) -> GanTask:
    return GanTask(CELLS.planes, WHICH, options, eyes)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_films_of_one_stain_are_put_together_and_no_film_is_divided(seed: int) -> None:
    cells, which = dyed(seed)
    found = stain_domains(cells, 2, seed)
    assert len(set(zip(found.tolist(), which.tolist(), strict=True))) == 2
    for film in np.unique(cells.groups):
        assert len(np.unique(found[cells.groups == film])) == 1


@pytest.mark.parametrize("count", [1, 13])
def test_as_many_stains_as_there_are_films_at_most(count: int) -> None:
    with pytest.raises(BadSetting, match="Ask for 2 to 12 stains"):
        stain_domains(CELLS, count)


def test_a_film_without_stain_is_told() -> None:
    planes = CELLS.planes.copy()
    planes[CELLS.groups == "blast/1", LIGHT] = CLEAR
    with pytest.raises(BadCrops, match="Nothing in cnmc/blast/1 is stained"):
        stain_domains(replace(CELLS, planes=planes), 2)


def test_light_comes_back_as_it_was() -> None:
    planes = CELLS.planes.copy()
    planes[:, LIGHT] = planes[:, LIGHT].clip(0, int(CLEAR))
    assert np.array_equal(with_light(planes, pictures_of_light(planes)), planes)


@given(SEEDS)
@settings(max_examples=20)
def test_a_picture_laid_down_otherwise_has_the_same_pixels(seed: int) -> None:
    random = Generator().manual_seed(seed)
    pictures = torch.rand((2, 3, 6, 6), generator=random)
    laid = laid_down(pictures, random)
    assert torch.equal(laid.flatten(2).sort(2)[0], pictures.flatten(2).sort(2)[0])


def test_the_generator_learns_after_so_many_steps_of_the_critic() -> None:
    turns = [batch.critic for batch in islice(task().batches(0, Member()), 7)]
    assert turns == [True, True, False, True, True, False, True]
    assert [batch.critic for batch in islice(task().batches(2, Member()), 2)] == turns[2:4]


@pytest.mark.parametrize(("number", "learns", "rests"), [(0, "critic", "generator"), (2, "generator", "critic")])
def test_a_turn_moves_one_of_them(number: int, learns: str, rests: str) -> None:
    run, told = begun(task().network, TINY), task()
    before = {name: each.clone() for name, each in run.network.state_dict().items()}
    batch = next(told.batches(number, Member()))
    told.loss(run.network, batch).backward()  # type: ignore[no-untyped-call]
    run.optimiser.step()
    moved = {
        name.partition(".")[0] for name, each in run.network.state_dict().items() if not torch.equal(each, before[name])
    }
    assert moved == {learns}
    assert rests not in moved


def test_adam_forgets_as_the_paper_has_it_and_decays_nothing() -> None:
    (group,) = optimiser_of(task().network().parameters(), TINY).param_groups
    assert (group["betas"], group["weight_decay"]) == (MEMORY, 0.0)


def test_both_stains_are_shown_alike_however_rare() -> None:
    rare = np.zeros(len(CELLS), np.intp)
    rare[:2] = 1
    told = GanTask(CELLS.planes, rare, replace(TINY, batch=400), None)
    shown = next(told.batches(0, Member())).shown
    assert 0.4 < float(shown.stains.float().mean()) < 0.6


def test_a_team_is_refused() -> None:
    with pytest.raises(BadSetting, match="one process"):
        next(task().batches(0, Member(0, 2)))


def test_a_killed_run_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    class Killed(Exception):
        pass

    def kill(step: int, loss: float) -> None:
        if step == 2:
            raise Killed

    often = replace(TINY, keep_every=1)
    whole = train(task(), tmp_path / "whole", TINY)
    with pytest.raises(Killed):
        train(task(often), tmp_path / "killed", often, kill)
    resumed = train(task(often), tmp_path / "killed", often)
    assert all(torch.equal(each, resumed[name]) for name, each in whole.items())


def test_other_eyes_or_cells_are_another_run(tmp_path: Path) -> None:
    torch.manual_seed(3)
    eyes = Perception(resnet34(2, width=0.125))
    assert task(eyes=eyes).fingerprint != task().fingerprint
    train(task(), tmp_path, TINY)
    with pytest.raises(OtherRun):
        train(replace(task(), planes=255 - CELLS.planes), tmp_path, TINY)


def test_the_perceptual_loss_needs_eyes(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="--eyes RUN"):
        taught_stains(CELLS, tmp_path, replace(TINY, weights=Weights()), None)


def test_a_taught_gan_is_read_back_as_it_was_taught(tmp_path: Path) -> None:
    taught_stains(CELLS, tmp_path, TINY, None)
    told = read_gan_told(tmp_path)
    assert (told.stains, told.width, told.steps, told.learned_from) == (2, 2, 4, ("bccd", "cnmc", "pbc"))
    assert told.seconds > 0
    restainer = read_restainer(tmp_path, 1.0)
    changed = restainer(CELLS.planes, Generator().manual_seed(1))
    assert np.array_equal(changed[:, 3:], CELLS.planes[:, 3:])
    assert not np.array_equal(changed[:, LIGHT], CELLS.planes[:, LIGHT])


@pytest.mark.parametrize("damage", [None, "{", '{"stains": 2}'])
def test_a_folder_without_a_whole_gan_is_told(damage: str | None, tmp_path: Path) -> None:
    if damage is not None:
        (tmp_path / TOLD_FILE).write_text(damage, "utf-8")
    with pytest.raises(BadCheckpoint, match=r"holds no stain GAN|cannot be read"):
        read_restainer(tmp_path, 0.5)


@given(SEEDS, st.sampled_from((0.0, 0.5, 1.0)))
@settings(max_examples=10)
def test_a_share_of_the_cells_is_restained_the_same_each_time(seed: int, share: float) -> None:
    torch.manual_seed(5)
    restainer = Restainer(Restains(2, width=2, blocks=0).eval(), share)
    some = CELLS.planes[:8]
    found, again = (restainer(some, Generator().manual_seed(seed)) for _ in range(2))
    changed = (found != some).any(axis=(1, 2, 3))
    assert np.array_equal(found, again)
    assert share > 0 or not changed.any()
    assert share < 1 or changed.all()


def test_cells_are_learned_in_other_stains_where_a_gan_is_named() -> None:
    torch.manual_seed(5)
    restainer = Restainer(Restains(2, width=2, blocks=0).eval(), 1.0)
    options = CropOptions(steps=2, batch=4, size_px=32, films=2)
    plain, restained = (
        CropTask(CELLS, lambda: resnet34(6, 0.125), "x", options, restainer=each) for each in (None, restainer)
    )
    one, other = (next(each.batches(0, Member())).pictures.light for each in (plain, restained))
    assert not torch.allclose(one, other)
    assert plain.fingerprint != restained.fingerprint


def test_the_room_says_a_small_way_and_the_papers() -> None:
    small, paper = gan_spec(None, ()).options, gan_spec("paper", ()).options
    assert (paper.width, paper.blocks, paper.halvings, paper.critic_steps) == (64, 6, 6, 5)
    assert (paper.learning_rate, paper.optimiser, paper.weights) == (1e-4, "adam-gan", Weights(10.0, 1.0, 10.0, 1.0))
    assert small.width < paper.width
    assert gan_spec(None, ["perceptual=0", "stains=3"]).options.weights == NOBODY
    with pytest.raises(BadSetting, match="small, paper"):
        gan_spec("large", ())
    with pytest.raises(BadSetting, match="stains"):
        gan_spec(None, ["stains=1"])


SMALL = ("steps=2", "batch=2", "stains=2", "width=2", "blocks=0", "halvings=2", "critic_steps=1")
FEW = ("steps=1", "batch=2", "size_px=32")
EYES = "models.backbones.resnet:resnet34"


def run(*arguments: str, said: tuple[str, ...] = ()) -> None:
    """The command, whose errors are what it would print."""
    fields = [f"--with={each}" for each in said]
    assert CliRunner().invoke(app, [*arguments, *fields], catch_exceptions=False).exit_code == 0


def test_from_eyes_to_a_gan_to_a_network_by_commands(tmp_path: Path) -> None:
    cells, eyes, gan, out = tmp_path / "cells.npz", tmp_path / "eyes", tmp_path / "gan", tmp_path / "out"
    write_cells(drawn_cells(3, kinds=EVERY_KIND), cells)
    data = ("--data", str(cells))
    run("train", EYES, str(eyes), *data, said=(*FEW, "view=rgb", "settings.width=0.125"))
    run("stain-gan", str(gan), "--eyes", str(eyes), *data, said=SMALL)
    run("train", "marrowkit2026_student", str(out), *data, said=(*FEW, f"stain_gan={gan}", "restained=0.9"))
    assert read_gan_told(gan).steps == 2
    assert read_told(out).restained_by == "gan"
    with pytest.raises(BadCheckpoint, match="StudentNet, which is no ResNet"):
        run("stain-gan", str(tmp_path / "other"), "--eyes", str(out), *data, said=SMALL)


@pytest.mark.parametrize("losses", [[3.0, 2.0, 1.0], [1.0, -2.0, -3.0], [-1.0, -2.0, -3.0]])
def test_losses_below_nothing_are_drawn_as_well(losses: list[float]) -> None:
    assert draw_curve(losses, TINY, "cells").startswith(b"\x89PNG")


def test_weights_of_the_critic_are_not_kept(tmp_path: Path) -> None:
    pair = task().network()
    assert isinstance(pair, Pair)
    taught_stains(CELLS, tmp_path / "run", TINY, None)
    told = read_gan_told(tmp_path / "run")
    write_gan(tmp_path, pair.state_dict(), told)
    found = read_restainer(tmp_path, 0.5).generator.state_dict()
    assert all(torch.equal(each, pair.generator.state_dict()[name]) for name, each in found.items())
