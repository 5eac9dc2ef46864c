"""Signing keys: made, kept private, and their public half put where kits look for it.

The private half is a PEM file that only its owner can read. It is never printed, logged or packed.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.bundle.canonical import canonical_json
from edge.bundle.keys import KEYS_FOLDER, KeyEntry, KeyList, TrustedKey, key_id
from edge.durable import write_durably
from edge.errors import BadSetting

SIGNING_KEY_VARIABLE = "MARROWKIT_SIGNING_KEY"
_OTHERS_MAY = 0o077


def trusted_key(private_key: Ed25519PrivateKey, owner: str) -> TrustedKey:
    """The public half of a key, with its id."""
    public = private_key.public_key().public_bytes_raw()
    return TrustedKey(key_id(public), public, owner)


def key_list(key: TrustedKey) -> bytes:
    """A list file with one key, as `<data>/keys/*.json` and the shipped list hold it."""
    public = base64.b64encode(key.public).decode()
    entry = KeyEntry(id=key.id, public=public, owner=key.owner, retired=key.retired)
    return canonical_json(KeyList(keys=(entry,)).model_dump(mode="json")) + b"\n"


def write_private_key(path: Path) -> Ed25519PrivateKey:
    """Make a key and write its private half, readable by its owner alone.

    Raises:
        BadSetting: the file exists already; a key is never overwritten.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BadSetting(f"{path.name!r} exists already.", "Name another file: a key is never overwritten.") from error
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return key


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """The key in a PEM file.

    Raises:
        BadSetting: absent, not an Ed25519 key, or readable by others.
    """
    try:
        if path.stat().st_mode & _OTHERS_MAY:
            raise BadSetting(f"Others may read the signing key {path.name!r}.", f"Run chmod 600 {path.name}.")
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        # `from None`: a parser's message could carry part of the key into a log.
        raise BadSetting(
            f"The signing key {path.name!r} cannot be read ({type(error).__name__}).", "Check the path."
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadSetting(f"{path.name!r} holds no Ed25519 key.", "Make one: `marrowkit-export keygen`.")
    return key


def signing_key(environment: Mapping[str, str], data_dir: Path, say: Callable[[str], None]) -> Ed25519PrivateKey:
    """The key to sign with: that of $MARROWKIT_SIGNING_KEY, else this machine's own, made on first need.

    The machine's own key stands in `<data>/signing/local.pem`; its public half goes into `<data>/keys/local.json`, so
    that kits with this data folder, and no others, accept what it signs. `say` is told so.

    Raises:
        BadSetting: the key cannot be read.
    """
    named = environment.get(SIGNING_KEY_VARIABLE)
    if named:
        return read_private_key(Path(named))
    path = data_dir / "signing" / "local.pem"
    if path.exists():
        return read_private_key(path)
    return _new_local_key(path, data_dir / KEYS_FOLDER / "local.json", say)


def _new_local_key(private: Path, public: Path, say: Callable[[str], None]) -> Ed25519PrivateKey:
    for folder in (private.parent, public.parent):
        folder.mkdir(parents=True, exist_ok=True)
    key = write_private_key(private)
    write_durably(public, key_list(trusted_key(key, "this machine")))
    say(
        f"${SIGNING_KEY_VARIABLE} is not set: made a signing key for this machine. Bundles signed with it are accepted "
        f"by kits that use this data folder; other kits need {public.name} from its keys folder."
    )
    return key
