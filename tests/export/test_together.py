"""Networks together: each sees what it saw while it learned, they are averaged or weighed, and one file holds them."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional
from typer.testing import CliRunner

from edge.errors import BadSetting
from edge.runtime.engines import EngineOptions, Network
from edge.runtime.ort import OnnxRuntime
from export.__main__ import app
from export.crops.cells import fold_numbers
from export.crops.kept import TOLD_FILE, read_told, read_trained
from export.crops.resized import resized
from export.crops.views import TORCH_VIEWS, pictures_of, viewed
from export.errors import BadCheckpoint
from export.onnx_export import to_onnx
from export.opinion.table import write_cells
from export.quantising.deployable import deployable
from export.together.joined import BLAST, OTHER, common_head, joined
from export.together.net import PLACE, VIEW, MemberTold, Telling, Together, members_of, network
from export.together.stacking import found
from models.duggal2017_sd_layer.stain import FrozenDeconvolution
from tests.tabled import EVERY_KIND, drawn_cells

CELLS = drawn_cells(6, kinds=EVERY_KIND)
SEEDS = st.integers(0, 2**32 - 1)
FEW = ("--with=steps=2", "--with=batch=4")
SIX = ("marrowkit2026_student", "--with=size_px=64", "--with=view=nucleus-on-black")
SAME = ("marrowkit2026_student", "--with=size_px=80", "--with=view=rgb-on-black", "--with=seed=7")
TWO = ("duggal2017_sd_layer", "--with=size_px=96", "--with=settings.width=0.05")


def run(*arguments: str) -> None:
    """The command, whose errors are what it would print."""
    assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained folders `six`, `same` and `two`, and the cells; fold 1 is left out by all but `whole`."""
    folder = tmp_path_factory.mktemp("runs")
    write_cells(CELLS, folder / "cells.npz")
    for name, how in (("six", SIX), ("same", SAME), ("two", TWO)):
        run("train", how[0], str(folder / name), "--data", str(folder / "cells.npz"), *how[1:], *FEW, "--with=fold=1")
    run("train", SIX[0], str(folder / "whole"), "--data", str(folder / "cells.npz"), *SIX[1:], *FEW)
    return folder


def asked(folder: Path) -> Tensor:
    """What a folder's network makes of the cells: probabilities."""
    trained = read_trained(folder)
    with torch.no_grad():
        seen = viewed(pictures_of(CELLS.planes), trained.told.view, trained.told.size_px)
        return torch.softmax(trained.module(seen), 1)


def test_networks_of_the_same_labels_are_averaged(runs: Path, tmp_path: Path) -> None:
    joined([runs / "six", runs / "same"], tmp_path, None)
    due = (asked(runs / "six") + asked(runs / "same")) / 2
    torch.testing.assert_close(asked(tmp_path), due, atol=1e-5, rtol=1e-4)
    told = read_told(tmp_path)
    assert told.labels == read_told(runs / "six").labels
    assert (told.taught_by, told.view, told.left_out, told.steps) == (("six", "same"), VIEW, 1, 0)


def test_networks_of_other_labels_agree_on_blasts(runs: Path, tmp_path: Path) -> None:
    joined([runs / "six", runs / "two"], tmp_path, None)
    told = read_told(tmp_path)
    assert (told.labels, told.head.positive) == ((BLAST, OTHER), (BLAST,))
    blasts = [asked(runs / name)[:, read_told(runs / name).labels.index("blast")] for name in ("six", "two")]
    torch.testing.assert_close(asked(tmp_path)[:, 0], sum(blasts) / 2, atol=1e-5, rtol=1e-4)


def test_what_is_said_of_blasts_is_one_whatever_the_words(runs: Path) -> None:
    head = common_head([read_told(runs / "six"), read_told(runs / "two")])
    assert head.places(["blast", "lymphocyte", "hematogone", "white cell"]).tolist() == [0, 1, 1, 1]


@pytest.mark.parametrize("size_px", [40, 64, 80, 96])
@pytest.mark.parametrize("view", [name for name in TORCH_VIEWS if name != VIEW])
def test_each_sees_what_it_saw_while_it_learned(view: str, size_px: int) -> None:
    pictures = pictures_of(CELLS.planes[:4])
    seen = resized(viewed(pictures, VIEW, 80), size_px)
    again = type(pictures)(seen[:, :3], seen[:, 3:4], seen[:, 4:5])
    torch.testing.assert_close(TORCH_VIEWS[view](again), viewed(pictures, view, size_px), atol=1e-5, rtol=1e-4)


def test_engines_are_given_the_members_own_forms(runs: Path, tmp_path: Path) -> None:
    joined([runs / "six", runs / "two"], tmp_path, None)
    module = read_trained(tmp_path).module
    form = deployable(module)
    assert isinstance(form.get_submodule("members.two.network.stain"), FrozenDeconvolution)
    assert not isinstance(module.get_submodule("members.two.network.stain"), FrozenDeconvolution)
    planes = viewed(pictures_of(CELLS.planes[:3]), VIEW, 80)
    with torch.no_grad():
        torch.testing.assert_close(form(planes), module(planes), atol=1e-4, rtol=1e-4)
    assert to_onnx(form, {"image": planes}, {"image": {0: "cells"}})


