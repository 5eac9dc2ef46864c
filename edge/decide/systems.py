"""What each of the two systems alone makes of the cells, beside what they say together."""

from __future__ import annotations

from dataclasses import dataclass

from edge.decide.counts import Tally
from edge.decide.wilson import wilson_percent


@dataclass(frozen=True, slots=True)
class SystemSum:
    """Countable cells that one system calls a blast: number, percentage of all, its Wilson 95 % interval in percent."""

    cells: int
    percent: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Systems:
    """Both systems on the same cells. `alike`: cells on which they say the same, a blast or none."""

    rbf: SystemSum
    network: SystemSum
    alike: int

    @property
    def apart(self) -> bool:
        """Whether their counts differ by more than sampling explains: their intervals do not touch."""
        return max(self.rbf.interval[0], self.network.interval[0]) > min(self.rbf.interval[1], self.network.interval[1])


def systems_of(tally: Tally) -> Systems:
    """The systems' own counts in a tally; 0 in (0, 100) where nothing was counted."""
    rbf, network = (_sum(cells, tally.countable) for cells in (tally.rbf_blast, tally.network_blast))
    return Systems(rbf, network, tally.alike)


def _sum(cells: int, countable: int) -> SystemSum:
    return SystemSum(cells, 100 * cells / countable if countable else 0.0, wilson_percent(cells, countable))
