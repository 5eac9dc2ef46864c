"""What `marrowkit doctor` looks at: the software's side. The machine's side is in `edge.commands.machine`."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from edge.bundle import Bundle, load_keys, open_bundle, use_bundle
from edge.bundle.shelf import current_version, shipped_path
from edge.commands.calibrated import calibration
from edge.commands.findings import Finding, Level, Place
from edge.commands.machine import cameras, clock, power, processor
from edge.commands.sheets import parity_figures
from edge.durable import write_durably
from edge.errors import EngineFault, RecordFault
from edge.runtime.choose import choose_variant
from edge.runtime.device import this_device
from edge.runtime.engines import ENGINES, ON_GRAPHICS, find_engine, installed_version
from edge.runtime.parity import ParityReport
from firmware_bridge.errors import Fault

Check = Callable[[Place], Iterable[Finding]]

ENOUGH_MB, BARELY_MB = 1000, 100
NEEDED_ENGINE = "onnxruntime"


def check_everything(place: Place) -> Iterator[Finding]:
    """Every finding, in the order in which a person would look."""
    for check in _CHECKS:
        yield from _guarded(check, place)


def python(place: Place) -> Iterator[Finding]:
    """The interpreter and the system."""
    yield Finding("OK", "python", f"{platform.python_version()} on {platform.platform(terse=True)} ({sys.platform})")


def engines(place: Place) -> Iterator[Finding]:
    """Which inference engines are installed; of those for graphics processors only where there is one."""
    graphics = this_device().graphics
    for name in (each for each in ENGINES if graphics or not each.endswith(ON_GRAPHICS)):
        engine = find_engine(name)
        version = installed_version(engine)
        if version is not None:
            yield Finding("OK", "engine", f"{name} {version}")
        else:
            level: Level = "WARNING" if name == NEEDED_ENGINE else "INFO"
            yield Finding(level, "engine", f"{name} is not installed", engine.remedy)


def data_folder(place: Place) -> Iterator[Finding]:
    """Whether results can be kept."""
    try:
        place.data.mkdir(parents=True, exist_ok=True)
        probe = place.data / ".doctor"
        write_durably(probe, b"can this be written?")
        probe.unlink()
    except OSError as error:
        what = f"{place.data} cannot be written: {error.strerror}"
        yield Finding("ISSUE", "data folder", what, "Name another with --data, or let this user write there.")
    else:
        yield _space(place.data)


def bundle(place: Place) -> Iterator[Finding]:
    """Whether there is a bundle, sound and signed, and how its variants do here."""
    try:
        found = use_bundle(place.bundle, place.data)
    except Fault as fault:
        yield Finding("ISSUE", "bundle", fault.what, fault.remedy)
        return
    said = f"{found.manifest.name} {found.manifest.version}, signed by {found.key.owner}, in {found.path}"
    yield Finding("OK", "bundle", said)
    yield from _newer_shipped(found, place)
    yield from _parity(found, place)


def _guarded(check: Check, place: Place) -> Iterator[Finding]:
    try:
        yield from check(place)
    except (OSError, ValueError) as error:
        # A system file that cannot be read is no reason to hide the other findings.
        yield Finding("INFO", check.__name__.replace("_", " "), f"could not be checked: {error}")


def _newer_shipped(found: Bundle, place: Place) -> Iterator[Finding]:
    name = found.manifest.name
    shipped = shipped_path(name)
    if place.bundle is not None or shipped is None or current_version(name, place.data) is None:
        return
    try:
        version = open_bundle(shipped, load_keys(place.data), admitted=True).manifest.version
    except Fault as fault:
        yield Finding("WARNING", "bundle", f"the one that came with this kit: {fault.what}", fault.remedy)
        return
    if version > found.manifest.version:
        remedy = f"To use it: marrowkit bundle install {shipped}"
        yield Finding("INFO", "bundle", f"version {version} came with this kit", remedy)


def _parity(found: Bundle, place: Place) -> Iterator[Finding]:
    try:
        choice = choose_variant(found, place.data)
    except (EngineFault, RecordFault) as fault:
        yield Finding("ISSUE", "parity", fault.what, fault.remedy)
    else:
        yield from (_variant(report, report.variant == choice.variant) for report in choice.reports)


def _variant(report: ParityReport, used: bool) -> Finding:
    if report.passed:
        return Finding("OK", "parity", f"{report.variant} {'in use' if used else 'passed'}: {parity_figures(report)}")
    level: Level = "WARNING" if report.difference else "INFO"
    return Finding(level, "parity", f"{report.variant} is not used: {report.problem}")


def _space(folder: Path) -> Finding:
    free_mb = shutil.disk_usage(folder).free >> 20
    what, remedy = (
        f"{folder} is writable, {free_mb} MB free",
        "Free some space before the next case.",
    )
    if free_mb >= ENOUGH_MB:
        return Finding("OK", "data folder", what)
    return Finding("WARNING" if free_mb >= BARELY_MB else "ISSUE", "data folder", what, remedy)


_CHECKS: tuple[Check, ...] = (
    python,
    processor,
    engines,
    data_folder,
    bundle,
    calibration,
    cameras,
    clock,
    power,
)
