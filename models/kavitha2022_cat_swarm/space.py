"""What a swarm may choose: named settings, each a place on one side of the unit cube."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Position = NDArray[np.float64]
"""(dimensions,), each from 0 to 1."""


class Part(Protocol):
    """One setting."""

    @property
    def name(self) -> str:
        """What the network calls it; `rate` and the like are fields of the training."""

    def at(self, share: float) -> Any:
        """The value at a place from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Span:
    """A number from `low` to `high`, both included.

    logarithmic  equal ratios, not equal differences, are equally far
    """

    name: str
    low: float
    high: float
    logarithmic: bool = False

    def __post_init__(self) -> None:
        if not (self.low < self.high and (self.low > 0 or not self.logarithmic)):
            raise ValueError(f"{self.name} has no values from {self.low} to {self.high}")

    def at(self, share: float) -> float:
        """The value at a place from 0 to 1."""
        if self.logarithmic:
            value = math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        else:
            value = self.low + share * (self.high - self.low)
        return min(max(value, self.low), self.high)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some values, in an order in which neighbours are alike."""

    name: str
    values: tuple[Any, ...]

    def at(self, share: float) -> Any:
        """The value at a place from 0 to 1."""
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]


@dataclass(frozen=True, slots=True)
class Space:
    """All settings together."""

    parts: Sequence[Part]

    @property
    def dimensions(self) -> int:
        """Sides of the cube."""
        return len(self.parts)

    def at(self, position: Position) -> dict[str, Any]:
        """The settings at a position, rounded to six digits so that the same text means the same settings."""
        found = {part.name: part.at(float(share)) for part, share in zip(self.parts, position, strict=True)}
        return {name: float(f"{value:.6g}") if isinstance(value, float) else value for name, value in found.items()}
