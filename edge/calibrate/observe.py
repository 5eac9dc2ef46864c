"""What one field tells: first its quality and red cells, then, at the fitted scale, its lamp, dyes and cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.calibrate.lamp import lamp_coefficients
from edge.optics.stain import stained
from edge.optics.survey import Survey, survey
from edge.quality import gate
from edge.scale import RulerReading, measure
from edge.scale.choose import scale_of
from edge.station import Station
from edge.types import Examination, Frame, Labels
from edge.words import say

Floats = NDArray[np.float64]
BUDGET_PX = 3.5e5
"""Size of the copy on which lamp and dyes are read: that of the ruler."""
FEW_PX = 200
"""Pixels of a dye below which a field tells nothing of it."""
RIM_PX = 3
"""Around nuclei, left out of the red cells: cytoplasm and blur."""


class FieldFile(Protocol):
    """A picture that can be read more than once, so that thirty of them need not be held at once."""

    @property
    def name(self) -> str:
        """Its name, for the report."""

    def frame(self) -> Frame:
        """Read it; a Fault where it cannot be."""


@dataclass(frozen=True, slots=True)
class Look:
    """The first look at a field: why it is of no use (empty: it is), and what its red cells say."""

    name: str
    problem: str
    reading: RulerReading | None


@dataclass(frozen=True, eq=False)
class Observation:
    """One field at the fitted scale, without its pixels.

    lamp       (6,) coefficients of the background, see `edge.calibration.Lamp`
    nuclear    (3,) median optical density of the nuclei found, None without
    red_cell   (3,) the same of the red cells
    log_odds   (n,) of its countable cells' being blasts, as the bundle alone pools them
    called     (n,) whether they are called so
    """

    name: str
    lamp: Floats
    nuclear: Floats | None
    red_cell: Floats | None
    log_odds: Floats
    called: NDArray[np.bool_]


def look(frame: Frame) -> Look:
    """Whether the gate lets it through, and its scale where red cells tell it."""
    reading = measure(frame.pixels)
    verdict = gate(frame.pixels, None if reading is None else scale_of(reading))
    return Look(frame.name, " ".join(str(say(reason)) for reason in verdict.reasons), reading)


def observe(frame: Frame, station: Station) -> Observation:
    """Everything else a field tells, seen through a station that knows its scale and was not calibrated before.

    Raises:
        FieldTooLarge, EngineFault: as `Station.examine`.
    """
    seen, examination = survey(frame.pixels, BUDGET_PX), station.examine(frame)
    log_odds, called = _opinions(examination, station)
    nuclear, red_cell = _dyes(seen, examination.nucleus_labels)
    return Observation(frame.name, lamp_coefficients(seen.light.surface), nuclear, red_cell, log_odds, called)


def _opinions(examination: Examination, station: Station) -> tuple[Floats, NDArray[np.bool_]]:
    roles = station.jury.roles
    countable = [each for each in examination.cells if each.cell.countable]
    odds = np.clip([roles.share(each.probability) for each in countable], 1e-6, 1 - 1e-6)
    return np.log(odds / (1 - odds)), np.array([each.label in roles.blast for each in countable], np.bool_)


def _dyes(seen: Survey, nuclei: Labels) -> tuple[Floats | None, Floats | None]:
    size = seen.rgb.shape[1::-1]
    nuclear = cv2.resize((nuclei > 0).view(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    matter = stained(seen)
    if matter is None:
        return _median(seen, nuclear > 0), None
    around = cv2.dilate(nuclear | matter.nuclear.view(np.uint8), np.ones((2 * RIM_PX + 1,) * 2, np.uint8)) > 0
    return _median(seen, nuclear > 0), _median(seen, matter.mask & ~around)


def _median(seen: Survey, mask: NDArray[np.bool_]) -> Floats | None:
    if np.count_nonzero(mask) < FEW_PX:
        return None
    return np.asarray(np.median(seen.density[mask], axis=0), np.float64)
