"""Cat swarm optimisation with several objectives: most cats sit and look around, some chase the best.

Sources: Chu, Tsai and Pan, Cat swarm optimization, PRICAI 2006 (seeking and tracing); Pradhan and Panda, Solving
multiobjective problems using cat swarm optimization, Expert Systems with Applications 39 (2012): what is chased is
drawn from the archive of undominated positions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.kavitha2022_cat_swarm.front import Front, Objectives, Tried, undominated
from models.kavitha2022_cat_swarm.space import Position, Space

Score = Callable[[Mapping[str, Any]], Objectives]


@dataclass(frozen=True, slots=True)
class Habits:
    """How cats behave; the usual values are the paper's as far as it is known.

    cats, iterations
    mixture   share of the cats that chase in each iteration
    smp       seeking memory pool: places that a sitting cat considers, its own among them
    srd       seeking range of a dimension: how far away they lie at most, as a share of its side
    cdc       counts of dimensions to change, as a share of all
    c         how strongly a chasing cat is drawn
    speed     at most, as a share of a side
    """

    cats: int = 10
    iterations: int = 10
    mixture: float = 0.2
    smp: int = 5
    srd: float = 0.2
    cdc: float = 0.8
    c: float = 2.0
    speed: float = 0.5

    def __post_init__(self) -> None:
        shares = (self.mixture, self.srd, self.cdc, self.speed)
        counted = min(self.cats, self.smp) >= 1 and self.iterations >= 0 and self.c >= 0
        if not (counted and all(0 <= each <= 1 for each in shares)):
            raise ValueError(f"no cats behave like {self}")


@dataclass(eq=False)
class Swarm:
    """Positions and velocities of all cats, (cats, dimensions), and what they have found."""

    space: Space
    score: Score
    habits: Habits
    random: Generator
    found: Front
    position: NDArray[np.float64]
    velocity: NDArray[np.float64]

    def iterate(self) -> None:
        """Every cat moves once: as many as the mixture says chase, drawn anew each time."""
        cats = len(self.position)
        chasing = self.random.permutation(cats) < round(self.habits.mixture * cats)
        for cat in range(cats):
            self.position[cat] = self._chased(cat) if chasing[cat] else self._sought(cat)

    def tried(self, position: Position) -> Tried:
        """A position with how good it is, taken into the front."""
        settings = self.space.at(position)
        new = Tried(position.copy(), settings, self.score(settings))
        self.found.add(new)
        return new

    def _sought(self, cat: int) -> Position:
        """One of the best places of those that a sitting cat considers."""
        here = self.position[cat]
        places = [here, *(self._beside(here) for _ in range(self.habits.smp - 1))]
        best = undominated([self.tried(each) for each in places])
        return best[self.random.integers(len(best))].position

    def _beside(self, here: Position) -> Position:
        sides = len(here)
        changed = self.random.permutation(sides) < max(1, round(self.habits.cdc * sides))
        moved = here + np.where(changed, self.random.uniform(-self.habits.srd, self.habits.srd, sides), 0)
        return moved.clip(0, 1)

    def _chased(self, cat: int) -> Position:
        """A step towards one of the best that anyone has found."""
        prey = self.found.best[self.random.integers(len(self.found.best))].position
        drawn = self.random.uniform(0, 1, len(prey)) * self.habits.c * (prey - self.position[cat])
        self.velocity[cat] = (self.velocity[cat] + drawn).clip(-self.habits.speed, self.habits.speed)
        there: Position = (self.position[cat] + self.velocity[cat]).clip(0, 1)
        return self.tried(there).position


def let_out(space: Space, score: Score, habits: Habits, seed: int) -> Front:
    """What a swarm finds in a space: the same for the same seed and score.

    score  is asked again for settings that it knows: whoever trains for an answer keeps it
    """
    random = np.random.default_rng(seed)
    position = random.uniform(0, 1, (habits.cats, space.dimensions))
    swarm = Swarm(space, score, habits, random, Front(), position, np.zeros_like(position))
    for each in position:
        swarm.tried(each)
    for _ in range(habits.iterations):
        swarm.iterate()
    return swarm.found
