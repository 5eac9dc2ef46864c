"""The room's search before training: for layers and a rate with a small error and few parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models.kavitha2022_cat_swarm.front import Objectives, Tried
from models.kavitha2022_cat_swarm.space import Choice, Space, Span
from models.kavitha2022_cat_swarm.swarm import Habits, Score, let_out

RATE = "rate"
SPACE = Space(
    (
        Choice("blocks", (2, 3, 4)),
        Choice("width", (8, 12, 16, 24, 32, 48)),
        Choice("kernel", (3, 5)),
        Choice("dense", (32, 64, 128, 256)),
        Span("dropout", 0.0, 0.6),
        Span(RATE, 3e-4, 1e-2, logarithmic=True),
    )
)


Found = tuple[Mapping[str, Any], Sequence[Tried], Sequence[Tried]]
"""Fields of the training that were found best, the front, and everything that was tried."""


def search(**told: Any) -> Callable[[Score, int], Found]:
    """A hunt by cats of such `Habits`. It is given what tells error of validation and parameters of fields of a
    training (`rate`, and `settings` of the network), and a seed.

    Raises:
        TypeError: another habit.
        ValueError: a value that makes no sense.
    """
    habits = Habits(**told)

    def hunt(score: Score, seed: int) -> Found:
        found = let_out(SPACE, lambda settings: score(fields(settings)), habits, seed)
        return fields(best(found.best).settings), found.best, found.tried

    return hunt


def fields(settings: Mapping[str, Any]) -> dict[str, Any]:
    """As a training takes them."""
    return {RATE: settings[RATE], "settings": {name: each for name, each in settings.items() if name != RATE}}


def best(front: Sequence[Tried]) -> Tried:
    """The smallest error, and of those the fewest parameters."""

    def order(each: Tried) -> Objectives:
        return each.objectives

    return min(front, key=order)
