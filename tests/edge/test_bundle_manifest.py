from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from edge.bundle.canonical import canonical_json
from edge.bundle.parse import MAX_MANIFEST_BYTES, manifest_bytes, parse_manifest
from edge.bundle.schema import PUBLISHED
from edge.errors import BundleDamaged, BundleUnsupported
from export.pack import build_manifest
from tests.tiny import tiny_fields, tiny_files, tiny_variant

SCHEMA = jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_bytes()))
VECTORS = {"vectors-opinion.npz": b"not looked at here", "vectors-cells.npz": b""}
SOUND: dict[str, Any] = json.loads(
    manifest_bytes(build_manifest(tiny_fields(), {**tiny_files(), **VECTORS}, ("opinion", "cells")))
)
# A field that is sound in form but does not fit the others is refused by the rules, about which the schema is silent.
FREE = (("stain_reference",), ("segmentation", "limits"))
WRONG: tuple[Any, ...] = (None, "text", -1, 1.5, True, [], {})


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def changed(path: tuple[str | int, ...], wrong: Any) -> dict[str, Any]:
    document = copy.deepcopy(SOUND)
    inner: Any = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = wrong
    return document


def structurally_sound(document: dict[str, Any]) -> bool:
    from pydantic import ValidationError

    from edge.bundle.manifest import Manifest

    try:
        Manifest.model_validate_json(canonical_json(document))
    except ValidationError:
        return False
    return True


def test_a_sound_manifest_is_read_and_written_again_to_the_same_bytes() -> None:
    content = canonical_json(SOUND)
    assert manifest_bytes(parse_manifest(content)) == content
    assert SCHEMA.is_valid(SOUND)


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_schema_and_parser_agree_on_every_wrong_value_at_every_place(wrong: Any) -> None:
    for path in places(SOUND):
        if path:
            document = changed(path, wrong)
            assert structurally_sound(document) == SCHEMA.is_valid(document), (path, wrong)


def test_schema_and_parser_agree_on_every_missing_and_every_unknown_field() -> None:
    for path in places(SOUND):
        inner: Any = SOUND
        for step in path:
            inner = inner[step]
        if not isinstance(inner, dict) or path in FREE:
            continue
        for document in [changed(path, {**inner, "surprise!": 1})] if path else [{**SOUND, "surprise!": 1}]:
            assert not structurally_sound(document)
            assert not SCHEMA.is_valid(document)
        for key in inner:
            less = {name: kept for name, kept in inner.items() if name != key}
            document = changed(path, less) if path else less
            assert structurally_sound(document) == SCHEMA.is_valid(document), (path, key)


MISFITS: list[tuple[str, dict[str, Any]]] = [
    ("name", {"name": "Not A Name"}),
    ("version", {"version": 0}),
    ("version", {"version": True}),
    ("labels", {"labels": ["blast"]}),
    ("labels", {"labels": ["blast", "other", "blast"], "calibration": {"temperature": 1, "bias": [0, 0, 0]}}),
    ("positive_label", {"positive_label": "monocyte"}),
    ("urgent_labels[0]", {"urgent_labels": ["L3"]}),
    ("lymphoid_labels[1]", {"lymphoid_labels": ["other", "lymphocyte"]}),
    ("intended_use.um_per_px", {"intended_use": {**tiny_fields()["intended_use"], "um_per_px": 0.0}}),
    ("preprocessing.std", {"preprocessing": {**tiny_fields()["preprocessing"], "std": [1.0]}}),
    ("preprocessing.measures[0]", {"preprocessing": {**tiny_fields()["preprocessing"], "measures": ["mood", "lobes"]}}),
    ("preprocessing.measures_mean", {"preprocessing": {**tiny_fields()["preprocessing"], "measures_mean": []}}),
    ("preprocessing.std[1]", {"preprocessing": {**tiny_fields()["preprocessing"], "std": [1.0, 0.0, 1.0]}}),
    ("thresholds.abstain", {"thresholds": {**tiny_fields()["thresholds"], "abstain": [0.6, 0.4]}}),
    ("thresholds.positive", {"thresholds": {**tiny_fields()["thresholds"], "positive": 1.5}}),
    ("thresholds.positive", {"thresholds": {**tiny_fields()["thresholds"], "positive": 0.7}}),
    ("thresholds.rbf", {"thresholds": {"positive": 0.5, "abstain": [0.4, 0.6], "network": 0.5}}),
    ("calibration.bias", {"calibration": {"temperature": 1.0, "bias": []}}),
    ("calibration.temperature", {"calibration": {"temperature": 0.0, "bias": [0, 0]}}),
    ("fusion", {"fusion": {"network": 0.0, "rbf": 0.0, "bias": 0.0}}),
    ("fuzzy", {"fuzzy": "elsewhere.json"}),
    ("rbf", {"rbf": "../rbf.json"}),
    ("stain_reference.density", {"stain_reference": {"density": "dark"}}),
    ("variants", {"variants": []}),
    ("variants", {"variants": [tiny_variant(), tiny_variant()]}),
    ("variants[1].engine", {"variants": [tiny_variant(), {**tiny_variant("b"), "engine": 7}]}),
    ("variants[0].files.cells", {"variants": [tiny_variant(files="absent.onnx")]}),
    ("variants[0].files.cells", {"variants": [tiny_variant(files="fuzzy.xml")]}),
    ("variants[0].files", {"variants": [{**tiny_variant(), "files": {"opinion": "opinion.onnx"}}]}),
    ("variants[0].files.stage", {"variants": [{**tiny_variant(), "files": {"stage": "opinion.onnx"}}]}),
    ("variants[0].tolerance", {"variants": [{**tiny_variant(), "tolerance": {"opinion": 0.01}}]}),
    ("variants[0].tolerance.cells", {"variants": [{**tiny_variant(), "tolerance": {"opinion": 0.01, "cells": 2}}]}),
    ("vectors", {"vectors": {"opinion": "vectors-opinion.npz"}}),
    ("vectors.cells", {"vectors": {"opinion": "vectors-opinion.npz", "cells": "absent.npz"}}),
    ("segmentation.method", {"segmentation": {**tiny_fields()["segmentation"], "method": "guess"}}),
    ("segmentation.multiple_px", {"segmentation": {**tiny_fields()["segmentation"], "multiple_px": 0}}),
    ("segmentation.limits.cell", {"segmentation": {**tiny_fields()["segmentation"], "limits": {"cell": "half"}}}),
    ("variants[0].colour", {"variants": [{**tiny_variant(), "colour": "red"}]}),
    ("metrics[0]", {"metrics": [{**tiny_fields()["metrics"][0], "low": 0.95}]}),
    ("limits", {"limits": []}),
]


