"""The whole way from a network to a signed bundle with its card and its report."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.bundle import Bundle
from edge.durable import write_durably
from edge.errors import BadSetting
from edge.runtime.parity import ParityReport
from export.building.asking import loaded, original_answers, require_order, require_sense
from export.building.given import even, rows
from export.building.judging import Original, judged
from export.building.limits import REMEDY, require
from export.building.manifest import manifest_fields
from export.building.outcome import Outcome
from export.building.proof import provable, proven, with_original
from export.building.searching import Bench, searched
from export.building.sets import Calibrating, Sets, read_sets
from export.building.source import float32_network
from export.building.spec import BuildSpec
from export.building.speed import speeds
from export.pack import PackSpec, archive, pack
from export.report.card import card_markdown
from export.report.page import report_page
from export.sign import sign
from export.variants import BuiltVariants, TracedNetwork, build_variants, on_graphics

FOLDER, REPORT, CARD = "bundle", "report.html", "card.md"
SEARCHED = (
    "Calibrate with more or other crops, leave the variant out (--with variants=…), or fine-tune in 8 bits (quantise)."
)
"""What is left to do where layers in float have not helped."""

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Workbench:
    """What a build works with: what it is to make, the key that signs it, where it goes, and who is told."""

    spec: BuildSpec
    key: Ed25519PrivateKey
    out: Path
    say: Say


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
    built, outcome = _made(bench, Original(network, original), sets)
    bench.out.mkdir(parents=True, exist_ok=True)
    _write_report(bench, outcome, None, ())
    require(outcome.lines(), SEARCHED if spec.search else REMEDY)
    try:
        bundle = _packed(bench, outcome, provable(spec, network, built, outcome.calibration))
        _write_report(bench, outcome, bundle, proven(bundle, spec.variants))
    except BaseException:
        _take_back(bench)
        raise
    return bundle


def _traced(spec: BuildSpec, network: bytes, sets: Sets) -> TracedNetwork:
    inputs = spec.picture.inputs
    # What proves the variants is chosen when they are there: see `export.building.proof`.
    return TracedNetwork(network, even(inputs, 0.0), Calibrating(sets.calibration, inputs), spec.how)


def _made(bench: Workbench, original: Original, sets: Sets) -> tuple[BuiltVariants, Outcome]:
    """The variants and what became of them, after a search for layers to keep in float where that is asked for."""
    spec = bench.spec
    traced = _traced(spec, original.network, sets)
    built = build_variants({"opinion": traced}, spec.variants)
    bench.say(f"{', '.join(spec.variants)} are made.")
    outcome = judged(spec, original, built, sets)
    bench.say("The variants have answered.")
    if spec.search:
        built, outcome = searched(Bench(spec, traced, original, sets), built, outcome)
    one = rows(next(sets.held_out.shown(spec.picture.inputs)), slice(1))
    every = {str(entry["name"]): partial(loaded, entry, files)
             for entry, files in with_original(original.network, built)}  # fmt: skip
    return built, replace(outcome, speeds=speeds(every, one))


def _packed(bench: Workbench, outcome: Outcome, built: BuiltVariants) -> Bundle:
    folder = bench.out / FOLDER
    variants = [*built.variants, *on_graphics(built.variants)]
    pack(PackSpec(manifest_fields(outcome, variants), built.files, built.vectors), folder)
    bundle = sign(folder, bench.key)
    archive(folder, bench.out / archive_name(bench.spec))
    return bundle


def _take_back(bench: Workbench) -> None:
    """What is not proven is not left lying about."""
    shutil.rmtree(bench.out / FOLDER, ignore_errors=True)
    (bench.out / archive_name(bench.spec)).unlink(missing_ok=True)


def archive_name(spec: BuildSpec) -> str:
    """The bundle as one file: `NAME-VERSION.mkb`."""
    return f"{spec.name}-{spec.version}.mkb"


def _write_report(bench: Workbench, outcome: Outcome, bundle: Bundle | None, parity: Sequence[ParityReport]) -> None:
    """The page in any case; the card only of a bundle that is there."""
    write_durably(bench.out / REPORT, report_page(outcome, bundle, parity).encode())
    if bundle is not None:
        write_durably(bench.out / CARD, card_markdown(bundle.manifest).encode())


def _require_empty(out: Path) -> None:
    """The report of a build that broke a limit is no hindrance to the next one."""
    if out.exists() and (not out.is_dir() or {each.name for each in out.iterdir()} - {REPORT}):
        raise BadSetting(f"{out} holds something already.", "Name a new folder with --out.")
