"""What a simulated camera looks at, and when: the part that fields and slides have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from firmware_bridge.options import SimOptions
from firmware_bridge.picture import Pixels
from firmware_bridge.sim.canvas import Labels, Plane
from firmware_bridge.sim.field import TruthCell

FOCUS_STEP_UM = 0.05
Tint = tuple[float, float, float]
"""Factors for red, green and blue light."""
NEUTRAL: Tint = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a picture is taken: its number, seconds since the start, and the light it is taken in."""

    sequence: int
    elapsed_s: float
    tint: Tint = NEUTRAL


class View(Protocol):
    """Something under the lens. `truth`, `labels` and `stage` belong to the last picture."""

    def clean(self, moment: Moment) -> Pixels:
        """The picture of this moment, without noise."""

    def truth(self) -> tuple[TruthCell, ...]:
        """Every nucleated cell, smudge and platelet whose centre is seen."""

    def labels(self) -> tuple[Labels, Labels]:
        """Label images of whole cells and of nuclei, (height, width) uint16."""

    @property
    def defocus_um(self) -> float:
        """Distance from the best focus."""

    @property
    def stage(self) -> Mapping[str, float] | None:
        """Where stage, focus and lamp are; None without a stage."""


def focus_step(options: SimOptions, away_um: float, elapsed_s: float) -> int:
    """Distance from the best focus in steps of `FOCUS_STEP_UM`, with what has drifted meanwhile."""
    drifted_um = options.focus_drift_um * elapsed_s / 60.0
    return round((options.defocus_um + away_um + drifted_um) / FOCUS_STEP_UM)


def lamp_tint(options: SimOptions, moment: Moment, lamp: float = 1.0) -> Tint:
    """Brightness and colour of the light now, in steps of a thousandth so that the same is the same."""
    now = lamp * max(0.0, 1.0 + options.lamp_drift * moment.elapsed_s / 60.0)
    red, green, blue = (round(float(now * each), 3) for each in moment.tint)
    return red, green, blue


def lit(illumination: Plane, tint: Tint) -> Plane:
    """The illumination in this light."""
    return illumination if tint == NEUTRAL else np.asarray(illumination * np.array(tint, np.float32), np.float32)