def test_a_bundles_network_also_says_what_each_member_says(runs: Path, tmp_path: Path) -> None:
    joined([runs / "six", runs / "two"], tmp_path, None)
    together = read_trained(tmp_path).module
    assert isinstance(together, Together)
    planes = viewed(pictures_of(CELLS.planes[:3]), VIEW, 80)
    graph = to_onnx(Telling(together), {"image": planes}, {"image": {0: "cells"}}, ("logits", "members"))
    with closing(OnnxRuntime().load(Network("together", graph), EngineOptions())) as session:
        said = session.run({"image": planes.numpy()})
    names = members_of(PLACE, read_told(tmp_path).settings)
    assert names == ("six", "two")
    shares = asked(runs / "two")[:3]
    np.testing.assert_allclose(
        said["members"][:, 1, 0], shares[:, read_told(runs / "two").labels.index("blast")], atol=1e-4
    )
    np.testing.assert_allclose(said["members"].mean(1), np.exp(said["logits"]), atol=1e-4)
    assert members_of("marrowkit2026_student", {"members": 1}) == ()


@pytest.mark.parametrize("view", ["cell-density", "relative-density"])
def test_views_of_densities_are_made_within_the_graph_for_any_number_of_cells(view: str) -> None:
    told: MemberTold = {"network": f"{__name__}:thumb", "settings": {}, "view": view, "size_px": 16, "place": [0, 1]}
    planes = viewed(pictures_of(CELLS.planes[:2]), VIEW, 80)
    graph = to_onnx(network(2, {"one": told}).eval(), {"image": planes}, {"image": {0: "cells"}})
    with closing(OnnxRuntime().load(Network("together", graph), EngineOptions())) as session:
        assert session.run({"image": np.repeat(planes.numpy(), 5, axis=0)})["logits"].shape == (10, 2)


def thumb(classes: int) -> nn.Module:
    """The mean of each of the first channels."""
    return nn.Sequential(Chosen(classes), nn.AdaptiveAvgPool2d(1), nn.Flatten())


class Chosen(nn.Module):
    """So many channels of the first."""

    def __init__(self, many: int) -> None:
        super().__init__()
        self.many = many

    def forward(self, image: Tensor) -> Tensor:
        return image[:, : self.many]


@given(SEEDS)
@settings(max_examples=5)
def test_a_member_that_knows_is_trusted_and_one_that_guesses_is_not(seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    labels = torch.randint(3, (400,), generator=random)
    knows = functional.one_hot(labels, 3) * 2.0 + torch.randn((400, 3), generator=random) * 0.5
    guesses = torch.randn((400, 3), generator=random) * 2
    opinions = torch.stack([torch.log_softmax(each, 1) for each in (knows, guesses)], 1)
    trust, _ = found(opinions, labels, [1, 2])
    assert trust[0] > 1
    assert 0 <= float(trust[1]) < 0.3
    worse = torch.stack([opinions[:, 0], torch.log_softmax(-knows, 1)], 1)
    assert 0 <= float(found(worse, labels, [1, 2])[0][1]) < 0.1


@given(SEEDS)
@settings(max_examples=5)
def test_weighing_is_never_worse_where_it_was_found(seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    opinions = torch.log_softmax(torch.randn((60, 2, 3), generator=random) * 3, 2)
    labels = torch.randint(3, (60,), generator=random)
    trust, bias = found(opinions, labels, [1, 2])
    weighed, even = (opinions * trust[:, None]).sum(1) + bias, opinions.mean(1)
    assert functional.cross_entropy(weighed, labels) <= functional.cross_entropy(even, labels) + 1e-4


def test_stacked_by_the_fold_that_all_left_out(runs: Path) -> None:
    out = runs / "stacked"
    run("together", str(out), str(runs / "six"), str(runs / "same"), "--stacked", "--data", str(runs / "cells.npz"))
    trained = read_trained(out)
    assert isinstance(trained.module, Together)
    assert trained.told.left_out is None  # it was learned from
    planes = viewed(pictures_of(CELLS.planes), VIEW, 80)
    with torch.no_grad():
        opinions = trained.module.opinions(planes)
        due = (opinions * trained.module.trust[:, None]).sum(1) + trained.module.bias
        torch.testing.assert_close(trained.module(planes), due)
    held = fold_numbers(CELLS) == 1
    labels = torch.from_numpy(trained.told.head.places(CELLS.labels[held].tolist()))
    trust, bias = found(opinions[torch.from_numpy(held)], labels, trained.told.head.others)
    torch.testing.assert_close(trained.module.trust.detach(), trust, atol=1e-3, rtol=1e-2)
    torch.testing.assert_close(trained.module.bias.detach(), bias, atol=1e-3, rtol=1e-2)


@pytest.mark.parametrize(
    ("names", "stacked", "why"),
    [
        (["six"], False, "from two on"),
        (["six", "six"], False, "of different names"),
        (["six", "whole"], False, "left out different folds"),
        (["whole", "six"], True, "left nothing out"),
    ],
)
def test_networks_that_cannot_be_joined_are_told(
    names: list[str], stacked: bool, why: str, runs: Path, tmp_path: Path
) -> None:
    how = ["--stacked", "--data", str(runs / "cells.npz")] if stacked else []
    with pytest.raises(BadSetting, match=why):
        run("together", str(tmp_path), *(str(runs / name) for name in names), *how)


def test_folds_of_different_cells_are_not_taken_for_the_same(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "same", tmp_path / "same")
    told = json.loads((tmp_path / "same" / TOLD_FILE).read_text("utf-8"))
    (tmp_path / "same" / TOLD_FILE).write_text(json.dumps({**told, "cells": "of others"}), "utf-8")
    with pytest.raises(BadSetting, match="trained with different cells"):
        joined([runs / "six", tmp_path / "same"], tmp_path / "out", None)


def test_a_folder_without_a_network_is_told(runs: Path, tmp_path: Path) -> None:
    with pytest.raises(BadCheckpoint, match="holds no trained network"):
        joined([runs / "six", tmp_path / "nothing"], tmp_path / "out", None)
