"""Where exports may go: folders that were named, and sticks and cards that are plugged in and mounted.

Read from the kernel's own lists (`/proc/self/mounts`, `/sys/class/block`), without root and without asking a daemon.
A stick that nobody mounted cannot be seen as a target; desktops and `udisks` mount it as it is plugged in.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

MOUNTS, BLOCKS = Path("/proc/self/mounts"), Path("/sys/class/block")
FILE_SYSTEMS = frozenset(
    "vfat exfat msdos ntfs ntfs3 fuseblk ext2 ext3 ext4 f2fs btrfs xfs hfsplus udf".split()  # noqa: SIM905 read as a list
)
OUTSIDE = ("/usb", "/firewire")
"""Parts of a device's path in /sys that say that it hangs outside."""
SYSTEM = frozenset({"/", "/boot", "/boot/efi", "/boot/firmware", "/home", "/usr", "/var", "/opt", "/srv"})
"""Never a target, nor is anything else on the same disk: a kit may run from an SD card or a USB disk."""


@dataclass(frozen=True, slots=True)
class Target:
    """A place that files can be written to.

    name        the last part of its path, as sticks are called
    device      its number (`st_dev`): if another lies at the path when it is written, the stick was pulled
    problem     why it cannot be written: "read_only", "gone"; empty if it can
    """

    path: Path
    name: str
    kind: Literal["stick", "folder"]
    free_bytes: int
    total_bytes: int
    device: int
    problem: Literal["", "read_only", "gone"] = ""


@dataclass(frozen=True, slots=True)
class Mount:
    """A line of the kernel's list of mounts."""

    device: str
    path: Path
    file_system: str
    read_only: bool


def targets(folders: Iterable[Path] = (), mounts: Path = MOUNTS, blocks: Path = BLOCKS) -> tuple[Target, ...]:
    """Named folders first, then sticks in the order they were mounted, those that cannot be written included."""
    named = [target_at(folder, "folder") for folder in folders]
    sticks = [target_at(each.path, "stick", read_only=each.read_only) for each in removable(mounts, blocks)]
    return (*named, *sticks)


def target_at(path: Path, kind: Literal["stick", "folder"], *, read_only: bool = False) -> Target:
    """What is at a path now."""
    try:
        room, device = os.statvfs(path), path.stat().st_dev
    except OSError:
        return Target(path, path.name, kind, 0, 0, 0, "gone")
    closed = read_only or bool(room.f_flag & os.ST_RDONLY) or not os.access(path, os.W_OK | os.X_OK)
    free, total = room.f_bavail * room.f_frsize, room.f_blocks * room.f_frsize
    return Target(path, path.name or str(path), kind, free, total, device, "read_only" if closed else "")


def removable(mounts: Path = MOUNTS, blocks: Path = BLOCKS) -> Iterator[Mount]:
    """Mounts of devices that can be pulled, each device once."""
    known = [(each, _disk(Path(each.device).name, blocks)) for each in _mounts(mounts)]
    kept_out = {disk for each, disk in known if str(each.path) in SYSTEM}
    seen: set[str] = set()
    for each, disk in known:
        fits = each.file_system in FILE_SYSTEMS and disk not in kept_out and each.device not in seen
        if fits and disk is not None and _outside(disk):
            seen.add(each.device)
            yield each


def _mounts(listing: Path) -> Iterator[Mount]:
    for line in listing.read_text("utf-8", "surrogateescape").splitlines():
        parts = line.split()
        if len(parts) >= 4 and parts[0].startswith("/dev/"):
            yield Mount(_plain(parts[0]), Path(_plain(parts[1])), parts[2], "ro" in parts[3].split(","))


def _plain(word: str) -> str:
    """Spaces and the like are written in octal (fstab(5))."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), word)


def _disk(device: str, blocks: Path) -> Path | None:
    """The whole disk in /sys that a block device is, or is a part of; None for what the kernel does not list."""
    here = blocks / device
    if not here.exists():
        return None
    real = here.resolve()
    return real.parent if (real / "partition").exists() else real


def _outside(disk: Path) -> bool:
    """Whether the kernel says that a disk is removable, hangs on a cable, or is a card (and not soldered memory)."""
    card = _said(disk / "device" / "type") == "SD"
    return card or _said(disk / "removable") == "1" or any(part in str(disk) for part in OUTSIDE)


def _said(file: Path) -> str:
    return file.read_text().strip() if file.is_file() else ""
