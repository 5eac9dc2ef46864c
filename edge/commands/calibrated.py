"""What `marrowkit doctor` says of this station's calibration."""

from __future__ import annotations

from collections.abc import Iterator

from edge.bundle import use_bundle
from edge.calibration import Calibration, load_calibration
from edge.commands.findings import Finding, Place
from edge.errors import BundleFault, CalibrationDamaged


def calibration(place: Place) -> Iterator[Finding]:
    """Whether the station knows its microscope, and whether that is used with the bundle in use."""
    try:
        found = load_calibration(place.data)
    except CalibrationDamaged as fault:
        yield Finding("ISSUE", "calibration", fault.what, fault.remedy)
        return
    if found is None:
        remedy = "Take ten ordinary fields, and: marrowkit calibrate DIR"
        yield Finding("INFO", "calibration", "none: scale and threshold are those of the bundle", remedy)
    else:
        yield _finding(found, place)


def _finding(found: Calibration, place: Place) -> Finding:
    try:
        used = use_bundle(place.bundle, place.data)
    except BundleFault:  # told by the check of the bundle
        return Finding("INFO", "calibration", f"{_summary(found)}; there is no bundle to use it with")
    if found.fits(used.digest):
        return Finding("OK", "calibration", _summary(found))
    fitted, manifest = found.bundle, used.manifest
    what = f"not used: fitted with {fitted.name} {fitted.version}, in use is {manifest.name} {manifest.version}"
    if (fitted.name, fitted.version) == (manifest.name, manifest.version):
        what = f"not used: fitted with another {fitted.name} {fitted.version} than the one in use"
    return Finding("WARNING", "calibration", what, "Calibrate again with this bundle: marrowkit calibrate DIR")


def _summary(found: Calibration) -> str:
    scale, threshold = found.scale, found.threshold
    moved = f"log-odds {threshold.bias:+.2f} on {threshold.cells} cells" if threshold.fitted else "threshold as it was"
    return f"{scale.um_per_px:.4f} µm per pixel ± {100 * scale.relative_sd:.0f} %, {moved}, {len(found.fields)} fields"
