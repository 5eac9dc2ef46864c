"""Which public keys this kit believes: a list shipped with it, and what the operator put into `<data>/keys/`.

A key's id is taken from the key itself, so that no list can give a known id to another key. Rotation: the list names
several keys; one marked `retired` still opens what is installed but admits nothing new, and a list that says `retired`
outweighs one that does not.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge.errors import BadSetting

KEYS_FOLDER = "keys"
PUBLIC_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """An Ed25519 public key (32 bytes), whose it is, and whether it still admits new bundles."""

    id: str
    public: bytes
    owner: str
    retired: bool = False


TrustedKeys = Mapping[str, TrustedKey]


class KeyEntry(BaseModel):
    """One key as it stands in a list file; `public` is base64 of the 32 raw bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: str
    public: str
    owner: Annotated[str, Field(min_length=1)]
    retired: bool = False


class KeyList(BaseModel):
    """A list file: `{"keys": [{"id": …, "public": …, "owner": …, "retired": false}]}`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    keys: tuple[KeyEntry, ...]


def key_id(public: bytes) -> str:
    """The id of a public key: `ed25519:` and the first 16 hexadecimal digits of its SHA-256."""
    return f"ed25519:{hashlib.sha256(public).hexdigest()[:16]}"


def load_keys(data_dir: Path | None) -> TrustedKeys:
    """Every key this kit believes, by id: the shipped list and `<data>/keys/*.json`.

    Raises:
        BadSetting: a list cannot be read, or an id does not belong to its key.
    """
    return merge(key for path, content in _lists(data_dir) for key in parse_keys(content, path))


def parse_keys(content: bytes, where: str) -> tuple[TrustedKey, ...]:
    """The keys of one list file; `where` is its name, for errors.

    Raises:
        BadSetting: the list cannot be read, or an id does not belong to its key.
    """
    try:
        entries = KeyList.model_validate_json(content).keys
    except ValidationError as error:
        raise _bad_list(where, error.errors(include_url=False, include_input=False)[0]["msg"]) from error
    return tuple(_key(entry, where) for entry in entries)


def merge(keys: Iterable[TrustedKey]) -> TrustedKeys:
    """The keys by id; of two entries for one key the retired one counts."""
    merged: dict[str, TrustedKey] = {}
    for key in keys:
        if key.id not in merged or key.retired:
            merged[key.id] = key
    return merged


def _lists(data_dir: Path | None) -> Iterator[tuple[str, bytes]]:
    shipped = resources.files("edge.bundle").joinpath("trusted_keys.json")
    yield "the shipped list", shipped.read_bytes()
    if data_dir is not None:
        for path in sorted((data_dir / KEYS_FOLDER).glob("*.json")):
            yield path.name, _read(path)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _bad_list(path.name, error.strerror or str(error)) from error


def _key(entry: KeyEntry, where: str) -> TrustedKey:
    try:
        public = base64.b64decode(entry.public, validate=True)
    except binascii.Error as error:
        raise _bad_list(where, f"the key {entry.id!r} is not base64") from error
    if len(public) != PUBLIC_KEY_BYTES or key_id(public) != entry.id:
        raise _bad_list(where, f"{entry.id!r} is not the id of the key beside it")
    return TrustedKey(entry.id, public, entry.owner, entry.retired)


def _bad_list(where: str, what: str) -> BadSetting:
    return BadSetting(
        f"The list of trusted keys ({where}) cannot be used: {what}.",
        "Replace the file by one from the maker of your bundles, or remove it.",
    )
