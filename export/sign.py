"""Sign a packed bundle: Ed25519 over the canonical manifest, detached."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.bundle import Bundle, open_bundle
from edge.bundle.keys import merge
from edge.bundle.opened import MANIFEST, SIGNATURE
from edge.bundle.parse import parse_manifest
from edge.bundle.signature import signature_bytes
from edge.durable import write_durably
from export.keys import trusted_key


def sign(bundle_dir: Path, private_key: Ed25519PrivateKey) -> Bundle:
    """Write `manifest.sig` into a bundle's folder, then open the bundle as a kit would.

    Raises:
        BundleFault: the manifest or a file is not as it should be; no signature is left behind.
    """
    content = (bundle_dir / MANIFEST).read_bytes()
    parse_manifest(content)
    key = trusted_key(private_key, "the signer")
    write_durably(bundle_dir / SIGNATURE, signature_bytes(key.id, private_key.sign(content)))
    try:
        return open_bundle(bundle_dir, merge([key]))
    except BaseException:
        (bundle_dir / SIGNATURE).unlink()
        raise
