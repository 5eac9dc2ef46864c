"""Networks, rules, vectors, figures and terms become the bundle's folder, signed and tried on this machine."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from edge.bundle import Bundle
from edge.bundle.manifest import NetworkName
from edge.bundle.opened import MANIFEST
from edge.commands.options import data_folder
from edge.errors import BadSetting
from edge.runtime.parity import check_variant
from export.default_bundle.generated import cell_vectors, field_vectors
from export.default_bundle.manifest import data_sources, manifest_fields, metrics_of
from export.default_bundle.workshop import CELLS_IN_8_BITS, OPINION_IN_8_BITS, Workshop
from export.errors import ExportDiffers, ExportFault
from export.keys import signing_key
from export.opinion.report import from_json
from export.pack import PackSpec, pack
from export.sign import sign
from export.variants import OF_QDQ, SHIPPED, BuiltVariants, TracedNetwork, build_variants

MOST_BYTES = 3_000_000
"""A bundle travels on telephones' data plans."""

Say = Callable[[str], None]


def pack_default(shop: Workshop, measured: bytes, say: Say) -> None:
    """Put the bundle into the workshop's `out` in one step; what was there before is in use until then.

    Args:
        shop: every stage before is done.
        measured: the evaluation's JSON.
        say: is told what happens.

    Raises:
        ExportDiffers: a variant does not give the float32 networks' answers on this machine.
        ExportFault: the bundle is too large.
        BadSetting: `out` holds something else than a bundle, or the signing key cannot be read.
    """
    _refuse_strangers(shop.out)
    built = _built(shop)
    spec = PackSpec(_fields(shop, built, measured), {**built.files, **_documents(shop)}, built.vectors)
    folder = shop.out.with_name(f".{shop.out.name}.{secrets.token_hex(4)}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        pack(spec, folder)
        bundle = sign(folder, signing_key(os.environ, data_folder(None), say))
        _require_small(bundle)
        _require_parity(bundle, say)
        _replace(shop.out, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    say(f"{bundle.manifest.name} {bundle.manifest.version} is in {shop.out}, signed with {bundle.key.id}.")


def _built(shop: Workshop) -> BuiltVariants:
    vectors = cell_vectors(shop.opinion().inputs)
    traced: dict[NetworkName, TracedNetwork] = {
        "opinion": TracedNetwork(shop.opinion_network(), vectors, shop.calibration_cells(), OPINION_IN_8_BITS)
    }
    if shop.kept_cells is not None:
        return shop.kept_cells.beside(build_variants(traced, SHIPPED, OF_QDQ))
    cells = TracedNetwork(shop.cells_network(), field_vectors(), shop.calibration_fields(), CELLS_IN_8_BITS)
    return build_variants({**traced, "cells": cells}, SHIPPED, OF_QDQ)


def _fields(shop: Workshop, built: BuiltVariants, measured: bytes) -> dict[str, object]:
    tables = {name: shop.cells_of(name) for name in shop.sets}
    metrics = metrics_of(shop.cells_figures(), from_json(measured))
    inputs = shop.opinion().inputs
    kept = "" if shop.kept_cells is None else shop.kept_cells.said
    return manifest_fields(inputs, shop.judgement(), data_sources(shop.data, tables), metrics, built.variants, kept)


def _documents(shop: Workshop) -> dict[str, bytes]:
    documents = shop.judgement().documents
    named = {"fuzzy.json": documents.fuzzy, "rbf.json": documents.rbf}
    return {name: json.dumps(each, separators=(",", ":")).encode() for name, each in named.items()}


def _require_small(bundle: Bundle) -> None:
    heavy = sum(entry.bytes for entry in bundle.manifest.files.values())
    if heavy > MOST_BYTES:
        raise ExportFault(f"The bundle weighs {heavy} bytes.", f"Bring it below {MOST_BYTES}: fewer test vectors?")


def _require_parity(bundle: Bundle, say: Say) -> None:
    for variant in bundle.manifest.variants:
        report = check_variant(bundle, variant.name)
        if not report.passed:
            raise ExportDiffers(f"{variant.name} does not pass here: {report.problem}.", "It must not be shipped.")
        differences = ", ".join(f"{name} {value:.4f}" for name, value in report.difference.items())
        say(f"{variant.name} passes: differences {differences}; {report.ms_per_batch:.0f} ms for all vectors.")


def _refuse_strangers(out: Path) -> None:
    if out.exists() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        raise BadSetting(f"{out} holds something else than a bundle.", "Name another folder for it.")


def _replace(out: Path, new: Path) -> None:
    before = out.with_name(f"{new.name}.before")
    if out.exists():
        out.rename(before)
    new.rename(out)
    shutil.rmtree(before, ignore_errors=True)
