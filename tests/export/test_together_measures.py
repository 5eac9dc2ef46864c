"""Networks together of which one is told measures: each gets its own, and a bundle's network takes them all."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from typer.testing import CliRunner

from edge.bundle.tensors import IMAGE, LOGITS, MEASURES, MEMBERS, Floats
from edge.runtime.engines import EngineOptions, Network
from edge.runtime.ort import OnnxRuntime
from export.__main__ import app
from export.building.reading import build_spec, of_training
from export.building.source import float32_network
from export.crops.cells import fold_numbers
from export.crops.given import given_in_turn
from export.crops.kept import read_told, read_trained
from export.opinion.table import write_cells
from export.rooms.fitting import FitSpec, fitted_to
from export.together.joined import joined
from export.together.net import PLACE, MemberTold, Together, network, told_of
from export.validating.examine import asking
from models.ordaz2014_fuzzy_rbf.net import MEASURES as NAMES
from tests.export.test_build_given import spec_fields
from tests.tabled import EVERY_KIND, drawn_cells

CELLS = drawn_cells(30, kinds=EVERY_KIND)
SOME = CELLS.rows(np.arange(0, len(CELLS), 4))
STUDENT = ("marrowkit2026_student", "--with=size_px=32", "--with=steps=2", "--with=batch=4", "--with=fold=1")


def typed(*words: str) -> None:
    assert CliRunner().invoke(app, words, catch_exceptions=False).exit_code == 0


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A room that was fitted, `told`, and one that looks at pictures, `shown`."""
    folder = tmp_path_factory.mktemp("runs")
    write_cells(CELLS, folder / "cells.npz")
    fitted_to(
        "ordaz2014_fuzzy_rbf", FitSpec(units_per_label=3, fold=1), CELLS.rows(fold_numbers(CELLS) != 1), folder / "told"
    )
    typed("train", STUDENT[0], str(folder / "shown"), *STUDENT[1:], "--data", str(folder / "cells.npz"))
    joined([folder / "shown", folder / "told"], folder / "both", None)
    return folder


def blasts(run: Path) -> Floats:
    trained = read_trained(run)
    return asking(trained)(SOME)[:, trained.told.labels.index("blast")]


def test_their_mean_is_of_what_each_says_by_itself(runs: Path) -> None:
    assert read_told(runs / "both").measures == NAMES
    np.testing.assert_allclose(blasts(runs / "both"), (blasts(runs / "shown") + blasts(runs / "told")) / 2, atol=1e-5)


def test_a_bundles_network_is_given_both_and_says_what_each_says(runs: Path) -> None:
    told = of_training(runs / "both")
    fields = {**spec_fields(), **told, "crops": {"calibration": "a", "held_out": "b"}}
    graph = float32_network(build_spec(fields))
    given = next(given_in_turn(SOME, read_told(runs / "both")))
    assert set(given) == {IMAGE, MEASURES}
    with closing(OnnxRuntime().load(Network("both", graph), EngineOptions())) as session:
        said = session.run({name: each.numpy() for name, each in given.items()})
    many = len(given[IMAGE])
    np.testing.assert_allclose(np.exp(said[LOGITS])[:, 0], blasts(runs / "both")[:many], atol=1e-4)
    np.testing.assert_allclose(said[MEMBERS][:, 1, 0], blasts(runs / "told")[:many], atol=1e-4)
    assert fields["network"]["source"] == PLACE


def test_they_are_weighed_with_their_measures(runs: Path) -> None:
    """On the cells that weigh them the fitted one is not left out, and the loss is no larger than of their mean."""
    folders = [str(runs / "shown"), str(runs / "told")]
    typed("together", str(runs / "stacked"), *folders, "--stacked", "--data", str(runs / "cells.npz"))
    trained, held = read_trained(runs / "stacked"), CELLS.rows(fold_numbers(CELLS) == 1)
    assert isinstance(trained.module, Together)
    assert trained.module.trust[1] > 0
    stacked, even = (loss(asking(each)(held)[:, 0], held.blast) for each in (trained, read_trained(runs / "both")))
    assert stacked <= even


def loss(shares: Floats, blast: NDArray[np.bool_]) -> float:
    return float(-np.log(np.where(blast, shares, 1 - shares)).mean())


def member(network: str, *measures: str) -> MemberTold:
    bare: MemberTold = {"network": network, "settings": {}, "view": "nucleus", "size_px": 16, "place": [0, 1]}
    return {**bare, "measures": list(measures)} if measures else bare


def test_each_is_told_its_own_measures_out_of_all() -> None:
    members = {
        "b": member(f"{__name__}:echo", "lobes", "solidity"),
        "a": member(f"{__name__}:echo", "nc_ratio", "lobes"),
    }
    assert told_of(members) == ("nc_ratio", "lobes", "solidity")
    together = network(2, members)
    told = torch.tensor([[0.5, 2.0, 0.9]])
    shares = torch.exp(together.opinions(torch.zeros(1, 5, 16, 16), told))[0]
    torch.testing.assert_close(shares, torch.softmax(torch.tensor([[0.5, 2.0], [2.0, 0.9]]), 1))


class Echo(torch.nn.Module):
    """Says the measures that it is told."""

    def forward(self, image: torch.Tensor, measures: torch.Tensor) -> torch.Tensor:
        return measures


def echo(classes: int) -> torch.nn.Module:
    return Echo()
