"""Which fields can calibrate a station: every figure, and why it is that one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SiteLimits:
    """What is asked of the fields before anything is fitted (A: ours, judged on the sets we have).

    fields         fewest that must pass the gate, and most that are looked at
    readings       fewest in which red cells tell the scale
    spread         median relative deviation of these readings from their median above which they tell nothing in
                   common; over a dozen people of one laboratory (`bccd`) it is 6 %, within one film about 1 %
    apart          distance from the median, in natural logarithms, from which on a reading is of another objective
                   or wrong (40× to 60× is 0.41)
    strangers      share of such readings above which two objectives are mixed: the ruler alone errs so in 1 of 20
    cells          fewest countable cells on which the threshold is fitted
    blasts         share of them, called blasts by the bundle alone, above which these are no ordinary fields
    alarms         share of ordinary cells that may be called blasts
    half_cells     cells at which half of the bias that they ask for is believed
    """

    fields: tuple[int, int] = (8, 30)
    readings: int = 5
    spread: float = 0.08
    apart: float = 0.3
    strangers: float = 0.15
    cells: int = 30
    blasts: float = 0.25
    alarms: float = 0.03
    half_cells: int = 100


USUAL = SiteLimits()
"""As shipped."""
