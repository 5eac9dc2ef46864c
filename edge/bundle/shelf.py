"""Where bundles stand: `<data>/bundles/<name>/<version>/` with a file `current`, and those shipped with the kit.

An installed bundle goes before a shipped one of the same name; `current` holds the version in use and is replaced
atomically, so that there is never a moment without one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from edge.bundle.keys import TrustedKeys, load_keys
from edge.bundle.opened import MANIFEST, Bundle, open_bundle
from edge.durable import sync_folder, write_durably
from edge.errors import BundleDamaged, BundleMissing

DEFAULT_NAME = "marrowkit-default"
ARCHIVE_SUFFIX = ".mkb"
CURRENT = "current"

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")

Origin = Literal["installed", "shipped"]


@dataclass(frozen=True, slots=True)
class Shelved:
    """A bundle that is there, opened by nobody yet. `version` is None for a shipped one until it is opened."""

    name: str
    version: int | None
    path: Path
    origin: Origin
    in_use: bool


def find_bundle(name: str | None, data_dir: Path) -> Path:
    """The folder or file of a bundle: of a path as given, else the installed one of that name, else the shipped one.

    A text with a `/` in it or ending in `.mkb` is a path. None is the default bundle.

    Raises:
        BundleMissing: there is none.
        BundleDamaged: the note of the version in use cannot be read.
    """
    if name is not None and is_path(name):
        return _existing(Path(name).expanduser())
    wanted = name or DEFAULT_NAME
    found = installed_path(wanted, data_dir) or shipped_path(wanted)
    if found is None:
        beside = f" A folder of that name lies here: that is ./{wanted}." if Path(wanted).exists() else ""
        raise BundleMissing(f"No bundle named {wanted!r} is installed.{beside}", _remedy(data_dir))
    return found


def use_bundle(name: str | None, data_dir: Path, views: Collection[str] | None = None) -> Bundle:
    """Find a bundle and open it, verified, with the keys this kit trusts; `views` as for `open_bundle`.

    Raises:
        BundleFault: as `find_bundle` and `open_bundle`.
        BadSetting: a list of trusted keys cannot be read.
    """
    path = find_bundle(name, data_dir)
    if name is not None and is_path(name):
        return open_bundle(path, load_keys(data_dir), views=views)
    return open_by_name(path, name or DEFAULT_NAME, load_keys(data_dir), views)


def open_by_name(path: Path, name: str, keys: TrustedKeys, views: Collection[str] | None = None) -> Bundle:
    """An installed or shipped bundle, and the one that its place says: of that name and, where installed, that version.

    Raises:
        BundleFault: as `open_bundle`; BundleDamaged: it is another one.
    """
    bundle = open_bundle(path, keys, admitted=True, views=views)
    found = bundle.manifest
    if found.name != name or (path.name.isdecimal() and int(path.name) != found.version):
        what = f"The bundle in {str(path)!r} is {found.name!r} {found.version}."
        raise BundleDamaged(what, "Install the right one again.")
    return bundle


def list_bundles(data_dir: Path) -> tuple[Shelved, ...]:
    """Every bundle that is installed or shipped, by name and version."""
    return (*_installed(data_dir), *_shipped(data_dir))


def is_path(name: str) -> bool:
    """Whether what the operator typed is a path rather than a bundle's name."""
    return "/" in name or name.endswith(ARCHIVE_SUFFIX)


def current_version(name: str, data_dir: Path) -> int | None:
    """The installed version in use, or None if none is.

    Raises:
        BundleDamaged: the note of it cannot be read.
    """
    note = bundle_folder(name, data_dir) / CURRENT
    try:
        return int(note.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BundleDamaged(
            f"The note of the version in use, {str(note)!r}, cannot be read.",
            "Remove that file, then install the bundle you want.",
        ) from error


def switch_to(name: str, version: int | None, data_dir: Path) -> None:
    """Use an installed version from now on; None for the shipped one. Atomic."""
    folder = bundle_folder(name, data_dir)
    if version is None:
        (folder / CURRENT).unlink(missing_ok=True)
        sync_folder(folder)
    else:
        write_durably(folder / CURRENT, b"%d\n" % version)


def installed_path(name: str, data_dir: Path) -> Path | None:
    """The folder of the installed version in use, whether or not it is still there; None if none is installed."""
    version = current_version(name, data_dir)
    return None if version is None else bundle_folder(name, data_dir) / str(version)


def installed_versions(name: str, data_dir: Path) -> tuple[int, ...]:
    """Installed versions of a name, oldest first."""
    folder = bundle_folder(name, data_dir)
    names = (path.name for path in folder.iterdir()) if folder.is_dir() else ()
    return tuple(sorted(int(text) for text in names if text.isdecimal()))


def shipped_path(name: str) -> Path | None:
    """The bundle of that name that came with the kit, or None."""
    path = shipped_folder() / name
    return path if (path / MANIFEST).is_file() else None


def shipped_folder() -> Path:
    """`models/bundles`, which lies beside the `edge` package and is found without importing `models`."""
    return Path(__file__).resolve().parents[2] / "models" / "bundles"


def bundle_folder(name: str, data_dir: Path) -> Path:
    """Where versions of a name are installed.

    Raises:
        BundleMissing: no bundle can have such a name.
    """
    if not _NAME.fullmatch(name):
        raise BundleMissing(f"{name!r} cannot be the name of a bundle.", "For a path, write it with a `/`.")
    return data_dir / "bundles" / name


def _existing(path: Path) -> Path:
    if not path.exists():
        raise BundleMissing(f"There is no bundle at {str(path)!r}.", "Check the path.")
    return path


def _remedy(data_dir: Path) -> str:
    names = sorted({shelved.name for shelved in list_bundles(data_dir)})
    if not names:
        return "Install one: `marrowkit bundle install FILE.mkb`."
    return f"Use one of {', '.join(names)}, or install it: `marrowkit bundle install FILE.mkb`."


def _installed(data_dir: Path) -> Iterator[Shelved]:
    root = data_dir / "bundles"
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if not (folder.is_dir() and _NAME.fullmatch(folder.name)):
            continue
        current = current_version(folder.name, data_dir)
        for version in installed_versions(folder.name, data_dir):
            yield Shelved(folder.name, version, folder / str(version), "installed", version == current)


def _shipped(data_dir: Path) -> Iterator[Shelved]:
    for path in sorted(shipped_folder().glob(f"*/{MANIFEST}")):
        name = path.parent.name
        yield Shelved(name, None, path.parent, "shipped", current_version(name, data_dir) is None)
