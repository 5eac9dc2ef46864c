"""Write a bundle: the files, their digests, the test vectors, the manifest. Packing twice gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.bundle.archive import write_archive
from edge.bundle.canonical import canonical_json
from edge.bundle.manifest import OPINION, SCHEMA_VERSION, Manifest, NetworkName
from edge.bundle.onnx_weights import ONNX_SUFFIX, require_own_weights
from edge.bundle.opened import MANIFEST, SIGNATURE
from edge.bundle.parse import digest, manifest_bytes, parse_manifest
from edge.bundle.store import FolderStore
from edge.bundle.tensors import VectorSet, write_vectors
from edge.durable import write_durably
from edge.errors import BadSetting

_PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")


@dataclass(frozen=True, eq=False)
class PackSpec:
    """What goes into a bundle.

    manifest  every field of the manifest but `files`, `vectors` and `schema_version`, as JSON values; without a `kind`
              it is a whole bundle, a `cell-opinion`
    files     content by path inside the bundle
    vectors   network to its inputs, normalised, and the logits of the float32 original
    """

    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]
    vectors: Mapping[NetworkName, VectorSet]


def pack(spec: PackSpec, out: Path) -> Manifest:
    """Write the bundle, unsigned, into the folder `out`, which must be new or empty.

    Raises:
        BadSetting: `out` holds something already, or a file looks like a private key.
        BundleUnsupported: the manifest would not be accepted by a kit (the message names the JSON path), or a network
            takes its weights from files beside it.
        BundleDamaged: an .onnx that is none.
    """
    vectors = {vectors_file(network): write_vectors(arrays) for network, arrays in spec.vectors.items()}
    files = {**spec.files, **vectors}
    _refuse_private_keys(files)
    for name, content in files.items():
        if name.endswith(ONNX_SUFFIX):
            require_own_weights(name, content)
    manifest = build_manifest(spec.manifest, files, spec.vectors)
    _require_empty(out)
    for name, content in {**files, MANIFEST: manifest_bytes(manifest)}.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return manifest


def vectors_file(network: NetworkName) -> str:
    """The name of a network's test vectors in a packed bundle."""
    return f"vectors-{network}.npz"


def build_manifest(
    fields: Mapping[str, Any], files: Mapping[str, bytes], networks: Collection[NetworkName]
) -> Manifest:
    """The manifest of these fields, files and networks with vectors. Raises BundleUnsupported, as the kit would."""
    listed = {name: {"sha256": digest(content), "bytes": len(content)} for name, content in files.items()}
    vectors = {network: vectors_file(network) for network in networks}
    own = {"schema_version": SCHEMA_VERSION, "files": listed, "vectors": vectors}
    # Once more through the kit's own form, so that 1 and 1.0 in the caller's fields give the same bytes.
    once = parse_manifest(canonical_json({"kind": OPINION, **fields, **own}))
    return parse_manifest(manifest_bytes(once))


def archive(bundle_dir: Path, out: Path) -> None:
    """Write a signed bundle's folder as one `.mkb` file; the same folder gives the same bytes.

    Raises:
        BadSetting: the bundle is not signed.
    """
    if not (bundle_dir / SIGNATURE).is_file():
        raise BadSetting(f"{bundle_dir.name!r} is not signed.", "Run `marrowkit-export sign` first.")
    write_durably(out, write_archive(FolderStore(bundle_dir)))


def _require_empty(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadSetting(f"{str(out)!r} is not an empty folder.", "Name a new one, or remove it first.")


def _refuse_private_keys(files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        if _PRIVATE_KEY.search(content):
            raise BadSetting(f"{name!r} holds a private key.", "A bundle is public: leave it out.")
