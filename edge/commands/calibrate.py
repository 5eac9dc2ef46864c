"""`marrowkit calibrate`: about ten ordinary fields in, this station's scale, light, dyes and threshold kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge.calibration import FILE, PICTURE, Calibration, SiteThreshold, forget_calibration, save_calibration
from edge.commands.options import AsJson, DataDir, data_folder
from edge.commands.picturefiles import picture_files
from edge.errors import BadSetting

if TYPE_CHECKING:
    from edge.calibrate.fit import Fitted
    from edge.station import Station

STRICT = -0.5
"""Bias from which on the loss of blasts is pointed out (A): on `taleqani` −1.48 halved those found in *pre*."""


def calibrate(
    folder: Annotated[
        str | None, typer.Argument(help="Folder of 8 to 30 ordinary fields of one microscope.", metavar="DIR")
    ] = None,
    data: DataDir = None,
    bundle: Annotated[str | None, typer.Option(help="Name or path of a bundle. Default: the one in use.")] = None,
    as_json: AsJson = False,
    reset: Annotated[bool, typer.Option("--reset", help="Forget the calibration of this station.")] = False,
) -> None:
    """Fit scale, light, stain and threshold to this microscope from ordinary fields: no blasts, no labels needed."""
    kept = data_folder(data)
    if reset == (folder is not None):
        raise BadSetting("A calibration needs either a folder of fields or --reset.", "Give one of the two.")
    if folder is None:
        _reset(kept, as_json)
        return
    # late: engines take a second to import, and `--help` should not
    from edge.station import StationOptions, open_station

    with closing(open_station(bundle, kept, StationOptions(ignore_calibration=True))) as station:
        fitted = _fitted(folder, station, kept)
        assumed, threshold = station.assumed_um_per_px, station.jury.fusion.threshold
    if as_json:
        print(json.dumps({**fitted.calibration.model_dump(mode="json"), "left_out": fitted.left_out}))
    else:
        print("\n".join(_report(fitted, assumed, threshold, kept)))


def _fitted(folder: str, station: Station, data: Path) -> Fitted:
    import cv2

    from edge.calibrate import before_and_after
    from edge.calibrate import calibrate as fit

    fitted = fit(picture_files([folder]), station, tell=_progress)
    first, _ = max(fitted.used, key=lambda each: len(each[1].log_odds))
    picture = before_and_after(first.frame(), fitted.calibration, fitted.log_odds, station.jury.fusion.threshold)
    png = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes()
    save_calibration(fitted.calibration, png, data)
    return fitted


def _progress(name: str) -> None:
    print(name, file=sys.stderr, flush=True)


def _reset(data: Path, as_json: bool) -> None:
    there = forget_calibration(data)
    if as_json:
        print(json.dumps({"forgotten": there}))
    else:
        print("The calibration of this station is forgotten." if there else "This station was not calibrated.")


def _report(fitted: Fitted, assumed_um_per_px: float | None, threshold: float, data: Path) -> Iterator[str]:
    found = fitted.calibration
    before = "none" if assumed_um_per_px is None else f"{assumed_um_per_px:.3f}"
    after = f"{found.scale.um_per_px:.4f} µm per pixel ± {100 * found.scale.relative_sd:.0f} %"
    yield f"Fitted on {len(found.fields)} fields with {found.bundle.name} {found.bundle.version}."
    yield from (f"  left out   {name}: {why}" for name, why in fitted.left_out.items())
    yield f"  scale      {before} → {after} ({found.scale.fields} fields)"
    yield f"  light      uneven by {100 * found.lamp.unevenness:.0f} %"
    yield from _dyes(found)
    yield from threshold_lines(found.threshold, threshold)
    yield f"Kept in {data / FILE}; before and after: {data / PICTURE}"
    yield "A station that is running uses it when it is started again."


def threshold_lines(found: SiteThreshold, before: float) -> Iterator[str]:
    """How the threshold moves from `before` (a probability), and what that costs."""
    from edge.calibrate.bias import moved_threshold

    if not found.fitted:
        yield f"  threshold  left at p = {before:.2f}: {found.cells} countable cells are too few to move it"
        return
    shares = f"{100 * found.share_before:.1f} → {100 * found.share_after:.1f} %"
    yield f"  threshold  p = {before:.2f} → {moved_threshold(before, found.bias):.2f} (log-odds {found.bias:+.2f})"
    yield f"  alarms     {shares} of {found.cells} ordinary cells are called blasts"
    if found.bias <= STRICT:
        yield "  caution    so strict a threshold also loses blasts: have a haematologist review the cases"


def _dyes(found: Calibration) -> Iterator[str]:
    for name, dye in (("nuclei", found.stain.nuclear), ("red cells", found.stain.red_cell)):
        said = "none seen" if dye is None else " / ".join(f"{each:.2f}" for each in dye)
        yield f"  {name:<9}  {said}" + ("" if dye is None else " optical density in red / green / blue")
