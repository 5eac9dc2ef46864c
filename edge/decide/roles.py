"""What a bundle's labels mean for counting: labels are data, never code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Roles:
    """Which labels count as what.

    blast     counted as blasts, the positive labels
    lymphoid  benign and easily taken for a blast (lymphocytes, hematogones)
    urgent    ask for an urgent look whatever the count (L3-like)
    network_threshold, rbf_threshold  at or above it the system, asked alone, calls a cell a blast
    """

    blast: frozenset[str]
    lymphoid: frozenset[str] = frozenset()
    urgent: frozenset[str] = frozenset()
    network_threshold: float = 0.5
    rbf_threshold: float = 0.5

    def share(self, probability: Mapping[str, float]) -> float:
        """The blast labels' probability together."""
        return sum(each for label, each in probability.items() if label in self.blast)
