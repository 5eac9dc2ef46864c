"""One sentence on the wire, in either direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = int | float | str


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a dialect.

    name    its row in the dialect's table
    values  what stands in its places
    """

    name: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def number(self, place: str, default: float = 0.0) -> float:
        """The figure in this place, or the default where the place is empty or holds a word."""
        value = self.values.get(place, default)
        return default if isinstance(value, str) else float(value)

    def text(self, place: str) -> str:
        """The words in this place, empty where there are none."""
        return str(self.values.get(place, ""))