@pytest.mark.parametrize(("path", "changes"), MISFITS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_misfit_is_named_by_its_json_path(path: str, changes: dict[str, Any]) -> None:
    with pytest.raises(BundleUnsupported) as refusal:
        parse_manifest(canonical_json({**SOUND, **changes}))
    assert refusal.value.what.startswith(f"{path}: ")


def test_a_bundle_whose_cells_need_no_network_has_none() -> None:
    plain = {**tiny_fields()["segmentation"], "method": "density"}
    one = {"files": {"opinion": "opinion.onnx"}, "tolerance": {"opinion": 0.01}}
    fields = {**SOUND, "segmentation": plain, "vectors": {"opinion": "vectors-opinion.npz"}}
    assert parse_manifest(canonical_json({**fields, "variants": [{**tiny_variant(), **one}]})).networks == ("opinion",)
    with pytest.raises(BundleUnsupported, match=r"^variants\[0\]\.files: needs opinion, no more"):
        parse_manifest(canonical_json({**fields, "variants": [tiny_variant()]}))


def test_a_bundle_need_not_assume_a_scale() -> None:
    use = {key: value for key, value in SOUND["intended_use"].items() if key != "um_per_px"}
    manifest = parse_manifest(canonical_json({**SOUND, "intended_use": use}))
    assert manifest.intended_use.um_per_px is None
    assert parse_manifest(manifest_bytes(manifest)) == manifest


def test_files_are_bounded_in_number_size_and_name() -> None:
    entry = SOUND["files"]["rbf.json"]
    for more, where in [
        ({f"f{index}": entry for index in range(80)}, "files: "),
        ({"big": {**entry, "bytes": 201 * 2**20}}, "files.big.bytes: "),
        ({f"f{index}": {**entry, "bytes": 150 * 2**20} for index in range(4)}, "files: "),
        ({"RBF.json": entry}, "files: "),
        ({"Manifest.json": entry}, "files.Manifest.json: "),
        ({"/etc/passwd": entry}, "files./etc/passwd"),
        ({"a/../b": entry}, "files.a/../b"),
    ]:
        with pytest.raises(BundleUnsupported) as refusal:
            parse_manifest(canonical_json({**SOUND, "files": {**SOUND["files"], **more}}))
        assert refusal.value.what.startswith(where)


@pytest.mark.parametrize("changes", [{"schema_version": 2}, {"schema_version": True}, {"kind": "segmentation"}])
def test_another_schema_or_kind_asks_for_a_newer_kit(changes: dict[str, Any]) -> None:
    with pytest.raises(BundleUnsupported, match="Update the kit"):
        parse_manifest(canonical_json({**SOUND, **changes}))


@pytest.mark.parametrize("content", [b"", b"[]", b"{", json.dumps(SOUND).encode(), b" " * (MAX_MANIFEST_BYTES + 1)])
def test_what_is_not_a_canonical_object_is_damaged(content: bytes) -> None:
    with pytest.raises(BundleDamaged):
        parse_manifest(content)
