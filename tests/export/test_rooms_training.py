"""A room is trained as its card says: way, labels, loss and optimiser; what makes no sense is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import SGD

from edge.errors import BadSetting
from export.crops.kept import TOLD_FILE, read_told, read_trained
from export.crops.options import CropOptions, DistilOptions
from export.crops.task import CropTask
from export.errors import BadCheckpoint, BadCrops, Diverged
from export.learning.loop import RUN_FILE, seconds_taken, train
from export.learning.optimisers import MOMENTUM
from export.learning.run import begun
from export.networks.origin import rooms
from export.opinion.table import write_cells
from export.rooms.asked import Asked, asked
from export.rooms.card import RoomCard, card_of, read_card, way_of
from export.rooms.fitting import fit_spec, is_fitted
from export.rooms.head import SIX, made_head
from export.rooms.hooks import hook, own_loss
from export.rooms.opinion import ROOM as OPINION
from export.rooms.opinion import opinion_spec
from export.rooms.spec import DistilSpec, train_spec
from export.rooms.training import cells_of, taught_by_labels, taught_by_teachers
from export.validating.exams import answered, exams, sat
from models.marrowkit2026_student.net import StudentNet
from tests.tabled import EVERY_KIND, drawn_cells

CELLS = drawn_cells(5, kinds=EVERY_KIND)
STUDENT = "marrowkit2026_student"
TWO = made_head({"benign": ("hematogone",), "blast": ()}, ["blast"])
FEW = {"steps": 2, "batch": 4, "size_px": 32}
OPTIONS = CropOptions(steps=2, batch=4, size_px=32, films=2)
CARD = """
title = "A paper"
positive = ["blast"]
urgent = ["blast"]
[head]
benign = ["hematogone"]
blast = []
[small]
steps = 7
optimiser = "sgd"
[small.settings]
size = "large"
[paper]
steps = 70
[claim]
text = "All of them."
"""


@pytest.fixture
def card(tmp_path: Path) -> RoomCard:
    (tmp_path / "a_room").mkdir()
    (tmp_path / "a_room" / "card.toml").write_text(CARD, "utf-8")
    return read_card(tmp_path / "a_room")


def test_a_card_says_labels_and_ways(card: RoomCard) -> None:
    assert (card.name, card.title, card.claim["text"]) == ("a_room", "A paper", "All of them.")
    assert (card.head.labels, card.head.positive, card.head.urgent) == (("benign", "blast"), ("blast",), ("blast",))
    small, paper = train_spec(way_of(card, None)), train_spec(way_of(card, "paper"))
    assert (small.steps, small.optimiser, small.settings) == (7, "sgd", {"size": "large"})
    assert (paper.steps, paper.optimiser) == (70, "adamw")


def test_a_way_that_the_card_does_not_know_is_told(card: RoomCard) -> None:
    with pytest.raises(BadSetting, match="It has: small, paper"):
        way_of(card, "large")
    with pytest.raises(BadSetting, match="It has: none"):
        asked("my_module:factory", "paper", ())


@pytest.mark.parametrize("room", rooms())
def test_every_card_of_a_room_can_be_trained_by(room: str) -> None:
    for way, fields in card_of(room).ways.items():
        if is_fitted(room):
            assert fit_spec(room, way, []).options.units_per_label == fields["units_per_label"]
        elif room == OPINION:
            assert opinion_spec(way, []).options.steps == fields["steps"]
        else:
            assert train_spec(fields).options.steps > 0


def test_a_damaged_card_is_told(tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text("positive = [", "utf-8")
    with pytest.raises(BadSetting, match="cannot be read"):
        read_card(tmp_path)


def test_what_is_said_goes_before_the_card(monkeypatch: pytest.MonkeyPatch, card: RoomCard) -> None:
    monkeypatch.setattr("export.rooms.asked.card_of", lambda _: card)
    found = asked("a_room", "small", ["steps=3", "settings.size=small"])
    assert (found.spec.steps, found.spec.optimiser, found.settings) == (3, "sgd", {"size": "small"})
    assert found.head is card.head


def test_a_view_brings_its_channels() -> None:
    assert asked(STUDENT, None, ["view=nucleus"]).settings == {"channels": 1}
    assert asked(STUDENT, None, ["view=cell-density"]).settings == {"channels": 4}
    assert asked(STUDENT, None, []).settings == {}


SENSELESS = {
    "an unknown field": (["stepz=5"], "stepz"),
    "no steps": (["steps=0"], "steps"),
    "a text for a number": (["rate=fast"], "rate"),
    "a fold that there is not": (["fold=5"], "fold"),
    "an optimiser that there is not": (["optimiser=adam"], "optimiser"),
    "a view that there is not": (["view=grey"], "no view 'grey'"),
    "a teacher's field": (["temperature=2"], "temperature"),
}


@pytest.mark.parametrize(("said", "told"), SENSELESS.values(), ids=SENSELESS)
def test_what_makes_no_sense_is_told_with_its_field(said: list[str], told: str) -> None:
    with pytest.raises(BadSetting, match=told):
        _ = asked(STUDENT, None, said).spec.options


def test_a_students_fields_reach_its_training() -> None:
    options = train_spec({"temperature": 2.0, "taught": 0.5, "steps": 9}, DistilSpec).options
    assert isinstance(options, DistilOptions)
    assert (options.temperature, options.taught, options.attention, options.steps) == (2.0, 0.5, 0.5, 9)


def few(fields: Mapping[str, Any] = {}) -> Asked:
    return Asked(STUDENT, TWO, train_spec({**FEW, "settings": {"size": "small"}, **fields}))


def test_two_labels_are_taught_examined_and_said(tmp_path: Path) -> None:
    taught_by_labels(few({"fold": 0}), CELLS, tmp_path)
    trained = read_trained(tmp_path)
    assert (trained.told.labels, trained.told.left_out) == (("benign", "blast"), 0)
    assert trained.told.head == TWO
    assert trained.told.seconds == pytest.approx(seconds_taken(tmp_path), abs=0.1)
    assert trained.told.hardware
    shares = np.tile(np.array([0.3, 0.7], np.float32), (len(CELLS), 1))
    results = [sat(each, lambda cells: shares[: len(cells)], trained.told.head) for each in exams(CELLS, {})]
    figures = {each.name: each.value for each in results[0].blasts}
    assert (figures["sensitivity"], figures["specificity"]) == (1.0, 0.0)


def test_a_cell_is_called_by_all_positive_labels_together() -> None:
    head = made_head({"L1": ("blast",), "benign": (), "L2": (), "other": ()}, ["L1", "L2"])
    shares = np.array([[0.2, 0.4, 0.31, 0.09], [0.2, 0.4, 0.2, 0.2]], np.float32)
    found = answered(CELLS.rows(np.arange(2)), shares, head)
    assert found.said.tolist() == [2, 1]
    assert found.called_blast.tolist() == [True, False]
    assert found.truth.tolist() == [0, 0]


def test_labels_without_cells_are_told_before_the_first_step(tmp_path: Path) -> None:
    with_l3 = made_head({"blast": (), "L3": (), "benign": ()}, ["blast", "L3"])
    with pytest.raises(BadCrops, match="'L3'"):
        taught_by_labels(replace(few(), head=with_l3), CELLS, tmp_path)
    assert not any(tmp_path.iterdir())


def test_a_teacher_of_other_labels_is_refused(tmp_path: Path) -> None:
    taught_by_labels(few(), CELLS, tmp_path / "teacher")
    spec = train_spec(FEW, DistilSpec)
    with pytest.raises(BadCheckpoint, match="taught other labels"):
        taught_by_teachers(Asked(STUDENT, SIX, spec), CELLS, [tmp_path / "teacher"], tmp_path / "student")


def test_an_older_training_is_read_as_one_of_six_labels(tmp_path: Path) -> None:
    taught_by_labels(few(), CELLS, tmp_path)
    told = json.loads((tmp_path / TOLD_FILE).read_text())
    newer = ("words", "positive", "urgent", "seconds", "hardware")
    older = {key: each for key, each in told.items() if key not in newer}
    (tmp_path / TOLD_FILE).write_text(json.dumps({**older, "labels": list(SIX.labels)}))
    assert (read_told(tmp_path).head, read_told(tmp_path).seconds) == (SIX, None)
    (tmp_path / TOLD_FILE).write_text(json.dumps(older))
    with pytest.raises(BadCheckpoint, match="without the words"):
        read_told(tmp_path)


def test_cells_may_be_a_file_and_lose_their_fold(tmp_path: Path) -> None:
    write_cells(CELLS, tmp_path / "own.npz")
    assert len(cells_of(tmp_path / "own.npz", tmp_path, train_spec({}))) == len(CELLS)
    assert 0 < len(cells_of(tmp_path / "own.npz", tmp_path, train_spec({"fold": 1}))) < len(CELLS)


def test_too_few_cells_for_folds_are_told(tmp_path: Path) -> None:
    write_cells(CELLS.rows(CELLS.groups == "blast/1"), tmp_path / "few.npz")
    with pytest.raises(BadCrops, match="5 folds"):
        cells_of(tmp_path / "few.npz", tmp_path, train_spec({"fold": 1}))


def test_a_loss_of_its_own_is_given_what_the_network_sees_and_the_outlines() -> None:
    seen: list[tuple[Tensor, ...]] = []

    def own(network: nn.Module, image: Tensor, labels: Tensor, masks: Tensor) -> Tensor:
        seen.append((image, labels, masks))
        return functional.mse_loss(functional.softmax(network(image), 1), functional.one_hot(labels, 2).float())

    torch.manual_seed(0)
    network = StudentNet(2, (8, 8, 16, 16))
    task = CropTask(CELLS, lambda: network, "x", OPTIONS, TWO, own)
    batch = task._batch(torch.Generator().manual_seed(0))
    loss = task.loss(network.eval(), batch)
    image, labels, masks = seen[0]
    assert (image.shape, masks.shape) == ((4, 3, 32, 32), (4, 2, 32, 32))
    assert 0 <= float(masks.min()) <= float(masks.max()) <= 1
    assert (masks[:, 1] <= masks[:, 0] + 0.05).all()
    assert torch.equal(labels, batch.labels)
    assert 0 < loss.item() < 1
    assert not torch.equal(replace(task, own=None).loss(network, batch), loss)


def test_other_labels_are_another_run() -> None:
    other = made_head({"benign": ("hematogone", "monocyte"), "blast": ()}, ["blast"])
    prints = {CropTask(CELLS, nn.Module, "x", OPTIONS, head).fingerprint for head in (TWO, other, SIX)}
    assert len(prints) == 3


def test_rooms_without_ways_of_their_own_have_none() -> None:
    assert own_loss("my_module:factory") is None
    assert own_loss(STUDENT) is None
    assert hook(STUDENT, "net", "network") is not None
    assert hook(STUDENT, "finish", "finish") is None


def test_nesterovs_momentum_stays_while_the_rate_rises_and_falls() -> None:
    run = begun(lambda: nn.Linear(2, 1), replace(OPTIONS, optimiser="sgd", steps=10, learning_rate=0.1))
    assert isinstance(run.optimiser, SGD)
    rates = []
    for _ in range(10):
        group = run.optimiser.param_groups[0]
        assert (group["momentum"], group["nesterov"]) == (MOMENTUM, True)
        rates.append(group["lr"])
        run.optimiser.step()
        run.schedule.step()
    assert max(rates) == pytest.approx(0.1, rel=0.05)
    assert rates[-1] < rates[2] > rates[0]


def test_a_killed_run_of_sgd_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    options = replace(OPTIONS, optimiser="sgd", steps=6, keep_every=2, learning_rate=0.01)
    task = CropTask(CELLS, lambda: StudentNet(2, (8, 8, 16, 16)), "x", options, TWO)
    whole = train(task, tmp_path / "whole", options)

    def killed(step: int, _: float) -> None:
        if step == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(task, tmp_path / "killed", options, killed)
    again = train(task, tmp_path / "killed", options)
    assert all(torch.equal(whole[name], again[name]) for name in whole)


@pytest.mark.parametrize("worth", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_stops_the_training_before_it_moves_a_weight(worth: float, tmp_path: Path) -> None:
    factors = iter([1.0, 1.0, worth])

    def own(network: nn.Module, image: Tensor, labels: Tensor, masks: Tensor) -> Tensor:
        loss: Tensor = network(image).square().sum() * next(factors)
        return loss

    options = replace(OPTIONS, steps=5, keep_every=1)
    with pytest.raises(Diverged, match="loss of step 3 is"):
        train(CropTask(CELLS, lambda: StudentNet(2, (8, 8, 16, 16)), "x", options, TWO, own), tmp_path, options)
    kept = load_file(tmp_path / RUN_FILE)
    assert all(torch.isfinite(each).all() for name, each in kept.items() if name.startswith("network."))
