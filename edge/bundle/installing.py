"""Take a bundle into use: verify, copy, prove on this device, switch. A failed one leaves everything as it was."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.bundle.keys import TrustedKeys
from edge.bundle.opened import MANIFEST, SIGNATURE, Bundle, open_bundle
from edge.bundle.shelf import (
    bundle_folder,
    current_version,
    installed_versions,
    open_by_name,
    shipped_path,
    switch_to,
)
from edge.bundle.store import COPY_AGAIN
from edge.durable import sync_folder
from edge.errors import BundleDamaged, BundleFault, BundleMissing, BundleOutdated

Prove = Callable[[Bundle], object]
"""Runs a bundle's test vectors on this device; raises EngineFault if no variant is fit for use."""


def install(path: Path, data_dir: Path, keys: TrustedKeys, prove: Prove) -> Bundle:
    """Install the bundle at `path` (folder or `.mkb`) and use it from now on.

    Raises:
        BundleFault: it cannot be verified, is older than the one in use, or cannot be written.
        EngineFault: no variant of it passes on this device.
    """
    offered = open_bundle(path, keys)
    name, version = offered.manifest.name, offered.manifest.version
    folder = bundle_folder(name, data_dir)
    with _disk_errors_explained(), _alone(folder):
        _refuse_older(offered, data_dir, keys)
        placed = _placed(offered, folder / str(version), keys, prove)
        switch_to(name, version, data_dir)
    return placed


def rollback(name: str, data_dir: Path, keys: TrustedKeys, prove: Prove) -> Bundle:
    """Use the version before the present one: the next older installed, else the one shipped with the kit.

    Raises:
        BundleMissing: there is no older one, the shipped one included.
        BundleFault, EngineFault: the older one cannot be used; the present one stays.
    """
    with _disk_errors_explained(), _alone(bundle_folder(name, data_dir)):
        present = current_version(name, data_dir) or 0
        older = [version for version in installed_versions(name, data_dir) if version < present]
        path = bundle_folder(name, data_dir) / str(older[-1]) if older else shipped_path(name)
        bundle = None if path is None else open_by_name(path, name, keys)
        if bundle is None or bundle.manifest.version >= present:
            raise BundleMissing(f"There is no older version of {name!r} here.", "Install the one you want.")
        prove(bundle)
        switch_to(name, older[-1] if older else None, data_dir)
    return bundle


def _placed(offered: Bundle, target: Path, keys: TrustedKeys, prove: Prove) -> Bundle:
    """The bundle, proven, at its place on the shelf."""
    standing = _sound(target, keys)
    if standing is not None:
        _refuse_another(offered, standing)
        prove(standing)
        return standing
    with _incoming(target.parent) as incoming:
        _copy(offered, incoming)
        copied = open_bundle(incoming, keys)
        _refuse_swapped(offered, copied)
        prove(copied)
        shutil.rmtree(target, ignore_errors=True)
        incoming.rename(target)
    sync_folder(target.parent)
    return open_bundle(target, keys)


def _sound(target: Path, keys: TrustedKeys) -> Bundle | None:
    """The bundle that stands there already, or None if there is none or it is broken and may be replaced."""
    try:
        return open_bundle(target, keys)
    except BundleFault:
        return None


def _refuse_older(offered: Bundle, data_dir: Path, keys: TrustedKeys) -> None:
    name, version = offered.manifest.name, offered.manifest.version
    present = _version_in_use(name, data_dir, keys)
    if version < present:
        raise BundleOutdated(
            f"{name} {version} is older than version {present}, which is in use.",
            f"To go back on purpose, run `marrowkit bundle rollback {name}`.",
        )


def _version_in_use(name: str, data_dir: Path, keys: TrustedKeys) -> int:
    installed, shipped = current_version(name, data_dir), shipped_path(name)
    if installed is not None or shipped is None:
        return installed or 0
    try:
        return open_bundle(shipped, keys, admitted=True).manifest.version
    except BundleFault:
        # A shipped bundle that cannot be used is no reason to refuse one that can.
        return 0


def _refuse_another(offered: Bundle, standing: Bundle) -> None:
    if offered.digest != standing.digest:
        raise BundleOutdated(
            f"Version {standing.manifest.version} of {standing.manifest.name} is here already, with other content.",
            "Ask its maker for a release with a higher version number.",
        )


def _refuse_swapped(offered: Bundle, copied: Bundle) -> None:
    """What was judged by its version must be what came over: a medium may give another thing the second time."""
    if copied.digest != offered.digest:
        raise BundleDamaged(f"{str(offered.path)!r} became another bundle while it was copied.", COPY_AGAIN)


def _copy(bundle: Bundle, folder: Path) -> None:
    """Write the verified bytes, synced, into an empty folder."""
    for name in (*bundle.manifest.files, MANIFEST, SIGNATURE):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with bundle.store.open(name) as source, path.open("xb") as file:
            shutil.copyfileobj(source, file)
            file.flush()
            os.fsync(file.fileno())
    for made in {folder, *(path for path in folder.rglob("*") if path.is_dir())}:
        sync_folder(made)


@contextmanager
def _incoming(parent: Path) -> Iterator[Path]:
    """An empty folder beside the target, gone afterwards unless it was renamed; leftovers of a crash go too."""
    for leftover in parent.glob(".incoming-*"):
        shutil.rmtree(leftover)
    folder = parent / f".incoming-{secrets.token_hex(4)}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One installation of a name at a time; the lock ends with the process, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / ".lock", os.O_CREAT | os.O_RDWR, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _disk_errors_explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BundleFault(
            f"The bundle could not be written: {error.strerror}. The one in use has not changed.",
            "Free some space on the disk, or check who may write to the data folder, and install again.",
        ) from error
