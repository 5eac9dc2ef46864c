"""The lie of the land: where the smear begins, how thickly it takes stain, and how high its plane of focus lies.

Sums of a few waves, so that it is known at any point without a neighbour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from firmware_bridge.sim.canvas import Plane

EDGE_UM = -500.0
"""The smear begins about here and goes on to the right; further left is clear glass."""
CLEAR_UM = EDGE_UM - 120.0
"""From here to the left a field shows nothing at all, even at its right side."""
_EDGE_WANDERS_UM, _EDGE_FADES_UM = 25.0, 30.0
_ALL_SMEAR_UM = EDGE_UM + 200.0
_TILT = 0.002
_UNEVEN_UM = 0.8


@dataclass(frozen=True, slots=True)
class Waves:
    """Σ aᵢ·sin(kxᵢ·x + kyᵢ·y + pᵢ), with mean 0 and a spread of about `spread`."""

    kx: NDArray[np.float64]
    ky: NDArray[np.float64]
    phase: NDArray[np.float64]
    amplitude: float

    def at(self, x_um: float, y_um: float) -> float:
        """The value at a point."""
        return float(self.amplitude * np.sin(self.kx * x_um + self.ky * y_um + self.phase).sum())

    def over(self, x_um: NDArray[np.float64], y_um: NDArray[np.float64]) -> Plane:
        """The values on a grid, (len(y), len(x)): sin(a + b) is the sum of two products of a row and a column.

        Not by BLAS, whose threads spin longer than all this takes.
        """
        along = x_um[:, None] * self.kx + self.phase
        across = y_um[:, None] * self.ky
        rows, columns = np.hstack([np.cos(across), np.sin(across)]), np.hstack([np.sin(along), np.cos(along)])
        return np.asarray(self.amplitude * np.einsum("yk,xk->yx", rows, columns), np.float32)


def waves(rng: Generator, lengths_um: tuple[float, float], spread: float, count: int = 5) -> Waves:
    """Random ones with lengths in this range."""
    turn = rng.uniform(0, 2 * np.pi, count)
    k = 2 * np.pi / rng.uniform(*lengths_um, count)
    return Waves(k * np.cos(turn), k * np.sin(turn), rng.uniform(0, 2 * np.pi, count), spread * (2.0 / count) ** 0.5)


class Terrain:
    """The land of one slide."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng([seed, 11])
        self._edge = waves(rng, (150.0, 500.0), _EDGE_WANDERS_UM)
        self._stain = waves(rng, (250.0, 900.0), 0.09)
        self._height = waves(rng, (500.0, 1500.0), _UNEVEN_UM)
        self._tilt = rng.uniform(-_TILT, _TILT, 2)
        self.clouds = (waves(rng, (45.0, 110.0), 1.0), waves(rng, (45.0, 110.0), 1.0))

    def holds_cells(self, x_um: float, y_um: float, diameter_um: float) -> bool:
        """Whether a cell may lie here: clear of the smear's edge."""
        return x_um - diameter_um > EDGE_UM + self._edge.at(0.0, y_um)

    def height_um(self, x_um: float, y_um: float) -> float:
        """Where the focus has to be for this point; 0 at the origin. The land is tilted and a little uneven."""
        uneven_um = self._height.at(x_um, y_um) - self._height.at(0.0, 0.0)
        return float(self._tilt[0] * x_um + self._tilt[1] * y_um) + uneven_um

    def cover(self, x_um: NDArray[np.float64], y_um: NDArray[np.float64]) -> Plane:
        """0 on clear glass, 1 on the smear, between at its edge: (len(y), len(x)), or (1, 1) where all is smear."""
        if x_um[0] > _ALL_SMEAR_UM:
            return np.ones((1, 1), np.float32)
        edge_um = EDGE_UM + self._edge.over(np.zeros(1), y_um)
        t = np.clip((x_um[None, :] - edge_um) / _EDGE_FADES_UM, 0.0, 1.0)
        return np.asarray(t * t * (3.0 - 2.0 * t), np.float32)

    def thickness(self, x_um: NDArray[np.float64], y_um: NDArray[np.float64]) -> Plane:
        """How strongly it is stained here, 1 on average: (len(y), len(x))."""
        return np.asarray(np.clip(1.0 + self._stain.over(x_um, y_um), 0.6, 1.4), np.float32)
