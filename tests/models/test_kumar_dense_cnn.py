"""Kumar's room: features chosen by chi-square, judged by dense layers or by a forest."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tomllib
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from torch import Tensor
from torch.nn import functional

from models import kumar2020_dense_cnn as room
from models.kumar2020_dense_cnn import finish as finishing
from models.kumar2020_dense_cnn.finish import chosen, finish
from models.kumar2020_dense_cnn.golden import GOLDEN_FILE, golden
from models.kumar2020_dense_cnn.net import RAREST, DenseCnn, Shape, crossed, loss, network

LABELS = torch.arange(240) % 2
TELLING = torch.tensor([3, 7, 11, 30])
GENERATOR = torch.Generator().manual_seed(2)
FEW = {"width": 0.125, "chosen": 4, "trees": 7, "depth": 3}
VECTORS = torch.rand(240, Shape(2, width=0.125).features, generator=GENERATOR)
VECTORS[:, TELLING] += 2.0 * LABELS[:, None]


def shape(judge: str) -> Shape:
    return Shape(2, judge=judge, **FEW)  # type: ignore[arg-type]


def taught(judge: str) -> DenseCnn:
    torch.manual_seed(0)
    return DenseCnn(shape(judge)).eval()


def test_the_golden_file_is_what_the_room_computes() -> None:
    stored, fresh = json.loads(GOLDEN_FILE.read_text("utf-8")), golden()
    assert stored["parameters"] == fresh["parameters"]
    for judge in ("dense", "forest"):
        np.testing.assert_allclose(fresh[judge], stored[judge], atol=2e-4)


def test_features_that_tell_the_classes_apart_are_chosen() -> None:
    assert torch.equal(chosen(VECTORS, LABELS, 4), TELLING)


@given(st.integers(1, 64))
def test_so_many_are_chosen_in_order_and_the_telling_ones_first(count: int) -> None:
    found = chosen(VECTORS, LABELS, count).tolist()
    assert len(found) == count
    assert found == sorted(set(found))
    assert set(found) <= set(TELLING.tolist()) or set(TELLING.tolist()) <= set(found)


@pytest.mark.parametrize("judge", ["dense", "forest"])
def test_what_judges_sees_the_chosen_features_alone(judge: str) -> None:
    made = finish(taught(judge), VECTORS, LABELS, seed=1)
    assert torch.equal(made.chosen, TELLING)
    assert (made.judge(VECTORS[:, TELLING]).argmax(1) == LABELS).double().mean() > 0.95


@pytest.mark.parametrize("judge", ["dense", "forest"])
def test_the_convolutions_stay_and_the_same_seed_fits_the_same(judge: str) -> None:
    network, image = taught(judge), torch.rand(2, 3, 32, 32)
    one, two, other = (finish(network, VECTORS, LABELS, seed) for seed in (1, 1, 2))
    assert torch.equal(one.vector(image), network.vector(image))
    assert torch.equal(one(image), two(image))
    fitted = [each.judge.state_dict() for each in (one, other)]
    assert any(not torch.equal(fitted[0][name], fitted[1][name]) for name in fitted[0])


def test_the_forest_votes_as_scikit_learn_does(monkeypatch: pytest.MonkeyPatch) -> None:
    grown: list[RandomForestClassifier] = []

    class Watched(RandomForestClassifier):  # type: ignore[misc]  # the library has no types
        def fit(self, *given: np.ndarray) -> RandomForestClassifier:
            grown.append(super().fit(*given))
            return grown[-1]

    monkeypatch.setattr(finishing, "RandomForestClassifier", Watched)
    made = finish(taught("forest"), VECTORS, LABELS, seed=1)
    shares = np.maximum(grown[0].predict_proba(VECTORS[:, TELLING].numpy()), RAREST)
    np.testing.assert_allclose(made.judge(VECTORS[:, TELLING]).exp().numpy(), shares, atol=1e-6)


@pytest.mark.parametrize("judge", ["dense", "forest"])
def test_the_file_of_a_finished_network_opens_as_one(judge: str) -> None:
    made = finish(taught(judge), VECTORS, LABELS, seed=1)
    again = network(2, finished=True, judge=judge, **FEW)
    again.load_state_dict(made.state_dict())
    image = torch.rand(3, 3, 32, 32)
    assert torch.equal(again.eval()(image), made(image))


def test_no_feature_is_below_nothing_as_chi_square_wants() -> None:
    assert float(taught("dense").vector(torch.randn(5, 3, 48, 48)).detach().min()) >= 0


LOGITS = st.lists(st.tuples(st.floats(-6, 6), st.floats(-6, 6)), min_size=1, max_size=6)


@given(LOGITS, st.data())
def test_the_loss_is_a_sigmoids_cross_entropy(rows: list[tuple[float, float]], data: st.DataObject) -> None:
    labels = data.draw(st.lists(st.integers(0, 1), min_size=len(rows), max_size=len(rows)))
    logits, places = torch.tensor(rows, dtype=torch.float64), torch.tensor(labels)
    share = torch.sigmoid(logits)
    due = -torch.where(functional.one_hot(places, 2) == 1, share.log(), (1 - share).log()).mean()
    assert float(crossed(logits, places)) == pytest.approx(float(due), abs=1e-6)


def test_a_cell_without_a_label_says_nothing() -> None:
    logits = torch.randn(3, 2, requires_grad=True)
    crossed(logits, torch.tensor([-1, 1, -1])).backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert (logits.grad.abs().sum(1) > 0).tolist() == [False, True, False]


def test_the_loss_asks_the_network() -> None:
    image: Tensor = torch.rand(2, 3, 32, 32)
    found, labels = taught("dense"), torch.tensor([0, 1])
    assert torch.equal(loss(found, image, labels, torch.zeros(2, 2, 32, 32)), crossed(found(image), labels))


def test_what_makes_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="of 64 features 65 cannot be chosen"):
        network(2, width=0.125, chosen=65)
    with pytest.raises(ValueError, match="'jury'"):
        network(2, judge="jury")
    with pytest.raises(ValueError, match="only 1 of 2 classes"):
        finish(taught("forest"), VECTORS, torch.zeros(240, dtype=torch.int64), seed=0)


def test_the_room_is_furnished() -> None:
    folder = Path(room.__file__).parent
    card = tomllib.loads((folder / "card.toml").read_text("utf-8"))
    assert card["name"] == folder.name
    assert card["parameters"] == sum(each.numel() for each in network(2, finished=True).parameters())
    assert "## Limits" in (folder / "README.md").read_text("utf-8")
