"""From the bytes of `manifest.json` to a Manifest, or an error that names the place."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from edge.bundle.canonical import NotCanonicalError, canonical_json, parse_canonical
from edge.bundle.manifest import KINDS, SCHEMA_VERSION, Manifest
from edge.bundle.rules import problems
from edge.errors import BundleDamaged, BundleUnsupported

MAX_MANIFEST_BYTES = 2**20
UPDATE_KIT = "Update the kit, or ask for a bundle made for this version."
ASK_MAKER = "Ask whoever made the bundle for a corrected one."


def parse_manifest(content: bytes) -> Manifest:
    """The manifest in `content`, which must be its canonical form.

    Raises:
        BundleDamaged: not JSON, or not in canonical form.
        BundleUnsupported: another schema version or kind, or a field that is missing, unknown, of the wrong type, or
            at odds with the others; the message starts with its JSON path, such as `variants[1].engine`.
    """
    value = _json(content)
    _refuse_other_schemas(value)
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _misfit(json_path(first["loc"], value), first["msg"]) from error
    for where, what in problems(manifest):
        raise _misfit(where, what)
    return manifest


def manifest_bytes(manifest: Manifest) -> bytes:
    """The canonical form of a manifest: what is signed and what its digest is taken of."""
    return canonical_json(manifest.model_dump(mode="json", exclude_none=True))


def digest(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def json_path(location: tuple[int | str, ...], value: Any) -> str:
    """`("variants", 1, "engine")` as `variants[1].engine`, without the steps that pydantic adds to those of `value`."""
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
            value = value[step]
        elif isinstance(value, Mapping) and step != "[key]":
            path += f".{step}"
            value = value.get(step)
    return path.removeprefix(".") or "the whole"


def _json(content: bytes) -> Mapping[str, Any]:
    if len(content) > MAX_MANIFEST_BYTES:
        raise BundleDamaged(f"manifest.json is larger than {MAX_MANIFEST_BYTES >> 20} MB.", ASK_MAKER)
    try:
        value = parse_canonical(content)
    except NotCanonicalError as error:
        raise BundleDamaged(f"manifest.json cannot be read: {error}.", "Copy the bundle again.") from error
    if not isinstance(value, dict):
        raise BundleDamaged("manifest.json holds no JSON object.", "Copy the bundle again.")
    return value


def _refuse_other_schemas(value: Mapping[str, Any]) -> None:
    version, kind = value.get("schema_version"), value.get("kind")
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise BundleUnsupported(f"schema_version: this kit reads {SCHEMA_VERSION}, not {version!r}.", UPDATE_KIT)
    if kind not in KINDS:
        raise BundleUnsupported(f"kind: this kit uses bundles of kind {' or '.join(KINDS)}, not {kind!r}.", UPDATE_KIT)


def _misfit(where: str, what: str) -> BundleUnsupported:
    return BundleUnsupported(f"{where}: {what}.", ASK_MAKER)
