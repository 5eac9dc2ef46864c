"""An open bundle: signature, listing and digests have been checked, and every read checks the digest again."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from edge.bundle.archive import ArchiveStore
from edge.bundle.keys import TrustedKey, TrustedKeys
from edge.bundle.manifest import FileEntry, Manifest
from edge.bundle.onnx_weights import ONNX_SUFFIX, require_own_weights
from edge.bundle.parse import MAX_MANIFEST_BYTES, UPDATE_KIT, digest, parse_manifest
from edge.bundle.signature import MAX_SIGNATURE_BYTES, verify
from edge.bundle.store import COPY_AGAIN, FolderStore, Store
from edge.errors import BundleDamaged, BundleMissing, BundleUnsupported, BundleUntrusted

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
_CHUNK_BYTES = 2**20


@dataclass(frozen=True, eq=False)
class Bundle:
    """A verified bundle.

    digest  SHA-256 of the signed manifest, and so of everything it lists
    key     whose signature it bears
    """

    store: Store
    manifest: Manifest
    digest: str
    key: TrustedKey

    @property
    def path(self) -> Path:
        """The folder or `.mkb` file it lies in."""
        return self.store.path

    def read(self, name: str) -> bytes:
        """The content of a listed file, its digest checked in this very moment.

        Raises:
            KeyError: the manifest does not list it.
            BundleDamaged: it has changed or gone since the bundle was opened.
        """
        entry = self.manifest.files[name]
        with self.store.open(name) as file:
            content = file.read(entry.bytes + 1)
        _require(name, entry, len(content), digest(content))
        return content


def open_bundle(
    path: Path, keys: TrustedKeys, *, admitted: bool = False, views: Collection[str] | None = None
) -> Bundle:
    """The bundle at a folder or `.mkb` file, after its signature, its listing and every digest were checked.

    admitted  it was installed or shipped with the kit, so a key retired since then is good enough
    views     the input views that the caller can make; None if it will make none

    Raises:
        BundleMissing: nothing is there.
        BundleUntrusted: not signed by one of `keys`.
        BundleDamaged: a file is missing, changed, unlisted, a link, or larger than allowed.
        BundleUnsupported: the manifest asks for what this kit does not have, or a network for files beside it.
    """
    bundle = _signed(open_store(path), keys)
    if bundle.key.retired and not admitted:
        raise BundleUntrusted(
            f"The bundle is signed with {bundle.key.id}, a key that {bundle.key.owner} has retired.",
            "Ask for one signed with their present key.",
        )
    _require_view(bundle.manifest, views)
    _check_listing(bundle)
    for name in sorted(bundle.manifest.files):
        if name.endswith(ONNX_SUFFIX):
            require_own_weights(name, bundle.read(name))
    return bundle


def reopen(path: Path, expected_digest: str, key: TrustedKey) -> Bundle:
    """A bundle that this kit verified a moment ago in another process, recognised by its manifest's digest.

    Raises:
        BundleDamaged: it is another one now.
    """
    store = open_store(path)
    content = _small(store, MANIFEST, MAX_MANIFEST_BYTES)
    if digest(content) != expected_digest:
        raise BundleDamaged("manifest.json has changed since it was verified.", COPY_AGAIN)
    return Bundle(store, parse_manifest(content), expected_digest, key)


def open_store(path: Path) -> Store:
    """The store at a path, nothing in it verified.

    Raises:
        BundleMissing: nothing is there.
        BundleDamaged: a file that is no archive of ours.
    """
    if path.is_dir():
        return FolderStore(path)
    if path.is_file():
        return ArchiveStore(path)
    raise BundleMissing(f"There is no bundle at {str(path)!r}.", "Check the path, or run `marrowkit bundle list`.")


def _signed(store: Store, keys: TrustedKeys) -> Bundle:
    names = store.sizes()
    if MANIFEST not in names:
        raise BundleDamaged(f"{store.path.name!r} is no bundle: it has no manifest.json.", COPY_AGAIN)
    if SIGNATURE not in names:
        raise BundleUntrusted("The bundle is not signed.", "Ask whoever made it to sign it.")
    content = _small(store, MANIFEST, MAX_MANIFEST_BYTES)
    key = verify(content, _small(store, SIGNATURE, MAX_SIGNATURE_BYTES), keys)
    return Bundle(store, parse_manifest(content), digest(content), key)


def _small(store: Store, name: str, limit_bytes: int) -> bytes:
    if store.sizes()[name] > limit_bytes:
        raise BundleDamaged(f"{name} is larger than {limit_bytes >> 10} kB.", COPY_AGAIN)
    with store.open(name) as file:
        return file.read(limit_bytes)


def _require_view(manifest: Manifest, views: Collection[str] | None) -> None:
    view = manifest.preprocessing.view
    if views is not None and view not in views:
        raise BundleUnsupported(f"preprocessing.view: this kit has no input view {view!r}.", UPDATE_KIT)


def _check_listing(bundle: Bundle) -> None:
    listed, present = bundle.manifest.files, bundle.store.sizes()
    for name in sorted(set(present) - set(listed) - {MANIFEST, SIGNATURE}):
        raise BundleDamaged(f"{name!r} lies in the bundle but is not listed in it.", COPY_AGAIN)
    for name, entry in listed.items():
        if name not in present:
            raise BundleDamaged(f"{name!r} is missing from the bundle.", COPY_AGAIN)
        if present[name] != entry.bytes:
            raise _differs(name)
        with bundle.store.open(name) as file:
            _require(name, entry, entry.bytes, _digest_of(file))


def _digest_of(file: IO[bytes]) -> str:
    running = hashlib.sha256()
    while chunk := file.read(_CHUNK_BYTES):
        running.update(chunk)
    return running.hexdigest()


def _require(name: str, entry: FileEntry, size_bytes: int, sha256: str) -> None:
    if (size_bytes, sha256) != (entry.bytes, entry.sha256):
        raise _differs(name)


def _differs(name: str) -> BundleDamaged:
    return BundleDamaged(f"{name!r} differs from what was signed.", COPY_AGAIN)
