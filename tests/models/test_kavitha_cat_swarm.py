"""Kavitha's room: cats stay in the space, go the same way again, find what is better, and keep the front."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomllib
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models import kavitha2022_cat_swarm as room
from models.kavitha2022_cat_swarm.front import Front, Tried, dominates, undominated
from models.kavitha2022_cat_swarm.golden import GOLDEN_FILE, golden
from models.kavitha2022_cat_swarm.net import network
from models.kavitha2022_cat_swarm.search import SPACE, best, fields, search
from models.kavitha2022_cat_swarm.space import Choice, Space, Span
from models.kavitha2022_cat_swarm.swarm import Habits, Score, let_out

PLANE = Space((Span("x", -3, 3), Span("y", -3, 3)))
SEEDS = st.integers(0, 2**32 - 1)
HABITS = st.builds(
    Habits,
    cats=st.integers(1, 6),
    iterations=st.integers(0, 4),
    mixture=st.floats(0, 1),
    smp=st.integers(1, 5),
    srd=st.floats(0, 1),
    cdc=st.floats(0, 1),
    c=st.floats(0, 4),
    speed=st.floats(0, 1),
)
OBJECTIVES = st.tuples(st.integers(0, 4).map(float), st.integers(0, 4).map(float))


def bowl(at: Any) -> tuple[float, ...]:
    return ((at["x"] - 1) ** 2 + (at["y"] + 2) ** 2,)


def two_bowls(at: Any) -> tuple[float, ...]:
    return at["x"] ** 2 + at["y"] ** 2, (at["x"] - 2) ** 2 + at["y"] ** 2


def rastrigin(at: Any) -> tuple[float, ...]:
    return (sum(v**2 - 10 * np.cos(2 * np.pi * v) + 10 for v in (at["x"], at["y"])),)


def test_the_golden_file_is_what_the_room_computes() -> None:
    stored, fresh = json.loads(GOLDEN_FILE.read_text("utf-8")), golden()
    assert stored["parameters"] == fresh["parameters"]
    np.testing.assert_allclose(fresh["logits"], stored["logits"], atol=2e-4)
    np.testing.assert_allclose(fresh["front"], stored["front"], atol=1e-5)


@settings(max_examples=40)
@given(HABITS, SEEDS)
def test_cats_stay_in_the_space_whatever_their_habits(habits: Habits, seed: int) -> None:
    asked: list[Any] = []

    def score(at: Any) -> tuple[float, ...]:
        asked.append(at)
        return two_bowls({"x": at["rate"], "y": at["dropout"]})

    found = let_out(SPACE, score, habits, seed)
    for at in asked:
        for part in SPACE.parts:
            if isinstance(part, Choice):
                assert at[part.name] in part.values
            elif isinstance(part, Span):
                assert part.low <= at[part.name] <= part.high
    assert all(((each.position >= 0) & (each.position <= 1)).all() for each in found.tried)


@settings(max_examples=20)
@given(HABITS, SEEDS)
def test_the_same_seed_goes_the_same_way(habits: Habits, seed: int) -> None:
    one, two = (let_out(PLANE, two_bowls, habits, seed) for _ in range(2))
    assert [each.settings for each in one.tried] == [each.settings for each in two.tried]


def test_another_seed_goes_another_way() -> None:
    one, two = (let_out(PLANE, bowl, Habits(cats=3, iterations=1), seed) for seed in (0, 1))
    assert one.tried[0].settings != two.tried[0].settings


@pytest.mark.parametrize("score", [bowl, rastrigin], ids=["bowl", "rastrigin"])
def test_known_functions_become_smaller(score: Score) -> None:
    """In the median of nine hunts by a tenth of the first cats' best, and never larger: the archive forgets nothing."""
    shares = []
    for seed in range(9):
        first, last = (let_out(PLANE, score, Habits(iterations=many), seed).best[0].objectives[0] for many in (0, 25))
        assert last <= first
        shares.append(last / first)
    assert np.median(shares) < 0.1


def test_chasing_alone_and_seeking_alone_both_find_something() -> None:
    for mixture in (0.0, 1.0):
        first, last = (
            np.median([let_out(PLANE, bowl, Habits(iterations=many, mixture=mixture), seed).best[0].objectives[0]
                       for seed in range(9)]) for many in (0, 20))  # fmt: skip
        assert last < 0.5 * first


