"""`marrowkit-export pack`, `sign`, `archive` and `keygen`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from edge.bundle.manifest import NetworkName
from edge.bundle.opened import MANIFEST
from edge.bundle.tensors import read_vectors
from edge.errors import BadSetting
from export.keys import key_list, read_private_key, trusted_key, write_private_key
from export.pack import PackSpec, archive, pack, vectors_file
from export.sign import sign

KeyFile = Annotated[Path, typer.Option("--key", envvar="MARROWKIT_SIGNING_KEY", help="PEM file of the signing key.")]


def pack_command(
    source: Annotated[Path, typer.Argument(help="Folder: manifest.json without `files`, vectors-*.npz, the rest.")],
    out: Annotated[Path, typer.Argument(help="New folder for the bundle.")],
) -> None:
    """Pack a folder into an unsigned bundle."""
    manifest = pack(_spec(source), out)
    print(f"Packed {manifest.name} {manifest.version} into {out}. Sign it next.")


def sign_command(bundle: Annotated[Path, typer.Argument(help="Folder of a packed bundle.")], key: KeyFile) -> None:
    """Sign a packed bundle and check it as a kit would."""
    signed = sign(bundle, read_private_key(key))
    print(f"Signed {signed.manifest.name} {signed.manifest.version} with {signed.key.id}; digest {signed.digest}.")


def archive_command(
    bundle: Annotated[Path, typer.Argument(help="Folder of a signed bundle.")],
    out: Annotated[Path, typer.Argument(help="The .mkb file to write.")],
) -> None:
    """Put a signed bundle into one .mkb file."""
    archive(bundle, out)
    print(f"Wrote {out} ({out.stat().st_size} bytes).")


def keygen_command(
    out: Annotated[Path, typer.Argument(help="PEM file for the private key; must not exist.")],
    owner: Annotated[str, typer.Option(help="Whose key it is, as kits will show it.")],
) -> None:
    """Make a signing key; print the entry of its public half for the kits' list of trusted keys."""
    print(key_list(trusted_key(write_private_key(out), owner)).decode(), end="")


def _spec(source: Path) -> PackSpec:
    contents = {
        path.relative_to(source).as_posix(): path.read_bytes() for path in sorted(source.rglob("*")) if path.is_file()
    }
    if MANIFEST not in contents:
        raise BadSetting(f"{source} has no {MANIFEST}.", "Add it, then pack again.")
    fields = _fields(contents.pop(MANIFEST))
    found = [network for network in get_args(NetworkName) if vectors_file(network) in contents]
    return PackSpec(fields, contents, {network: read_vectors(contents.pop(vectors_file(network))) for network in found})


def _fields(content: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(content)
    except ValueError as error:
        raise BadSetting(f"manifest.json cannot be read: {error}.", "Correct it, then pack again.") from error
    if not isinstance(fields, dict):
        raise BadSetting("manifest.json holds no JSON object.", "Correct it, then pack again.")
    return fields
