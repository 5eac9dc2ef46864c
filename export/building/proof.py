"""What proves a built bundle on a kit: its vectors, what each variant may differ on them, and that it passes here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from typing import Any

from edge.bundle import Bundle
from edge.bundle.manifest import Calibration
from edge.bundle.tensors import VectorSet
from edge.runtime.parity import ParityReport, check_variant
from edge.runtime.session import Session
from export.building.asking import loaded
from export.building.outcome import ORIGINAL
from export.building.spec import BuildSpec
from export.building.vectors import asked, chosen, drawings, tolerance
from export.errors import ExportDiffers
from export.variants import BuiltVariants

FLOAT32: Mapping[str, Any] = {"name": ORIGINAL, "engine": "onnxruntime", "files": {"opinion": "network.onnx"}}
"""How the float32 network is loaded: as if it were a variant of its own."""


def provable(spec: BuildSpec, network: bytes, built: BuiltVariants, calibration: Calibration) -> BuiltVariants:
    """The same variants with vectors that prove them, and what each may differ on those.

    Raises:
        LimitsBroken: no drawn cell proves them all.
    """
    drawn = drawings(spec.picture.inputs)
    with ExitStack() as opened:
        original, *sessions = (opened.enter_context(closing(loaded(*each))) for each in with_original(network, built))
        answered = [asked(session, drawn) for session in (original, *sessions)]
        vectors = chosen(drawn, answered[0], answered[1:], calibration)
        variants = [
            {**entry, "tolerance": {"opinion": _tolerance(entry, vectors, session, calibration)}}
            for entry, session in zip(built.variants, sessions, strict=True)
        ]
    return BuiltVariants(built.files, variants, {"opinion": vectors})


def _tolerance(entry: Mapping[str, Any], vectors: VectorSet, session: Session, calibration: Calibration) -> float:
    usual = float(entry["tolerance"]["opinion"])
    return usual if entry["precision"] == "fp32" else tolerance(vectors, session, calibration, usual)


def with_original(network: bytes, built: BuiltVariants) -> list[tuple[Mapping[str, Any], Mapping[str, bytes]]]:
    """float32 and every variant, as `loaded` takes them."""
    return [(FLOAT32, {FLOAT32["files"]["opinion"]: network}), *((entry, built.files) for entry in built.variants)]


def proven(bundle: Bundle, variants: Sequence[str]) -> tuple[ParityReport, ...]:
    """These variants pass here as they would on a kit.

    Raises:
        ExportDiffers: one does not.
    """
    reports = tuple(check_variant(bundle, name) for name in variants)
    for report in reports:
        if not report.passed:
            raise ExportDiffers(f"{report.variant} does not pass here: {report.problem}.", "It must not be shipped.")
    return reports
