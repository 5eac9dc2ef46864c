"""How long the variants take on this machine, measured in turns, so that a busy moment is everybody's."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from edge.runtime.session import Session
from export.building.given import Given

BATCHES = (1, 16)
WARM_UP, ROUNDS = 1, 6

Clock = Callable[[], float]
Open = Callable[[], Session]


@dataclass(frozen=True, slots=True)
class Speed:
    """The median time of one inference on so many cells, in milliseconds."""

    variant: str
    batch: int
    ms: float


def speeds(variants: Mapping[str, Open], one: Given, clock: Clock = time.perf_counter) -> list[Speed]:
    """Every variant at batch 1 and 16 on what is given of one cell, round by round in turn.

    Raises:
        EngineFault: a variant does not run.
    """
    with ExitStack() as opened:
        sessions = {name: _closing(opened, open_one) for name, open_one in variants.items()}
        return [each for batch in BATCHES for each in _at(batch, sessions, one, clock)]


def _closing(opened: ExitStack, open_one: Open) -> Session:
    session = open_one()
    opened.callback(session.close)
    return session


def _from(turn: int, sessions: Mapping[str, Session]) -> list[tuple[str, Session]]:
    """Each turn begins with another one, so that nobody always comes after the same neighbour."""
    every, first = list(sessions.items()), turn % len(sessions)
    return every[first:] + every[:first]


def _at(batch: int, sessions: Mapping[str, Session], one: Given, clock: Clock) -> list[Speed]:
    given = {name: np.repeat(each, batch, axis=0) for name, each in one.items()}
    times: dict[str, list[float]] = {name: [] for name in sessions}
    for turn in range(WARM_UP + ROUNDS):
        for name, session in _from(turn, sessions):
            began = clock()
            session.run(given)
            if turn >= WARM_UP:
                times[name].append(1000 * (clock() - began))
    return [Speed(name, batch, statistics.median(found)) for name, found in times.items()]
