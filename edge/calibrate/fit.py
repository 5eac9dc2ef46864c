"""From fields to a calibration, or why these fields give none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge.calibrate.bias import fit_threshold
from edge.calibrate.lamp import mean_lamp, unevenness
from edge.calibrate.limits import USUAL, SiteLimits
from edge.calibrate.observe import FieldFile, Look, Observation, look, observe
from edge.calibrate.ruler import fit_scale, mixed
from edge.calibration import Calibration, Dye, FittedWith, Lamp, SiteScale, Stain
from edge.errors import BadSetting, CalibrationRefused
from edge.station import Station
from edge.types import BundleRef, Scale
from firmware_bridge.errors import Fault

Floats = NDArray[np.float64]
OTHER_FIELDS = "Take about ten ordinary fields of one smear with one objective, sharp and evenly lit, and try again."
ORDINARY = "Use smears of people without leukaemia; the threshold is set by what ordinary cells look like here."


@dataclass(frozen=True, eq=False)
class Fitted:
    """A calibration with what it was fitted on.

    used      the fields that took part, in order, and what each told
    left_out  those that did not, by name, with the reason
    """

    calibration: Calibration
    used: tuple[tuple[FieldFile, Observation], ...]
    left_out: dict[str, str]

    @property
    def log_odds(self) -> Floats:
        """Of every countable cell, as the bundle alone pools them, (n,)."""
        return _log_odds([each for _, each in self.used])


def calibrate(
    files: Iterable[FieldFile | Fault],
    station: Station,
    limits: SiteLimits = USUAL,
    tell: Callable[[str], None] = lambda name: None,
) -> Fitted:
    """Fit scale, lamp, dyes and threshold of the microscope that took these fields.

    `station` is one that ignores any earlier calibration; `tell` hears the name of each field as its turn comes.

    Raises:
        BadSetting: more fields than are looked at.
        CalibrationRefused: too few of use, no scale, two objectives, or no ordinary cells.
        EngineFault: an engine failed.
    """
    found = list(files)
    if len(found) > limits.fields[1]:
        what = f"There are {len(found)} pictures; a calibration takes at most {limits.fields[1]}."
        raise BadSetting(what, "Put about ten ordinary fields into a folder of their own.")
    good, left_out = _looked_at(found, tell)
    scale = _scale([seen for _, seen in good], left_out, limits)
    through = _knowing(station, scale)
    used = tuple((file, observe(file.frame(), through)) for file, _ in good)
    observed = [each for _, each in used]
    _refuse_blasts(observed, limits)
    return Fitted(_calibration(observed, scale, station, limits), used, left_out)


def _looked_at(
    found: Sequence[FieldFile | Fault], tell: Callable[[str], None]
) -> tuple[list[tuple[FieldFile, Look]], dict[str, str]]:
    good: list[tuple[FieldFile, Look]] = []
    left_out: dict[str, str] = {}
    for file in found:
        if isinstance(file, Fault):
            left_out[file.what] = file.remedy
            continue
        tell(file.name)
        try:
            seen = look(file.frame())
        except Fault as fault:
            left_out[file.name] = fault.what
            continue
        if seen.problem:
            left_out[file.name] = seen.problem
        else:
            good.append((file, seen))
    return good, left_out


def _scale(looks: Sequence[Look], left_out: dict[str, str], limits: SiteLimits) -> SiteScale:
    least = limits.fields[0]
    if len(looks) < least:
        what = f"Only {len(looks)} of {len(looks) + len(left_out)} pictures are of use; a calibration needs {least}."
        raise CalibrationRefused(_listed(what, left_out), OTHER_FIELDS)
    readings = {seen.name: seen.reading for seen in looks if seen.reading is not None}
    if len(readings) < limits.readings:
        silent = {seen.name: "No red cells to measure by." for seen in looks if seen.reading is None}
        what = f"Red cells tell the scale in only {len(readings)} fields; {limits.readings} are needed."
        raise CalibrationRefused(_listed(what, silent), OTHER_FIELDS)
    if mixed(list(readings.values()), limits):
        told = {name: f"{reading.um_per_px:.3f} µm per pixel by its red cells." for name, reading in readings.items()}
        what = "The fields disagree on how large a pixel is: more than one objective or camera took them."
        raise CalibrationRefused(_listed(what, told), OTHER_FIELDS)
    return fit_scale(list(readings.values()))


def _refuse_blasts(observed: Sequence[Observation], limits: SiteLimits) -> None:
    called = {each.name: (int(each.called.sum()), len(each.called)) for each in observed}
    blasts, cells = (sum(column) for column in zip(*called.values(), strict=True))
    if cells < limits.cells or blasts <= limits.blasts * cells:
        return
    told = {name: f"{some} of {all_of_it} countable cells." for name, (some, all_of_it) in called.items() if some}
    what = f"These are not ordinary fields: {blasts} of {cells} countable cells look like blasts."
    raise CalibrationRefused(_listed(what, told), ORDINARY)


def _listed(what: str, by_name: dict[str, str]) -> str:
    return "\n".join((what, *(f"  {name}: {said}" for name, said in by_name.items())))


def _knowing(station: Station, scale: SiteScale) -> Station:
    """The station once it knows its scale; the fields have passed the gate already."""
    options = replace(station.options, um_per_px=None, ignore_quality=True)
    return replace(station, site_scale=Scale(scale.um_per_px, scale.relative_sd, "given"), options=options)


def _calibration(
    observed: Sequence[Observation], scale: SiteScale, station: Station, limits: SiteLimits
) -> Calibration:
    return Calibration(
        bundle=_fitted_with(station.bundle),
        scale=scale,
        lamp=_lamp(observed),
        stain=_stain(observed),
        threshold=fit_threshold(_log_odds(observed), station.jury.fusion.threshold, limits),
        fields=tuple(each.name for each in observed),
    )


def _fitted_with(bundle: BundleRef) -> FittedWith:
    return FittedWith(name=bundle.name, version=bundle.version, digest=bundle.digest)


def _lamp(observed: Sequence[Observation]) -> Lamp:
    mean = mean_lamp([each.lamp for each in observed])
    c, x, y, xx, xy, yy = map(float, mean)
    return Lamp(coefficients=(c, x, y, xx, xy, yy), unevenness=unevenness(mean), fields=len(observed))


def _stain(observed: Sequence[Observation]) -> Stain:
    return Stain(
        nuclear=_dye([each.nuclear for each in observed]),
        red_cell=_dye([each.red_cell for each in observed]),
        fields=len(observed),
    )


def _dye(each: Sequence[Floats | None]) -> Dye | None:
    known = [one for one in each if one is not None]
    if not known:
        return None
    red, green, blue = map(float, np.median(known, axis=0))
    return red, green, blue


def _log_odds(observed: Sequence[Observation]) -> Floats:
    return np.concatenate([each.log_odds for each in observed])
