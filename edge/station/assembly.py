"""Put a station together from a bundle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from edge.bundle import Bundle, use_bundle
from edge.bundle.manifest import Manifest, NetworkName
from edge.bundle.parse import UPDATE_KIT
from edge.calibration import Calibration, load_calibration
from edge.decide.cells import FuzzyRbf, Jury
from edge.decide.fuse import Fusion
from edge.decide.fuzzy import FuzzySystem
from edge.decide.network import NetworkOpinion
from edge.decide.rbf import RbfNetwork
from edge.decide.roles import Roles
from edge.decide.views import VIEWS, channels
from edge.errors import BundleDamaged, BundleUnsupported
from edge.optics.normal import WORKING_UM_PER_PX
from edge.runtime import EngineOptions, Session, open_chosen
from edge.segment.find import SegmentOptions
from edge.segment.likelihood import CLASSICAL, Finder
from edge.segment.network import NetworkFinder
from edge.station.examine import Station, StationOptions
from edge.types import BundleRef


def open_station(
    bundle: str | None, data: Path, options: StationOptions | None = None, engines: EngineOptions | None = None
) -> Station:
    """A station on the bundle of that name or path (None: the one in use), on the fastest variant that is right here.

    Raises:
        BundleFault: there is none, or it is damaged, not trusted or not for this kit.
        EngineFault: no variant of it gives the signed answers on this device.
        CalibrationDamaged: the station was calibrated, and what was kept of it cannot be read.
    """
    options = options or StationOptions()
    opened = use_bundle(bundle, data, views=VIEWS)
    site = None if options.ignore_calibration else _calibration_for(opened, data)
    manifest = opened.manifest
    _require_scale(manifest)
    _require_channels(manifest)
    jury, segment = (
        _jury(opened, site),
        segment_options(manifest),
    )  # before the engines, which would have to be closed again
    sessions, choice = open_chosen(opened, data, engines)
    return Station(
        bundle=BundleRef(manifest.name, manifest.version, opened.digest, choice.variant),
        finder=_finder(manifest, sessions),
        segment=segment,
        network=NetworkOpinion(sessions["opinion"], manifest.preprocessing, manifest.calibration),
        jury=jury,
        assumed_um_per_px=manifest.intended_use.um_per_px,
        options=options,
        sessions={str(network): session for network, session in sessions.items()},
        site_scale=None if site is None else site.site_scale,
    )


def _calibration_for(opened: Bundle, data: Path) -> Calibration | None:
    """One that was fitted with another bundle is not used: `marrowkit doctor` says so."""
    site = load_calibration(data)
    return site if site is not None and site.fits(opened.digest) else None


def segment_options(manifest: Manifest) -> SegmentOptions:
    """The bundle's limits for finding cells, the kit's own where it names none.

    Raises:
        BundleUnsupported: a limit that this kit does not know.
    """
    given = dict(manifest.segmentation.limits)
    kit = SegmentOptions()
    options = SegmentOptions(**{part.name: _limited(getattr(kit, part.name), given) for part in fields(kit)})
    if given:
        raise BundleUnsupported(f"segmentation.limits: this kit knows no {', '.join(given)}.", UPDATE_KIT)
    return options


def _limited(part: Any, given: dict[str, float]) -> Any:
    """One part of the options with the limits that are given for it; they are taken out of `given`."""
    names = [each.name for each in fields(part) if each.name in given]
    return replace(part, **{name: given.pop(name) for name in names})


def _require_scale(manifest: Manifest) -> None:
    asked = manifest.segmentation.um_per_px
    if asked != WORKING_UM_PER_PX:
        raise BundleUnsupported(
            f"segmentation.um_per_px: this kit finds cells at {WORKING_UM_PER_PX}, not {asked:g}.", UPDATE_KIT
        )


def _require_channels(manifest: Manifest) -> None:
    inputs = manifest.preprocessing
    planes = channels(VIEWS[inputs.view])
    if len(inputs.mean) != planes:
        raise BundleUnsupported(
            f"preprocessing.mean: the view {inputs.view!r} has {planes} channels, not {len(inputs.mean)}.", UPDATE_KIT
        )


def _finder(manifest: Manifest, sessions: Mapping[NetworkName, Session]) -> Finder:
    segmentation = manifest.segmentation
    if segmentation.method == "network":
        return NetworkFinder(sessions["cells"], segmentation.multiple_px)
    module, name = CLASSICAL[segmentation.method].split(":")
    finder: Finder = getattr(import_module(module), name)()
    return finder


def _jury(bundle: Bundle, site: Calibration | None) -> Jury:
    manifest = bundle.manifest
    fuzzy_rbf = FuzzyRbf(
        FuzzySystem.from_document(_document(bundle, manifest.fuzzy)),
        RbfNetwork.from_document(_document(bundle, manifest.rbf)),
    )
    return Jury(fuzzy_rbf, manifest.labels, _roles(manifest), _fusion(manifest, site), manifest.title)


def _roles(manifest: Manifest) -> Roles:
    return Roles(
        blast=frozenset({manifest.positive_label}),
        lymphoid=frozenset(manifest.lymphoid_labels),
        urgent=frozenset(manifest.urgent_labels),
        network_threshold=manifest.thresholds.network,
        rbf_threshold=manifest.thresholds.rbf,
    )


def _fusion(manifest: Manifest, site: Calibration | None) -> Fusion:
    fusion = manifest.fusion
    return Fusion(
        weights=(fusion.network, fusion.rbf),
        bias=fusion.bias + (site.threshold.bias if site else 0.0),
        threshold=manifest.thresholds.positive,
        abstain=manifest.thresholds.abstain,
    )


def _document(bundle: Bundle, name: str) -> Mapping[str, Any]:
    try:
        content = json.loads(bundle.read(name))
    except ValueError as error:
        raise BundleDamaged(f"{name!r} of the bundle is no JSON: {error}.", "Install the bundle again.") from error
    if not isinstance(content, dict):
        raise BundleDamaged(f"{name!r} of the bundle is no JSON object.", "Install the bundle again.")
    return content
