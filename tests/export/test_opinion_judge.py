"""From predictions out of fold to what a bundle decides by, and the examination of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge.decide.cells import Jury
from edge.decide.roles import Roles
from export.opinion.evaluate import Examined, examine
from export.opinion.exams import Sitting
from export.opinion.folds import fold_of_each
from export.opinion.judge import Judgement, judge, read_judgement, write_judgement
from export.opinion.labels import label_indices
from export.opinion.opinions import FUSED, SYSTEMS, Opinions, read_opinions, write_opinions
from export.opinion.table import CellTable
from export.opinion.trained import MeasureScale, Shape, TrainedOpinion
from models.marrowkit2026_opinion.net import LABELS, OpinionNet
from tests.tabled import drawn_cells

CELLS = drawn_cells(48, groups=16)
WIDTHS = (4, 4, 4, 4)


@pytest.fixture(scope="module")
def judged() -> tuple[Judgement, Opinions]:
    random = np.random.default_rng(0)
    logits = (
        random.normal(0, 1, (len(CELLS), len(LABELS)))
        + 3 * np.eye(len(LABELS))[np.maximum(label_indices(CELLS.labels), 1 - CELLS.blast)]
    )
    return judge(CELLS, fold_of_each(CELLS, 2, 0), logits.astype(np.float32))


def test_thresholds_tell_blasts_from_others(judged: tuple[Judgement, Opinions]) -> None:
    judgement, opinions = judged
    assert set(opinions) == set(judgement.thresholds) == set(SYSTEMS)
    for system, values in opinions.items():
        called = values >= judgement.thresholds[system]
        assert called[CELLS.blast].mean() >= 0.9, system
    assert (opinions[FUSED] >= judgement.thresholds[FUSED])[~CELLS.blast].mean() < 0.1
    manifest = judgement.of_manifest()
    assert manifest.abstain[0] <= manifest.positive <= manifest.abstain[1]


def test_rules_and_network_run_on_the_kit(judged: tuple[Judgement, Opinions]) -> None:
    system = judged[0].documents.system()
    jury = Jury(system, LABELS, Roles(frozenset({"blast"})))
    assert jury.fuzzy_rbf.rbf.labels == ("blast", "other")
    assert judged[0].documents.moves


def test_the_files_give_back_what_was_judged(judged: tuple[Judgement, Opinions], tmp_path: Path) -> None:
    write_judgement(judged[0], tmp_path / "judgement.json")
    write_opinions(judged[1], tmp_path / "opinions.npz")
    again = read_judgement(tmp_path / "judgement.json")
    assert again.calibration == judged[0].calibration
    assert again.of_manifest() == judged[0].of_manifest()
    assert again.documents.moves == judged[0].documents.moves
    assert again.documents.rbf == judged[0].documents.rbf
    opinions = read_opinions(tmp_path / "opinions.npz")
    assert all(np.array_equal(opinions[name], judged[1][name]) for name in SYSTEMS)


def _named(source: str, each: int, blasts: bool = True) -> CellTable:
    cells = drawn_cells(each, seed=each)
    chosen = cells if blasts else cells.rows(~cells.blast)
    return replace(chosen, sources=np.full(len(chosen), source))


def test_the_examination_measures_what_is_at_hand(judged: tuple[Judgement, Opinions]) -> None:
    network = OpinionNet(WIDTHS).eval()
    trained = TrainedOpinion(network, Shape("nucleus", WIDTHS), MeasureScale.of(CELLS))
    judgement = judged[0]
    system = judgement.documents.system()
    examined = Examined(trained, trained.inputs, judgement.calibration, system, judgement.thresholds)
    sets = {"blast_fields": _named("blast_fields", 8), "bccd": _named("bccd", 6, blasts=False)}
    results = examine(examined, Sitting(CELLS, judged[1]), lambda name: sets.get(name))
    on = {each.figure.on for each in results}
    assert {each.partition(",")[0] for each in on} >= {"cnmc", "blast_fields"}
    assert any(each.startswith("blasts of blast_fields against all others") for each in on)
    assert sum("0.5 is right" in each for each in on) == 1
    assert not any("taleqani" in each or "wbc_masks" in each for each in on)
    alone = examine(examined, Sitting(CELLS, judged[1]), lambda name: None)
    assert {each.figure.on for each in alone} == {"cnmc, patients out of fold"}
