"""The quality gate: measure a frame coarsely, and say in reasons what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import cv2
import numpy as np

from edge.optics.channels import least_channel, most_channel
from edge.optics.grain import grain_diameters_px
from edge.optics.planes import Mask
from edge.optics.squeeze import released
from edge.optics.stain import Stained, stained
from edge.optics.survey import Survey, survey
from edge.quality.eyepiece import eyepiece_disc
from edge.quality.focus import Sharpness, sharpness
from edge.quality.look import foreign, look
from edge.quality.options import STANDARD, GateOptions
from edge.types import Pixels, Reason, Scale, Verdict

STAINED_LIGHT = 0.7
"""Green over the mean of red and blue below which the "background" is itself stained: a cell cut out."""


def gate(pixels: Pixels, scale: Scale | None = None, options: GateOptions = STANDARD, masked: bool = False) -> Verdict:
    """Whether `pixels` (RGB uint8) are worth analysing; without a `scale` focus is judged by the size of what is seen.

    A crop of a cell on black passes without light or focus being judged: it has neither background nor outline.

    masked  black areas that reach the border are known to be no picture: what an eyepiece shows, made fit by
            `edge.quality.photograph`
    """
    if scale is not None:
        pixels = released(pixels, scale.squeeze)
    side = min(pixels.shape[:2])
    if side < options.smallest_px:
        return _verdict([Reason("size.small", {"side_px": side, "limit_px": options.smallest_px})], {})
    field = survey(pixels, options.budget_px)
    picture = float(np.mean(field.picture))
    if picture < options.least_picture:
        return _verdict([Reason("picture.blank", {"share": round(picture, 3), "limit": options.least_picture})], {})
    if masked:
        return _judged(pixels, field, scale, options)
    if cut_out(field, options):
        return _verdict([], {"picture": picture, "cut_out": 1.0})
    disc = eyepiece_disc(pixels)
    if disc is not None:
        return _verdict([Reason("eyepiece.disc", {"diameter_px": round(2 * disc.radius_px)})], {"picture": picture})
    return _judged(pixels, field, scale, options)


def _verdict(reasons: list[Reason], measures: Mapping[str, float]) -> Verdict:
    return Verdict(not reasons, tuple(reasons), measures)


def cut_out(field: Survey, options: GateOptions = STANDARD) -> bool:
    """Whether it is a cell cut out on black: what there is of light has the colour of a cell."""
    red, green, blue = field.light.level
    return bool(np.mean(~field.picture) >= options.cut_out and green < STAINED_LIGHT * (red + blue) / 2)


def _judged(pixels: Pixels, field: Survey, scale: Scale | None, options: GateOptions) -> Verdict:
    """Light first, then what there is to see, then focus; the stain only where those allow a judgement."""
    matter = stained(field)
    measures = {**_light_measures(field, matter, options), **_matter_measures(field, matter)}
    reasons = list(_light_reasons(measures, max(pixels.shape[:2]), options))
    reasons += _matter_reasons(measures, options)
    if matter is None or measures["stained"] < options.least_stained:
        return _verdict(reasons, measures)
    sharp = sharpness(pixels, field, _um_per_px(field, matter, scale, options), options.focus)
    if sharp is not None:
        measures |= {
            "focus_um": sharp.width_um,
            "focus_widest_um": sharp.widest_um,
            "focus_limit_um": _soft_um(sharp, options),
        }
        reasons += _focus_reasons(sharp, options)
    seen = look(field, matter)
    measures |= seen
    odd = foreign(seen, options.look)
    if odd is not None and not reasons:
        reasons.append(odd)
    return _verdict(reasons, measures)


def _light_measures(field: Survey, matter: Stained | None, options: GateOptions) -> dict[str, float]:
    cells = field.picture & matter.mask if matter is not None else np.zeros_like(field.picture)
    clear = field.picture & ~cells
    return {
        "exposure": float(field.light.level.mean()),
        "unevenness": field.light.unevenness,
        "clipped": _share(least_channel(field.rgb) >= options.clipped, clear),
        "clipped_cells": _share(most_channel(field.rgb) >= options.clipped, cells),
    }


def _share(mask: Mask, among: Mask) -> float:
    whole = np.count_nonzero(among)
    return float(np.count_nonzero(mask & among) / whole) if whole else 0.0


def _matter_measures(field: Survey, matter: Stained | None) -> dict[str, float]:
    """Shares of the picture that are stained (specks of noise taken out) and clear of everything."""
    if matter is None:
        return {"stained": 0.0, "clear": 1.0}
    square = np.ones((3, 3), np.uint8)
    solid = cv2.morphologyEx((matter.mask & field.picture).view(np.uint8), cv2.MORPH_OPEN, square)
    taken = cv2.dilate(matter.mask.view(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return {
        "stained": _share(solid > 0, field.picture),
        "clear": _share(~taken, field.picture),
    }


def _light_reasons(measures: Mapping[str, float], longest_px: int, options: GateOptions) -> Iterator[Reason]:
    if measures["exposure"] < options.darkest:
        yield Reason("light.dark", {"level": round(measures["exposure"]), "limit": round(options.darkest)})
    field_clipped = measures["clipped"] > options.most_clipped and longest_px > options.crop_px
    if field_clipped or measures["clipped_cells"] > options.most_cell_clipped:
        share = measures["clipped"] if field_clipped else measures["clipped_cells"]
        limit = options.most_clipped if field_clipped else options.most_cell_clipped
        yield Reason("light.clipped", {"percent": round(100 * share), "limit": round(100 * limit)})
    if measures["unevenness"] > options.most_uneven:
        percent, limit = round(100 * measures["unevenness"]), round(100 * options.most_uneven)
        yield Reason("light.uneven", {"percent": percent, "limit": limit})


def _matter_reasons(measures: Mapping[str, float], options: GateOptions) -> Iterator[Reason]:
    if measures["stained"] < options.least_stained:
        percent = round(100 * measures["stained"], 1)
        yield Reason("cells.empty", {"percent": percent, "limit": 100 * options.least_stained})
    elif measures["clear"] < options.least_clear:
        percent = round(100 * measures["clear"], 1)
        yield Reason("cells.crowded", {"percent": percent, "limit": 100 * options.least_clear})


def _um_per_px(field: Survey, matter: Stained, scale: Scale | None, options: GateOptions) -> float:
    """The scale, or the one at which the commonest round thing is a red cell: near enough to judge focus."""
    if scale is not None:
        return scale.um_per_px
    sizes = [d for d in grain_diameters_px(matter.mask & field.picture) if d * field.factor >= options.focus.grain_px]
    if not sizes:
        return options.focus.working_um
    alone = sizes[0] > options.focus.cell_share * min(field.picture.shape)
    return (options.focus.cell_um if alone else options.focus.grain_um) / (sizes[0] * field.factor)


def _soft_um(sharp: Sharpness, options: GateOptions) -> float:
    return options.focus.soft_um + options.focus.soft_px * sharp.working_um


def _focus_reasons(sharp: Sharpness, options: GateOptions) -> Iterator[Reason]:
    limit = _soft_um(sharp, options)
    smeared = sharp.widest_um > options.focus.moved * limit
    if smeared and sharp.widest_um > options.focus.one_way * sharp.narrowest_um:
        values = {"width_um": round(sharp.widest_um, 2), "limit_um": round(options.focus.moved * limit, 2)}
        yield Reason("focus.moved", values)
    elif smeared or sharp.width_um > limit:
        yield Reason("focus.soft", {"width_um": round(sharp.width_um, 2), "limit_um": round(limit, 2)})
