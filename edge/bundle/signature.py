"""The detached signature, `manifest.sig`: Ed25519 over the exact bytes of `manifest.json`. No clock is needed."""

from __future__ import annotations

import base64
import binascii
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, ValidationError

from edge.bundle.canonical import canonical_json
from edge.bundle.keys import TrustedKey, TrustedKeys
from edge.errors import BundleUntrusted

MAX_SIGNATURE_BYTES = 4096
ASK_GIVER = "Do not use it. Ask whoever gave it to you for the original."


class Signature(BaseModel):
    """What `manifest.sig` holds; `signature` is base64 of 64 bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    algorithm: Literal["ed25519"]
    key_id: str
    signature: str


def signature_bytes(key_id: str, signature: bytes) -> bytes:
    """The content of `manifest.sig`."""
    encoded = base64.b64encode(signature).decode()
    return canonical_json({"algorithm": "ed25519", "key_id": key_id, "signature": encoded})


def verify(manifest: bytes, signature: bytes, keys: TrustedKeys) -> TrustedKey:
    """The key that signed the manifest.

    Raises:
        BundleUntrusted: the signature is unreadable, from a key not in `keys`, or not of these bytes.
    """
    claim = _parse(signature)
    key = keys.get(claim.key_id)
    if key is None:
        raise BundleUntrusted(
            f"The bundle is signed with {claim.key_id!r}, a key this kit does not know.",
            "If you trust its maker, put their key file into the keys folder of the data folder.",
        )
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(_decoded(claim), manifest)
    except InvalidSignature as error:
        raise BundleUntrusted("The signature does not belong to this manifest.", ASK_GIVER) from error
    return key


def _parse(signature: bytes) -> Signature:
    try:
        return Signature.model_validate_json(signature)
    except ValidationError as error:
        raise BundleUntrusted("manifest.sig is not a signature that this kit can read.", ASK_GIVER) from error


def _decoded(claim: Signature) -> bytes:
    try:
        return base64.b64decode(claim.signature, validate=True)
    except binascii.Error as error:
        raise BundleUntrusted("manifest.sig holds no readable signature.", ASK_GIVER) from error
