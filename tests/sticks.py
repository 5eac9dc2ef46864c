"""Machines with sticks, as the kernel lists them: built in a folder, for the kit to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Disk:
    """A disk of a machine in /sys: the bus it hangs on, and what the kernel says of it."""

    bus: str
    partitions: tuple[str, ...]
    removable: str = "0"
    kind: str = ""


@dataclass(frozen=True)
class Machine:
    """Disks by name, and lines of mounts."""

    disks: Mapping[str, Disk]
    mounts: tuple[str, ...]
    seen: tuple[str, ...] = field(default=())


STICK = Disk("pci0000:00/usb1/1-4/1-4:1.0/host6", ("sdb1",), removable="1")


def built(machine: Machine, root: Path) -> tuple[Path, Path]:
    """The machine's list of mounts and its /sys/class/block, of links as the kernel makes them."""
    blocks = root / "class" / "block"
    blocks.mkdir(parents=True)
    for name, disk in machine.disks.items():
        real = root / "devices" / disk.bus / "block" / name
        (real / "device").mkdir(parents=True)
        (real / "removable").write_text(disk.removable + "\n")
        if disk.kind:
            (real / "device" / "type").write_text(disk.kind + "\n")
        (blocks / name).symlink_to(real)
        for part in disk.partitions:
            (real / part).mkdir()
            (real / part / "partition").write_text(part[-1] + "\n")
            (blocks / part).symlink_to(real / part)
    listing = root / "mounts"
    listing.write_text("\n".join(machine.mounts) + "\n")
    return listing, blocks
