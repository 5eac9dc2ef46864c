"""The bundles on this kit that a person may choose from, each by what its signed manifest says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from edge.bundle.keys import TrustedKeys, load_keys
from edge.bundle.manifest import Manifest
from edge.bundle.opened import MANIFEST
from edge.bundle.shelf import Shelved, list_bundles, open_by_name
from edge.errors import BundleFault


@dataclass(frozen=True, slots=True)
class Offered:
    """A bundle on the shelf, verified or refused just now.

    ask             what opens it: its name where it is the one in use of that name, else its path
    in_use          the one of its name that is opened by that name
    installed_hint  when it was put there, by the kit's clock; None for one that came with the kit
    manifest        None where it is refused, then `fault` says why
    digest          empty likewise
    """

    name: str
    ask: str
    version: int | None
    in_use: bool
    installed_hint: str | None
    manifest: Manifest | None = None
    digest: str = ""
    fault: BundleFault | None = None


def offered_bundles(data_dir: Path, views: Collection[str] | None = None) -> tuple[Offered, ...]:
    """Every bundle that is installed or shipped, by name and version; `views` as for `open_bundle`.

    Raises:
        BundleDamaged: the note of a version in use cannot be read.
        BadSetting: a list of trusted keys cannot be read.
    """
    keys = load_keys(data_dir)
    return tuple(_offered(shelved, keys, views) for shelved in list_bundles(data_dir))


def _offered(shelved: Shelved, keys: TrustedKeys, views: Collection[str] | None) -> Offered:
    ask = shelved.name if shelved.in_use else str(shelved.path)
    known = (shelved.name, ask)
    try:
        bundle = open_by_name(shelved.path, shelved.name, keys, views)
    except BundleFault as fault:
        return Offered(*known, shelved.version, shelved.in_use, _installed_hint(shelved), fault=fault)
    version = bundle.manifest.version
    return Offered(*known, version, shelved.in_use, _installed_hint(shelved), bundle.manifest, bundle.digest)


def _installed_hint(shelved: Shelved) -> str | None:
    """The manifest is written once, on installation."""
    manifest = shelved.path / MANIFEST
    if shelved.origin == "shipped" or not manifest.is_file():
        return None
    return datetime.fromtimestamp(manifest.stat().st_mtime, timezone.utc).isoformat(timespec="seconds")
