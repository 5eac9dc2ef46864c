"""What a build fits and times: temperatures, speeds, vectors, outcomes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edge.bundle.manifest import Calibration
from edge.bundle.tensors import IMAGE
from export.building.outcome import Outcome, Said
from export.building.reading import build_spec
from export.building.speed import BATCHES, ROUNDS, WARM_UP, speeds
from export.building.temperature import fitted
from export.building.vectors import CANDIDATES, LEAST_CELLS, MOST_CELLS, apart, chosen
from export.errors import LimitsBroken
from export.report.plots import confused, reliable
from tests.namer import LABELS, build_fields


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_a_temperature_is_found_again(temperature: float) -> None:
    random = np.random.default_rng(0)
    logits = random.normal(0, 2, (4000, 3)).astype(np.float32)
    shares = np.exp(logits / temperature) / np.exp(logits / temperature).sum(axis=1, keepdims=True)
    truth = np.array([random.choice(3, p=row) for row in shares])
    assert fitted(logits, truth) == pytest.approx(temperature, rel=0.12)


def test_a_few_cells_that_are_all_right_do_not_make_it_sure_without_end() -> None:
    truth = np.repeat([0, 1], 5)
    logits = np.eye(2, dtype=np.float32)[truth] * 4
    sure = 1 / (1 + np.exp(-4 / fitted(logits, truth)))
    assert sure == pytest.approx(6 / 7, abs=0.01)


def test_variants_take_turns_and_their_medians_are_told() -> None:
    turns: list[str] = []

    class Session:
        engine = "none"

        def __init__(self, name: str) -> None:
            self.name = name

        def run(self, inputs: Any) -> Any:
            turns.append(f"{self.name}{len(inputs[IMAGE])}")
            return {}

        def close(self) -> None:
            turns.append("closed")

    ticks = iter(range(10_000))
    opened = {name: (lambda name=name: Session(name)) for name in "ab"}
    found = speeds(opened, {IMAGE: np.zeros((1, 3, 4, 4), np.float32)}, lambda: float(next(ticks)))
    assert [(each.variant, each.batch, each.ms) for each in found] == [
        (name, batch, 1000.0) for batch in BATCHES for name in "ab"
    ]
    assert turns[:4] == ["a1", "b1", "b1", "a1"]
    assert len(turns) == 2 * len(BATCHES) * (WARM_UP + ROUNDS) + 2


UNCHANGED = Calibration(temperature=1.0, bias=(0.0, 0.0))


def candidates(side: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Pictures, and logits from unsure to sure."""
    images = np.arange(CANDIDATES, dtype=np.float32)[:, None, None, None] * np.ones((1, 3, side, side), np.float32)
    sure = np.linspace(0, 4, CANDIDATES, dtype=np.float32)
    return images, np.stack([sure, -sure], axis=1)


def test_vectors_run_from_the_least_to_the_most_sure_answer() -> None:
    images, original = candidates()
    vectors = chosen({IMAGE: images}, original, [original + np.float32(0.01)], UNCHANGED)
    assert len(vectors.logits) == MOST_CELLS
    assert vectors.logits[0].tolist() == original[0].tolist()
    assert vectors.logits[-1].tolist() == original[-1].tolist()
    assert vectors.inputs[IMAGE][:, 0, 0, 0].tolist() == sorted(vectors.inputs[IMAGE][:, 0, 0, 0].tolist())


def test_drawings_on_which_a_variant_strays_prove_nothing_and_are_not_taken() -> None:
    images, original = candidates()
    strayed = original.copy()
    strayed[10:40] *= -1
    vectors = chosen({IMAGE: images}, original, [original, strayed], UNCHANGED)
    taken = vectors.inputs[IMAGE][:, 0, 0, 0].astype(int)
    gap = apart(strayed, original, UNCHANGED)[taken]
    assert gap.max() <= 0.13
    assert not set(range(12, 40)) & set(taken.tolist())


def test_where_a_variant_strays_everywhere_there_is_no_bundle() -> None:
    images, original = candidates()
    with pytest.raises(LimitsBroken, match=r"On [0-9] of 64 drawn cells only"):
        chosen({IMAGE: images}, original, [-original], UNCHANGED)


def test_large_pictures_make_few_vectors() -> None:
    images, original = candidates(side=300)
    assert len(chosen({IMAGE: images}, original, [original], UNCHANGED).logits) == LEAST_CELLS


def outcome(groups: np.ndarray, logits: np.ndarray, tmp_path: Any) -> Outcome:
    spec = build_spec(build_fields(tmp_path))
    truth = np.repeat(np.arange(4), len(groups) // 4)
    said = [Said("onnx-int8", "an engine", logits, 10)]
    return Outcome(spec, truth, groups.astype(str), logits.copy() + np.float32(1e-3) * truth[:, None], said,
                   Calibration(temperature=1.0, bias=(0.0,) * 4))  # fmt: skip


def test_intervals_are_wider_where_cells_belong_together(tmp_path: Any) -> None:
    """Of patients whose cells are all right or all wrong, 80 cells say no more than 8 patients."""
    logits = np.eye(4, dtype=np.float32)[np.repeat(np.arange(4), 20)] * 3
    logits[0:10] = logits[20:30] = np.float32(0)
    alone = outcome(np.arange(80), logits, tmp_path).figures()[0]
    together = outcome(np.arange(80) // 10, logits, tmp_path).figures()[0]
    assert alone.value == pytest.approx(together.value)
    assert (alone.unit, together.unit) == ("cell", "group")
    assert together.high - together.low > alone.high - alone.low


def test_the_worst_recall_is_the_worst_labels(tmp_path: Any) -> None:
    logits = np.eye(4, dtype=np.float32)[np.repeat(np.arange(4), 25)] * 3
    logits[50:60] = np.array([0, 5, 0, 0], np.float32)
    found = outcome(np.arange(100), logits, tmp_path).figures()
    (worst,) = (each for each in found if "the worst" in each.name and "int8" in each.on)
    assert worst.name == f"recall of {LABELS[2]}, the worst"
    assert worst.value == pytest.approx(0.6)
    assert worst.n == 25


def test_confusion_and_reliability_count_every_cell_once() -> None:
    random = np.random.default_rng(0)
    shares, truth = random.dirichlet(np.ones(3), 200).astype(np.float32), random.integers(0, 3, 200)
    counts = confused(shares.argmax(axis=1), truth, 3)
    assert counts.sum() == 200
    assert np.trace(counts) == (shares.argmax(axis=1) == truth).sum()
    sure, right, many = reliable(shares, truth)
    assert many.sum() == 200
    assert (right * many).sum() == pytest.approx((shares.argmax(axis=1) == truth).sum())
    assert (np.diff(sure) > 0).all()
