"""Times that can be compared on a machine that others use too: everyone runs in every round, the order turns.

What disturbs a round disturbs all that run in it, so ratios are taken within rounds, and their median is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Clock = Callable[[], float]
Run = Callable[[], object]
LOW = 10
"""Percentile of the times that is told as the time of an undisturbed run."""


@dataclass(frozen=True, eq=False)
class Times:
    """Seconds of every contender in every round, (rounds,) each."""

    seconds: Mapping[str, NDArray[np.float64]]

    def ms(self, name: str) -> float:
        """A time with little disturbance, milliseconds: the tenth percentile."""
        return float(1e3 * np.percentile(self.seconds[name], LOW))

    def ratio(self, name: str, to: str) -> float:
        """How many times faster `name` is than `to`: the median over the rounds."""
        return float(np.median(self.seconds[to] / self.seconds[name]))

    def faster(self, *names: str) -> str:
        """The one of these that wins against the others in most rounds' order: the least median."""
        return min(names, key=lambda name: float(np.median(self.seconds[name])))


def interleaved(contenders: Mapping[str, Run], rounds: int, clock: Clock = time.perf_counter) -> Times:
    """Each contender twice untimed, then once in every round; who begins changes from round to round."""
    for run in contenders.values():
        run()
        run()
    names = list(contenders)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for k in range(rounds):
        for name in names[k % len(names) :] + names[: k % len(names)]:
            begun = clock()
            contenders[name]()
            seconds[name].append(clock() - begun)
    return Times({name: np.array(each) for name, each in seconds.items()})
