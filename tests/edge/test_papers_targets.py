"""Which sticks are seen, told from the kernel's own lists, on machines as data."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from edge.papers.targets import removable, target_at, targets
from tests.sticks import STICK, Disk, Machine, built

NVME = Disk("pci0000:00/nvme/nvme0", ("nvme0n1p1", "nvme0n1p2"))
ROOT = "/dev/nvme0n1p2 / ext4 rw,relatime 0 0"
MACHINES: Mapping[str, Machine] = {
    "no stick": Machine({"nvme0n1": NVME}, (ROOT, "proc /proc proc rw 0 0", "tmpfs /tmp tmpfs rw 0 0")),
    "a stick": Machine(
        {"nvme0n1": NVME, "sdb": STICK}, (ROOT, "/dev/sdb1 /media/kit/BLUE vfat rw 0 0"), ("/media/kit/BLUE",)
    ),
    "a name with spaces": Machine(
        {"sdb": STICK}, (r"/dev/sdb1 /media/kit/MY\040BIG\011STICK exfat rw 0 0",), ("/media/kit/MY BIG\tSTICK",)
    ),
    "a stick without partitions": Machine(
        {"sdb": Disk("pci/usb1/host6", (), "1")}, ("/dev/sdb /media/kit/X vfat rw 0 0",), ("/media/kit/X",)
    ),
    "a USB disk that calls itself fixed": Machine(
        {"sdb": Disk("pci/usb2/host7", ("sdb1",), "0")},
        ("/dev/sdb1 /media/kit/DISK ntfs3 rw 0 0",),
        ("/media/kit/DISK",),
    ),
    "an SD card": Machine(
        {"nvme0n1": NVME, "mmcblk1": Disk("platform/mmc_host/mmc1", ("mmcblk1p1",), kind="SD")},
        (ROOT, "/dev/mmcblk1p1 /media/kit/CARD vfat rw 0 0"),
        ("/media/kit/CARD",),
    ),
    "soldered memory": Machine(
        {"nvme0n1": NVME, "mmcblk0": Disk("platform/mmc_host/mmc0", ("mmcblk0p5",), kind="MMC")},
        (ROOT, "/dev/mmcblk0p5 /data ext4 rw 0 0"),
    ),
    "a kit that runs from a card": Machine(
        {"mmcblk0": Disk("platform/mmc_host/mmc0", ("mmcblk0p1", "mmcblk0p2", "mmcblk0p3"), kind="SD")},
        (
            "/dev/mmcblk0p2 / ext4 rw 0 0",
            "/dev/mmcblk0p1 /boot/firmware vfat rw 0 0",
            "/dev/mmcblk0p3 /data ext4 rw 0 0",
        ),
    ),
    "mounted twice": Machine(
        {"sdb": STICK}, ("/dev/sdb1 /media/kit/A vfat rw 0 0", "/dev/sdb1 /mnt/again vfat rw 0 0"), ("/media/kit/A",)
    ),
    "a device that the kernel does not list": Machine({}, ("/dev/sdz1 /media/kit/GHOST vfat rw 0 0",)),
    "an inner disk": Machine({"sda": Disk("pci/ata1/host0", ("sda1",))}, ("/dev/sda1 /data ext4 rw 0 0",)),
    "a live system's squashfs": Machine({"sdb": STICK}, ("/dev/sdb1 /run/live squashfs ro 0 0",)),
    "lines cut short": Machine({"sdb": STICK}, ("/dev/sdb1", "", "/dev/sdb1 /media/kit/A")),
}


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES.keys())
def test_what_can_be_pulled_is_seen_and_nothing_else(machine: Machine, tmp_path: Path) -> None:
    assert tuple(str(each.path) for each in removable(*built(machine, tmp_path))) == machine.seen


def test_a_locked_stick_is_shown_as_one_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    machine = Machine({"sdb": STICK}, (f"/dev/sdb1 {tmp_path}/stick vfat ro,nosuid 0 0",))
    found = targets((), *built(machine, tmp_path))
    assert [(each.name, each.kind, each.problem) for each in found] == [("stick", "stick", "read_only")]


def test_a_stick_that_went_between_two_looks_is_gone(tmp_path: Path) -> None:
    machine = Machine({"sdb": STICK}, (f"/dev/sdb1 {tmp_path}/nothing vfat rw 0 0",))
    assert [each.problem for each in targets((), *built(machine, tmp_path))] == ["gone"]


def test_a_folder_that_was_named_is_a_target_with_its_room(tmp_path: Path) -> None:
    found = targets([tmp_path, tmp_path / "absent"], *built(MACHINES["no stick"], tmp_path))
    assert [(each.path, each.kind, each.problem) for each in found] == [
        (tmp_path, "folder", ""),
        (tmp_path / "absent", "folder", "gone"),
    ]
    assert 0 < found[0].free_bytes <= found[0].total_bytes
    assert found[0].device == tmp_path.stat().st_dev


def test_a_folder_of_somebody_else_is_shown_as_one_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert target_at(tmp_path, "folder").problem == "read_only"


def test_this_very_machine_can_be_asked() -> None:
    assert all(each.kind == "stick" for each in targets())