def test_the_front_of_two_bowls_lies_between_them() -> None:
    found = let_out(PLANE, two_bowls, Habits(iterations=25), seed=3)
    assert len(found.best) > 10
    gaps = [np.sqrt(each.objectives[0]) + np.sqrt(each.objectives[1]) - 2 for each in found.best]
    assert np.median(gaps) < 0.1  # on the line between the bowls both distances add up to its length


def tried(objectives: tuple[float, ...], number: int) -> Tried:
    return Tried(np.zeros(1), {"number": number}, objectives)


@given(st.lists(OBJECTIVES, min_size=1, max_size=12))
def test_the_front_is_what_nothing_beats(every: list[tuple[float, float]]) -> None:
    front = Front()
    for number, objectives in enumerate(every):
        front.add(tried(objectives, number))
    assert len(front.tried) == len(every)
    kept = {each.objectives for each in front.best}
    for one in every:
        assert (one in kept) == (not any(dominates(other, one) for other in every))
    assert [each.objectives for each in front.best] == sorted(each.objectives for each in front.best)
    assert {each.objectives for each in undominated(front.tried)} == kept


@given(OBJECTIVES, OBJECTIVES)
def test_two_do_not_dominate_each_other(one: tuple[float, float], other: tuple[float, float]) -> None:
    assert not (dominates(one, other) and dominates(other, one))
    assert not dominates(one, one)


def test_known_settings_are_not_told_twice() -> None:
    front = Front()
    for _ in range(2):
        front.add(tried((1.0, 2.0), 0))
    assert len(front.tried) == len(front.best) == 1


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_span_keeps_order_and_ends(one: float, other: float) -> None:
    for span in (Span("a", -2, 5), Span("b", 1e-4, 1e-1, logarithmic=True)):
        low, high = sorted((one, other))
        assert span.low <= span.at(low) <= span.at(high) <= span.high
        assert [span.at(0), span.at(1)] == pytest.approx([span.low, span.high])


@given(st.integers(0, 2))
def test_every_value_of_a_choice_has_the_same_part_of_its_side(number: int) -> None:
    choice = Choice("kernel", (3, 5, 7))
    shares = [choice.at(share) for share in np.linspace(0, 1, 3000, endpoint=False)]
    assert shares.count(choice.values[number]) == 1000
    assert choice.at(1.0) == 7


@pytest.mark.parametrize("position", [0.0, 0.5, 1.0])
def test_every_corner_of_the_declared_space_is_a_network(position: float) -> None:
    found = fields(SPACE.at(np.full(SPACE.dimensions, position)))
    assert set(found) == {"rate", "settings"}
    assert network(2, **found["settings"]).eval()(torch.rand(2, 3, 32, 32)).shape == (2, 2)


def test_of_equal_errors_the_smaller_network_is_best() -> None:
    assert best([tried((0.2, 5.0), 0), tried((0.1, 9.0), 1), tried((0.1, 7.0), 2)]).settings == {"number": 2}


def test_a_hunt_gives_fields_front_and_trials() -> None:
    def score(at: Any) -> tuple[float, float]:
        return float(at["settings"]["dropout"]), float(at["settings"]["width"])

    chosen, front, every = search(cats=4, iterations=2)(score, 0)
    assert chosen["settings"]["dropout"] == min(each.objectives[0] for each in every)
    assert {each.objectives for each in front} <= {each.objectives for each in every}


@pytest.mark.parametrize("told", [{"cats": 0}, {"mixture": 1.5}, {"smp": 0}, {"c": -1.0}, {"iterations": -1}])
def test_no_cat_behaves_so(told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no cats behave"):
        search(**told)


def test_what_makes_no_network_or_space_is_refused() -> None:
    for wrong in ({"blocks": 0}, {"blocks": 6}, {"kernel": 4}, {"width": 0}):
        with pytest.raises(ValueError, match="no network"):
            network(2, **wrong)
    with pytest.raises(TypeError, match="dogs"):
        search(dogs=3)
    for low, high, logarithmic in ((1, 1, False), (0, 1, True)):
        with pytest.raises(ValueError, match="no values"):
            Span("a", low, high, logarithmic)


def test_the_room_is_furnished() -> None:
    folder = Path(room.__file__).parent
    card = tomllib.loads((folder / "card.toml").read_text("utf-8"))
    assert card["name"] == folder.name
    assert card["parameters"] == sum(each.numel() for each in network(2).parameters())
    for way in ("small", "paper"):
        search(**{name: each for name, each in card[way]["search"].items() if name != "steps"})
    assert "## Limits" in (folder / "README.md").read_text("utf-8")
