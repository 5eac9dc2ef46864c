"""The whole way from a network to a signed bundle with its card and its report."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.bundle import Bundle
from edge.bundle.manifest import Calibration
from edge.bundle.tensors import IMAGE, Floats, VectorSet
from edge.durable import write_durably
from edge.errors import BadSetting
from edge.runtime.parity import ParityReport, check_variant
from edge.runtime.session import Session
from export.building.asking import answers, loaded, network_of, original_answers, require_order, require_sense
from export.building.crops import UNKNOWN, Crops, drawn, read_crops, require_apart, require_labels
from export.building.limits import require
from export.building.manifest import manifest_fields
from export.building.outcome import ORIGINAL, Outcome, Said, Sensitive
from export.building.source import float32_network
from export.building.spec import BuildSpec
from export.building.speed import speeds
from export.building.temperature import fitted
from export.building.vectors import asked, chosen, drawings, tolerance
from export.errors import ExportDiffers
from export.pack import PackSpec, archive, pack
from export.quantise import Arrays
from export.report.card import card_markdown
from export.report.page import report_page
from export.sign import sign
from export.variants import BuiltVariants, TracedNetwork, build_variants, on_graphics

REPORT, CARD = "report.html", "card.md"

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Sets:
    """The crops of a build: those that 8 bits are chosen by, and those that the limits are checked on."""

    calibration: Crops
    held_out: Crops


@dataclass(frozen=True, eq=False)
class Original:
    """The float32 network, and its logits of the held-out crops, (n, labels)."""

    network: bytes
    logits: Floats


@dataclass(frozen=True, eq=False)
class Workbench:
    """What a build works with: what it is to make, the key that signs it, where it goes, and who is told."""

    spec: BuildSpec
    key: Ed25519PrivateKey
    out: Path
    say: Say
    sensitive: Sequence[Sensitive] = ()


def build(bench: Workbench) -> Bundle:
    """Trace, quantise, check on crops that calibration never saw, pack, sign, and write report and card.

    Raises:
        LimitsBroken: a variant is further from float32 than is allowed; the report is there, the bundle is not.
        ExportFault: the network or the crops are not as they have to be; what to change is said.
        BadSetting: the folder `out` holds something, or a setting makes no sense.
    """
    spec, say = bench.spec, bench.say
    _require_empty(bench.out)
    sets = read_sets(spec)
    say(f"{len(sets.calibration)} crops to calibrate with, {len(sets.held_out)} held out.")
    network = float32_network(spec)
    inputs = spec.picture.inputs
    say(f"{spec.network.source} is an ONNX network of {len(network) / 1e6:.1f} MB.")
    original = original_answers(network, sets.held_out, inputs)
    require_order(network, sets.held_out, inputs, original)
    require_sense(original, sets.held_out.labels, spec.labels)
    say("float32 has answered.")
    built = build_variants({"opinion": _traced(spec, network, sets)}, spec.variants)
    outcome = _judged(bench, Original(network, original), built, sets)
    bench.out.mkdir(parents=True, exist_ok=True)
    _write_report(bench, outcome, None, ())
    require(outcome.lines())
    bundle = _packed(bench, outcome, _provable(spec, network, built, outcome.calibration))
    _write_report(bench, outcome, bundle, _proven(bundle, spec.variants))
    return bundle


def read_sets(spec: BuildSpec) -> Sets:
    """The crops that a specification names.

    Raises:
        BadCrops: labels are missing or unknown, or both sets share cells.
        NoImages: a set is not there.
    """
    both = (spec.crops.calibration, spec.crops.held_out)
    found = [read_crops(each, spec.labels, spec.picture, spec.crops.aliases) for each in both]
    calibration, held_out = found[0].rows(drawn(found[0], spec.crops.most)), found[1]
    require_labels(held_out, spec.labels)
    require_apart(calibration, held_out)
    return Sets(calibration, held_out)


def _traced(spec: BuildSpec, network: bytes, sets: Sets) -> TracedNetwork:
    inputs = spec.picture.inputs
    calibration: Iterator[Arrays] = ({IMAGE: image} for image in sets.calibration.shown(inputs))
    blank = {IMAGE: np.zeros((1, len(inputs.mean), inputs.size_px, inputs.size_px), np.float32)}
    return TracedNetwork(
        network, blank, calibration, spec.how
    )  # what proves the variants is chosen when they are there


def _judged(bench: Workbench, original: Original, built: BuiltVariants, sets: Sets) -> Outcome:
    spec, inputs = bench.spec, bench.spec.picture.inputs
    said = [_said(bench, entry, built.files, sets.held_out, original) for entry in built.variants]
    picture = next(sets.held_out.shown(inputs))[0]
    sources = _opened(original.network, built)
    return Outcome(
        spec=spec,
        truth=sets.held_out.labels,
        groups=sets.held_out.groups,
        original=original.logits,
        said=said,
        calibration=_calibration(spec, original.network, sets.calibration),
        speeds=speeds({str(entry["name"]): partial(loaded, entry, files) for entry, files in sources}, picture),
        sensitive=bench.sensitive,
    )


def _said(
    bench: Workbench, entry: Mapping[str, Any], files: Mapping[str, bytes], crops: Crops, original: Original
) -> Said:
    stem = f"{entry['name']}/"
    weight = sum(len(content) for path, content in files.items() if path.startswith(stem))
    with closing(loaded(entry, files)) as session:
        # The same file in the same engine need not be asked twice.
        same = network_of(entry, files).graph == original.network
        logits = original.logits if same else answers(session, crops, bench.spec.picture.inputs)
        bench.say(f"{entry['name']} has answered.")
        return Said(entry["name"], session.engine, logits, weight)


def _calibration(spec: BuildSpec, network: bytes, crops: Crops) -> Calibration:
    none = (0.0,) * len(spec.labels)
    if spec.temperature != "fit":
        return Calibration(temperature=spec.temperature, bias=none)
    labelled = crops.rows(np.flatnonzero(crops.labels != UNKNOWN))
    if not len(labelled):
        remedy = "Put the calibration crops into folders by label, or say the temperature in build.toml."
        raise BadSetting("A temperature cannot be fitted without labels.", remedy)
    logits = original_answers(network, labelled, spec.picture.inputs)
    return Calibration(temperature=fitted(logits, labelled.labels), bias=none)


def _provable(spec: BuildSpec, network: bytes, built: BuiltVariants, calibration: Calibration) -> BuiltVariants:
    """The same variants with vectors that prove them, and what each may differ on those.

    Raises:
        LimitsBroken: no drawn cell proves them all.
    """
    images = drawings(spec.picture.inputs)
    with ExitStack() as opened:
        original, *sessions = (opened.enter_context(closing(loaded(*each))) for each in _opened(network, built))
        answered = [asked(session, images) for session in (original, *sessions)]
        vectors = chosen(images, answered[0], answered[1:], calibration)
        variants = [
            {**entry, "tolerance": {"opinion": _tolerance(entry, vectors, session, calibration)}}
            for entry, session in zip(built.variants, sessions, strict=True)
        ]
    return BuiltVariants(built.files, variants, {"opinion": vectors})


def _tolerance(entry: Mapping[str, Any], vectors: VectorSet, session: Session, calibration: Calibration) -> float:
    usual = float(entry["tolerance"]["opinion"])
    return usual if entry["precision"] == "fp32" else tolerance(vectors, session, calibration, usual)


def _opened(network: bytes, built: BuiltVariants) -> list[tuple[Mapping[str, Any], Mapping[str, bytes]]]:
    """float32 and every variant, as `loaded` takes them."""
    return [(_FLOAT32, {_FLOAT32["files"]["opinion"]: network}), *((entry, built.files) for entry in built.variants)]


def _packed(bench: Workbench, outcome: Outcome, built: BuiltVariants) -> Bundle:
    folder = bench.out / "bundle"
    variants = [*built.variants, *on_graphics(built.variants)]
    pack(PackSpec(manifest_fields(outcome, variants), built.files, built.vectors), folder)
    try:
        bundle = sign(folder, bench.key)
        archive(folder, bench.out / archive_name(bench.spec))
    except BaseException:
        shutil.rmtree(folder)
        raise
    return bundle


def archive_name(spec: BuildSpec) -> str:
    """The bundle as one file: `NAME-VERSION.mkb`."""
    return f"{spec.name}-{spec.version}.mkb"


def _proven(bundle: Bundle, variants: Sequence[str]) -> tuple[ParityReport, ...]:
    """These variants pass here as they would on a kit.

    Raises:
        ExportDiffers: one does not.
    """
    reports = tuple(check_variant(bundle, name) for name in variants)
    for report in reports:
        if not report.passed:
            raise ExportDiffers(f"{report.variant} does not pass here: {report.problem}.", "It must not be shipped.")
    return reports


def _write_report(bench: Workbench, outcome: Outcome, bundle: Bundle | None, parity: Sequence[ParityReport]) -> None:
    """The page in any case; the card only of a bundle that is there."""
    write_durably(bench.out / REPORT, report_page(outcome, bundle, parity).encode())
    if bundle is not None:
        write_durably(bench.out / CARD, card_markdown(bundle.manifest).encode())


def _require_empty(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadSetting(f"{out} holds something already.", "Name a new folder with --out.")


_FLOAT32: Mapping[str, Any] = {"name": ORIGINAL, "engine": "onnxruntime", "files": {"opinion": "network.onnx"}}
