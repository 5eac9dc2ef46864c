"""How large a pixel is with each objective of this microscope, as somebody told it or had it measured."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import hypot, log
from typing import Any

from edge.casework.books import Books
from edge.errors import BadSetting, ScaleLines, ScaleSize, ScaleUnknown, ScaleUnlikely
from edge.record.clock import clock_hint
from edge.record.station_facts import ToldScale
from edge.record.steps import Doing
from edge.scale.choose import GIVEN_SD, PLAUSIBLE_UM_PER_PX
from edge.scale.micrometre import find_lines
from edge.scale.ruler import measure
from edge.types import Frame

POINT_SD_SHARE = 0.0015
"""How exactly a finger and a cross-hair mark a line, as a share of the picture's longer side: 1.5 of 960 pixels (A)."""
LEAST_APART_SHARE = 0.05
MOST_OFF = 0.3
"""Natural logarithm of the ratio of two scales: the red cells' is 6 % uncertain, and sick people's red cells are up
to a seventh wider or narrower than 7.5 µm (A)."""
Mark = tuple[float, float]
"""A place in a picture however large it is shown: shares of its width and height."""


def same_objective(name: str) -> str:
    """What is the same for all ways to write an objective: `100x/1,25 Oil` is `100×  1.25 oil`."""
    plain = unicodedata.normalize("NFKC", name).casefold().replace("×", "x").replace(",", ".")
    return re.sub(r"[^\w.]", "", plain)


@dataclass(frozen=True, slots=True)
class Reading:
    """A scale that was found: µm per pixel, its relative standard uncertainty, the method, and what it came from."""

    um_per_px: float
    relative_sd: float
    method: str
    facts: Mapping[str, Any]


def given(um_per_px: float) -> Reading:
    """As somebody knows it."""
    return Reading(um_per_px, GIVEN_SD, "given", {})


def between(frame: Frame, marks: tuple[Mark, Mark], distance_um: float) -> Reading:
    """From two marks on a micrometre slide.

    Raises:
        BadSetting: they lie too close together to tell.
    """
    height_px, width_px = frame.pixels.shape[:2]
    (x, y), (other_x, other_y) = marks
    apart_px = hypot(width_px * (x - other_x), height_px * (y - other_y))
    apart_share = apart_px / max(width_px, height_px)
    if apart_share < LEAST_APART_SHARE:
        raise BadSetting(f"The two marks are only {apart_px:.0f} pixels apart.", "Mark two lines further apart.")
    facts = {"points": [list(mark) for mark in marks], "distance_um": distance_um}
    return Reading(distance_um / apart_px, 2**0.5 * POINT_SD_SHARE / apart_share, "micrometre", facts)


def by_lines(frame: Frame, spacing_um: float) -> Reading:
    """From the evenly spaced lines of a micrometre slide, found in the picture.

    Raises:
        ScaleLines: there are none.
    """
    lines = find_lines(frame.pixels)
    if lines is None:
        what = "No evenly spaced lines can be made out in this picture."
        raise ScaleLines(what, "Focus on the micrometre slide until at least four lines show, or mark two of them.")
    facts = {"spacing_um": spacing_um, "period_px": lines.period_px, "angle_deg": lines.angle_deg, "lines": lines.lines}
    return Reading(spacing_um / lines.period_px, lines.relative_sd, "micrometre", facts)


def by_red_cells(frame: Frame) -> Reading:
    """From the red cells of a smear.

    Raises:
        ScaleUnknown: there are none to speak of.
    """
    read = measure(frame.pixels)
    if read is None:
        raise ScaleUnknown(
            "There are no red cells to measure by in this picture.", "Find a field with red cells in it."
        )
    return Reading(read.um_per_px, read.relative_sd, "red_cells", {"red_cells": read.red_cells})


def require_likely(reading: Reading, frame: Frame) -> None:
    """A figure that somebody types may have its point at the wrong place, and all sizes with it: red cells in the
    picture would be of another size than people's are.

    Raises:
        ScaleUnlikely: by more than even sick people's red cells differ.
    """
    red = None if reading.method == "red_cells" else measure(frame.pixels)
    if red is None or abs(log(reading.um_per_px / red.um_per_px)) <= MOST_OFF:
        return
    what = f"The red cells in the picture say {red.um_per_px:.3g} µm per pixel, not {reading.um_per_px:.3g}."
    raise ScaleUnlikely(what, "Check the figure and the objective, or confirm that it is right.")


class Scales:
    """The scales of a kit, by objective."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def all(self) -> tuple[ToldScale, ...]:
        """The one in force of each objective."""
        return tuple(self._in_force().values())

    def told(self, objective: str) -> float | None:
        """µm per pixel of an objective; None where nobody said."""
        scale = self._in_force().get(same_objective(objective))
        return None if scale is None else scale.um_per_px

    def keep(self, objective: str, reading: Reading, frame: Frame, by: str) -> ToldScale:
        """Let a reading hold for an objective and pictures of that frame's size.

        Raises:
            BadSetting: no microscope has such a scale, or the objective has no name.
        """
        low, high = PLAUSIBLE_UM_PER_PX
        if not low <= reading.um_per_px <= high or not objective.strip():
            what = f"{reading.um_per_px:.4g} µm per pixel with {objective.strip() or 'no objective'} cannot be."
            raise BadSetting(what, "Check the distance and the objective; with 100× it is often 0.05 to 0.2.")
        height, width = frame.pixels.shape[:2]
        named = (objective.strip(), reading.um_per_px, reading.relative_sd, reading.method)
        scale = ToldScale(*named, width, height, dict(reading.facts), by, clock_hint())
        with self._books.database.writing():
            self._books.station.add_scale(scale)
            after = {"objective": scale.objective, "um_per_px": scale.um_per_px, "method": scale.method}
            self._books.steps.add(None, Doing(kind="scale", operator=by, after=after))
        return scale

    def applied(self, frame: Frame, objective: str) -> Frame:
        """The frame with its objective's scale, where there is one.

        Raises:
            ScaleSize: the camera's pictures have another size than when it was measured.
        """
        scale = self._in_force().get(same_objective(objective))
        if scale is None:
            return frame
        height, width = frame.pixels.shape[:2]
        if (width, height) != (scale.width_px, scale.height_px):
            now, then = f"{width}×{height}", f"{scale.width_px}×{scale.height_px}"
            what = f"Pictures are {now} now; the scale of {objective} was measured at {then}."
            raise ScaleSize(what, "Set the camera back, or measure the scale again.")
        return replace(frame, um_per_px=scale.um_per_px)

    def _in_force(self) -> Mapping[str, ToldScale]:
        """The newest of each objective, however it was written."""
        return {same_objective(scale.objective): scale for scale in self._books.station.scales()}
