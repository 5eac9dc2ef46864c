"""Which scale holds: a given one, the red cells unless the station knows better, the station's, the bundle's.

Nothing is invented; but a scale that a bundle only assumes gives way where it would make the nuclei impossibly small or
large (`nuclei.py`), and is told as assumed all the same.
"""

from __future__ import annotations

import math
from dataclasses import replace

from edge.errors import BadSetting, ScaleUnknown
from edge.optics.squeeze import released, squeeze_of
from edge.scale.nuclei import USUAL_SD, possible_um_per_px
from edge.scale.options import STANDARD, RulerOptions
from edge.scale.ruler import RulerReading, measure
from edge.types import Frame, Scale

GIVEN_SD = 0.01
"""Relative uncertainty of a scale read off a micrometre slide or known to the source."""
BUNDLE_SD = 0.25
"""Relative uncertainty of a bundle's default: its objective is assumed to be the one in use."""
PLAUSIBLE_UM_PER_PX = 0.01, 10.0
"""From a 130 px red cell seen sixfold to a 1× objective on a large pixel; outside it a scale is a typing error."""
AGREEING_SD = 3.0
"""Standard deviations of their difference within which red cells and calibration tell the same scale."""


def choose_scale(
    frame: Frame,
    given_um_per_px: float | None = None,
    bundle_um_per_px: float | None = None,
    options: RulerOptions = STANDARD,
    site: Scale | None = None,
) -> Scale:
    """The scale of `frame`: given, else what its source knows, else its red cells, else the site's, else the bundle's.

    Red cells that contradict `site`, the calibrated scale of this station, are not believed; the answer tells them.

    Raises:
        BadSetting: a given scale that no microscope has.
        ScaleUnknown: none of these says anything.
    """
    given = given_um_per_px if given_um_per_px is not None else frame.um_per_px
    if given is not None:
        return Scale(
            _plausible(given), GIVEN_SD, "given", squeeze=squeeze_of(frame.pixels) if options.squeezed else 1.0
        )
    reading = measure(frame.pixels, options)
    if site is not None and (reading is None or not _agree(reading, site)):
        seen = None if reading is None else reading.um_per_px
        return replace(site, red_cells_um_per_px=seen, squeeze=squeeze_of(frame.pixels))
    if reading is not None:
        return scale_of(reading)
    if bundle_um_per_px is not None:
        return _assumed(frame, _plausible(bundle_um_per_px))
    raise ScaleUnknown(
        f"How large a pixel of {frame.name or 'this picture'} is, is not known: it shows no red cells to measure by.",
        "Give the scale (--um-per-px), or take a field with red cells in it.",
    )


def scale_of(reading: RulerReading) -> Scale:
    """What red cells say, as a scale."""
    return Scale(reading.um_per_px, reading.relative_sd, "red cells", squeeze=reading.squeeze)


def _assumed(frame: Frame, um_per_px: float) -> Scale:
    """The bundle's usual scale, or one at which the nuclei of the picture can be nuclei."""
    squeeze = squeeze_of(frame.pixels)
    possible = possible_um_per_px(released(frame.pixels, squeeze), um_per_px)
    if possible is None:
        return Scale(um_per_px, BUNDLE_SD, "bundle", squeeze=squeeze)
    return Scale(possible, USUAL_SD, "bundle", squeeze=squeeze)


def _agree(reading: RulerReading, site: Scale) -> bool:
    sd = math.hypot(reading.relative_sd, site.relative_sd)
    return abs(math.log(reading.um_per_px / site.um_per_px)) <= AGREEING_SD * sd


def _plausible(um_per_px: float) -> float:
    low, high = PLAUSIBLE_UM_PER_PX
    if not low <= um_per_px <= high:
        raise BadSetting(
            f"A scale of {um_per_px:g} µm per pixel is none that a microscope has.",
            f"Give a value between {low:g} and {high:g}; with a 100× objective it is often 0.05 to 0.2.",
        )
    return um_per_px
