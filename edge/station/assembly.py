"""Put a station together from a bundle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from edge.bundle import Bundle
from edge.bundle.manifest import Manifest, NetworkName, Segmentation
from edge.bundle.parse import UPDATE_KIT
from edge.calibration import Calibration, load_calibration
from edge.decide.cells import FuzzyRbf, Jury
from edge.decide.fuse import Fusion
from edge.decide.fuzzy import FuzzySystem
from edge.decide.model import Proof
from edge.decide.network import NetworkOpinion
from edge.decide.rbf import RbfNetwork
from edge.decide.roles import Roles
from edge.decide.views import VIEWS, channels
from edge.errors import BundleDamaged, BundleUnsupported
from edge.optics.normal import WORKING_UM_PER_PX
from edge.runtime import Choice, EngineOptions, Session, open_chosen
from edge.segment.find import SegmentOptions
from edge.segment.likelihood import CLASSICAL, Finder
from edge.segment.network import NetworkFinder
from edge.station.examine import Station, StationOptions
from edge.station.lender import Pair, brought, open_pair, pair_of
from edge.types import BundleRef, Scale

ALONE = (1.0, 0.0)
"""Weights of network and RBF where the network's opinion alone counts."""


def open_station(
    bundle: str | None, data: Path, options: StationOptions | None = None, engines: EngineOptions | None = None
) -> Station:
    """A station on the bundle of that name or path (None: the one in use), on the fastest variant that is right here.

    A classifier's cells are found, and judged by rules, with the default bundle; what a cell is called and whether it
    counts is the classifier's own.

    Raises:
        BundleFault: there is none, or it is damaged, not trusted or not for this kit.
        EngineFault: no variant of it gives the signed answers on this device.
        CalibrationDamaged: the station was calibrated, and what was kept of it cannot be read.
    """
    options = options or StationOptions()
    pair = open_pair(bundle, data)
    site = None if options.ignore_calibration else load_calibration(data)
    parts = _parts(pair, site)  # before the engines, which would have to be closed again
    manifest = pair.own.manifest
    sessions, said, proof = _sessions(pair, data, engines)
    return Station(
        bundle=said,
        finder=_finder(parts.finds, sessions),
        segment=parts.segment,
        network=NetworkOpinion(
            sessions["opinion"], manifest.preprocessing, manifest.calibration, manifest.members or ()
        ),
        jury=parts.jury,
        assumed_um_per_px=manifest.intended_use.um_per_px,
        options=options,
        sessions={str(network): session for network, session in sessions.items()},
        site_scale=_site_scale(pair, site),
        title=manifest.title,
        proof=proof,
    )


def require_usable(bundle: Bundle, data: Path) -> None:
    """A station could be put together from it, as far as that shows without an engine.

    Raises:
        BundleFault: it could not, and this kit must not begin to use it.
    """
    _parts(pair_of(bundle, data), None)


@dataclass(frozen=True, eq=False)
class _Parts:
    """What a bundle is made into without an engine."""

    finds: Segmentation
    segment: SegmentOptions
    jury: Jury


def _parts(pair: Pair, site: Calibration | None) -> _Parts:
    finds = brought(pair.lender, "segmentation", pair.lender.manifest.segmentation)
    _require_scale(finds)
    _require_view(pair.own.manifest)
    return _Parts(finds, segment_options(finds), _jury(pair, site))


def _sessions(
    pair: Pair, data: Path, engines: EngineOptions | None
) -> tuple[dict[NetworkName, Session], BundleRef, Proof | None]:
    """Every network that the station asks, what is said of where they come from, and how the bundle did here."""
    with ExitStack() as opened:
        sessions, choice = _opened(pair.own, data, engines, opened)
        if not pair.borrows:
            opened.pop_all()
            return sessions, _reference(pair.own, choice), _proof(choice)
        lent, lent_choice = _opened(pair.lender, data, engines, opened)
        opened.pop_all()
    lent["opinion"].close()
    lender = _reference(pair.lender, lent_choice)
    networks = {**lent, "opinion": sessions["opinion"]}
    return networks, replace(_reference(pair.own, choice), lender=lender), _proof(choice)


def _proof(choice: Choice) -> Proof | None:
    """How the chosen variant did on the vectors of `opinion`."""
    report = next((each for each in choice.reports if each.variant == choice.variant), None)
    if report is None or "opinion" not in report.difference:
        return None
    return Proof(report.passed, report.engine, report.difference["opinion"], report.tolerance["opinion"])


def _opened(
    bundle: Bundle, data: Path, engines: EngineOptions | None, opened: ExitStack
) -> tuple[dict[NetworkName, Session], Choice]:
    sessions, choice = open_chosen(bundle, data, engines)
    for session in sessions.values():
        opened.callback(session.close)
    return sessions, choice


