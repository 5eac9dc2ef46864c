"""What none of the others beats in every respect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from models.kavitha2022_cat_swarm.space import Position

Objectives = tuple[float, ...]
"""Smaller is better, in each."""


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """A position, its settings, and how good they are."""

    position: Position
    settings: dict[str, Any]
    objectives: Objectives


def dominates(one: Objectives, other: Objectives) -> bool:
    """Nowhere worse, and somewhere better."""
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


def undominated(some: Sequence[Tried]) -> list[Tried]:
    """Those that no other one dominates, in order."""
    return [each for each in some if not any(dominates(other.objectives, each.objectives) for other in some)]


@dataclass(slots=True)
class Front:
    """Everything that was tried, and the front of it: one of each settings, by the first objective."""

    tried: list[Tried] = field(default_factory=list)
    best: list[Tried] = field(default_factory=list)

    def add(self, new: Tried) -> None:
        """Take it in; settings that are known already are not told twice."""
        if any(each.settings == new.settings for each in self.tried):
            return
        self.tried.append(new)
        self.best = sorted(undominated([*self.best, new]), key=lambda each: each.objectives)
