"""The fastest variant that passes on this device, found once and remembered until device or engines change.

Remembered in `<data>/parity/<bundle digest>.json`, by the device's fingerprint. Only success is remembered: where
nothing passed, the next start tries again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edge.bundle.canonical import canonical_json
from edge.bundle.manifest import NetworkName
from edge.bundle.opened import Bundle
from edge.durable import write_durably
from edge.errors import EngineDisagrees, EngineMissing, RecordFault
from edge.runtime.apart import check_apart
from edge.runtime.device import Device, this_device
from edge.runtime.engines import ENGINES, EngineOptions, find_engine, open_sessions
from edge.runtime.parity import ParityReport, failed
from edge.runtime.session import Session

CACHE_FOLDER = "compiled"
UNKEPT = "Free some room, let this user write there, or name another folder with --data."

Check = Callable[[Bundle, str, EngineOptions, Mapping[str, str]], ParityReport]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which variant to use on which device (its fingerprint), and how each variant did."""

    variant: str
    device: str
    reports: tuple[ParityReport, ...]


def choose_variant(
    bundle: Bundle,
    data_dir: Path,
    options: EngineOptions | None = None,
    engines: Mapping[str, str] = ENGINES,
    check: Check = check_apart,
) -> Choice:
    """The remembered choice for this device, or a new one, which takes seconds.

    Raises:
        EngineDisagrees: variants ran and none passed.
        EngineMissing: no engine that the bundle needs is installed.
        BundleDamaged: the bundle has changed since it was opened.
        RecordFault: the outcome cannot be kept.
    """
    device = this_device(engines)
    remembered = _recall(bundle, data_dir, device)
    if remembered is not None:
        return remembered
    reports = compare_variants(bundle, options or usual_options(data_dir), engines, device, check)
    fastest = _fastest(reports)
    if fastest is None:
        raise _none_passed(bundle, reports, device)
    choice = Choice(fastest, device.fingerprint, reports)
    _remember(choice, bundle, data_dir)
    return choice


def compare_variants(
    bundle: Bundle, options: EngineOptions, engines: Mapping[str, str], device: Device, check: Check = check_apart
) -> tuple[ParityReport, ...]:
    """Every variant checked, here and now; nothing is remembered and nothing raised for a failure."""
    names = [variant.name for variant in bundle.manifest.variants]
    return tuple(_report(bundle, name, options, engines, device, check) for name in names)


def open_chosen(
    bundle: Bundle, data_dir: Path, options: EngineOptions | None = None
) -> tuple[dict[NetworkName, Session], Choice]:
    """The chosen variant's networks, loaded and ready, and the choice.

    Raises:
        As `choose_variant` and `open_sessions`.
    """
    options = options or usual_options(data_dir)
    choice = choose_variant(bundle, data_dir, options)
    return open_sessions(bundle, choice.variant, options), choice


def usual_options(data_dir: Path) -> EngineOptions:
    """The engines' options of a kit: what they compile is kept in `<data>/compiled`."""
    return EngineOptions(cache_dir=data_dir / CACHE_FOLDER)


def recall_choice(bundle: Bundle, data_dir: Path, engines: Mapping[str, str] = ENGINES) -> Choice | None:
    """The remembered choice for this device, or None; nothing is run."""
    return _recall(bundle, data_dir, this_device(engines))


def _report(
    bundle: Bundle, name: str, options: EngineOptions, engines: Mapping[str, str], device: Device, check: Check
) -> ParityReport:
    engine = bundle.manifest.variant(name).engine
    if engine not in engines:
        return failed(bundle, name, f"this kit knows no engine {engine!r}")
    if engine not in device.engines:
        return failed(bundle, name, f"{engine} is not installed. {find_engine(engine, engines).remedy}")
    return check(bundle, name, options, engines)


def _fastest(reports: tuple[ParityReport, ...]) -> str | None:
    timed = [(report.ms_per_batch, report.variant) for report in reports if report.passed]
    return min(timed, key=lambda pair: pair[0] or 0.0)[1] if timed else None


def _none_passed(bundle: Bundle, reports: tuple[ParityReport, ...], device: Device) -> EngineDisagrees | EngineMissing:
    said = "; ".join(f"{report.variant}: {report.problem}" for report in reports)
    name = f"{bundle.manifest.name} {bundle.manifest.version}"
    if not any(variant.engine in device.engines for variant in bundle.manifest.variants):
        return EngineMissing(f"No engine for {name} is installed ({said}).", "Install one of them.")
    return EngineDisagrees(f"No variant of {name} gives the signed answers here ({said}).", "Do not use it here.")


def _place(bundle: Bundle, data_dir: Path) -> Path:
    return data_dir / "parity" / f"{bundle.digest}.json"


def _recall(bundle: Bundle, data_dir: Path, device: Device) -> Choice | None:
    known = _read(_place(bundle, data_dir)).get(device.fingerprint)
    try:
        return None if known is None else _choice(known, bundle)
    except (TypeError, KeyError):
        return None


def _choice(known: Mapping[str, Any], bundle: Bundle) -> Choice:
    reports = tuple(ParityReport(**report) for report in known["reports"])
    bundle.manifest.variant(known["variant"])
    return Choice(known["variant"], known["device"], reports)


def _remember(choice: Choice, bundle: Bundle, data_dir: Path) -> None:
    place = _place(bundle, data_dir)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_durably(place, canonical_json({**_read(place), choice.device: asdict(choice)}))
    except OSError as error:
        what = f"Which engine is the fastest here cannot be kept in {data_dir} ({error.strerror})."
        raise RecordFault(what, UNKEPT) from error


def _read(place: Path) -> dict[str, Any]:
    """What is remembered; a file that is absent or unreadable means that nothing is."""
    try:
        known = json.loads(place.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