def _reference(bundle: Bundle, choice: Choice) -> BundleRef:
    return BundleRef(bundle.manifest.name, bundle.manifest.version, bundle.digest, choice.variant)


def _site_scale(pair: Pair, site: Calibration | None) -> Scale | None:
    """Of a calibration fitted with either bundle: the microscope is the same."""
    fits = site is not None and (site.fits(pair.own.digest) or site.fits(pair.lender.digest))
    return site.site_scale if site is not None and fits else None


def segment_options(segmentation: Segmentation) -> SegmentOptions:
    """The bundle's limits for finding cells, the kit's own where it names none.

    Raises:
        BundleUnsupported: a limit that this kit does not know.
    """
    given = dict(segmentation.limits)
    kit = SegmentOptions()
    options = SegmentOptions(**{part.name: _limited(getattr(kit, part.name), given) for part in fields(kit)})
    if given:
        raise BundleUnsupported(f"segmentation.limits: this kit knows no {', '.join(given)}.", UPDATE_KIT)
    return options


def _limited(part: Any, given: dict[str, float]) -> Any:
    """One part of the options with the limits that are given for it; they are taken out of `given`."""
    names = [each.name for each in fields(part) if each.name in given]
    return replace(part, **{name: given.pop(name) for name in names})


def _require_scale(segmentation: Segmentation) -> None:
    asked = segmentation.um_per_px
    if asked != WORKING_UM_PER_PX:
        raise BundleUnsupported(
            f"segmentation.um_per_px: this kit finds cells at {WORKING_UM_PER_PX}, not {asked:g}.", UPDATE_KIT
        )


def _require_view(manifest: Manifest) -> None:
    inputs = manifest.preprocessing
    if inputs.view not in VIEWS:
        raise BundleUnsupported(f"preprocessing.view: this kit has no input view {inputs.view!r}.", UPDATE_KIT)
    planes = channels(VIEWS[inputs.view])
    if len(inputs.mean) != planes:
        raise BundleUnsupported(
            f"preprocessing.mean: the view {inputs.view!r} has {planes} channels, not {len(inputs.mean)}.", UPDATE_KIT
        )


def _finder(segmentation: Segmentation, sessions: Mapping[NetworkName, Session]) -> Finder:
    if segmentation.method == "network":
        return NetworkFinder(sessions["cells"], segmentation.multiple_px)
    module, name = CLASSICAL[segmentation.method].split(":")
    finder: Finder = getattr(import_module(module), name)()
    return finder


def _jury(pair: Pair, site: Calibration | None) -> Jury:
    manifest, lent = pair.own.manifest, pair.lender.manifest
    fuzzy_rbf = FuzzyRbf(
        FuzzySystem.from_document(_document(pair.lender, "fuzzy", lent.fuzzy)),
        RbfNetwork.from_document(_document(pair.lender, "rbf", lent.rbf)),
    )
    # A threshold belongs to the network it was fitted with: `marrowkit doctor` says where there is none for this one.
    bias = site.threshold.bias if site is not None and site.fits(pair.own.digest) else 0.0
    return Jury(fuzzy_rbf, manifest.labels, _roles(pair), _fusion(manifest, bias), manifest.title)


def _roles(pair: Pair) -> Roles:
    manifest, lent = pair.own.manifest, pair.lender.manifest
    return Roles(
        blast=manifest.positives | lent.positives,
        lymphoid=frozenset(manifest.lymphoid_labels),
        urgent=frozenset(manifest.urgent_labels),
        network_threshold=manifest.thresholds.network,
        rbf_threshold=brought(pair.lender, "thresholds.rbf", lent.thresholds.rbf),
    )


def _fusion(manifest: Manifest, site_bias: float) -> Fusion:
    """A classifier has none: its own opinion alone names the cell, and the second one can only raise a doubt."""
    fusion = manifest.fusion
    return Fusion(
        weights=ALONE if fusion is None else (fusion.network, fusion.rbf),
        bias=site_bias + (0.0 if fusion is None else fusion.bias),
        threshold=manifest.thresholds.positive,
        abstain=manifest.thresholds.abstain,
    )


def _document(bundle: Bundle, part: str, path: str | None) -> Mapping[str, Any]:
    name = brought(bundle, part, path)
    try:
        content = json.loads(bundle.read(name), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BundleDamaged(f"{name!r} of the bundle is no JSON: {error}.", "Install the bundle again.") from error
    if not isinstance(content, dict):
        raise BundleDamaged(f"{name!r} of the bundle is no JSON object.", "Install the bundle again.")
    return content


def _no_number(text: str) -> None:
    """JSON has no NaN and no infinity, whatever Python makes of them."""
    raise ValueError(f"{text} is no number")
