"""How far a counted share may be from the true one: Wilson's score interval."""

from __future__ import annotations

from math import sqrt

Z_95 = 1.959963984540054
"""Two-sided 95 % point of the normal distribution."""


def wilson(hits: int, total: int, z: float = Z_95) -> tuple[float, float]:
    """Low and high end of the score interval for `hits` of `total`, as proportions 0–1 (Wilson, JASA 1927).

    Unlike p ± z·se it never leaves 0–1 and stays honest near both ends. Nothing counted, nothing known: (0, 1).

    Raises:
        ValueError: hits are not within 0 … total.
    """
    if not 0 <= hits <= total:
        raise ValueError(f"{hits} of {total} is no count")
    if total == 0:
        return 0.0, 1.0
    share, square = hits / total, z * z
    centre = share + square / (2 * total)
    half = z * sqrt(share * (1 - share) / total + square / (4 * total * total))
    shrink = 1 + square / total
    # rounding must not push an end past what was counted, or out of 0–1
    return max(0.0, min(share, (centre - half) / shrink)), min(1.0, max(share, (centre + half) / shrink))


def wilson_percent(hits: int, total: int) -> tuple[float, float]:
    """The 95 % interval in percent."""
    low, high = wilson(hits, total)
    return 100 * low, 100 * high
