"""Hostile `.mkb` files, and the law that folder and file are the same bundle."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.bundle import open_bundle
from edge.bundle.archive import write_archive
from edge.bundle.store import FolderStore
from edge.errors import BundleDamaged, BundleUntrusted
from tests.tiny import KEYS, tiny_archive, tiny_bundle

Write = Callable[[zipfile.ZipFile], object]


def archive_with(write: Write) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        write(archive)
    return file.getvalue()


def link(archive: zipfile.ZipFile) -> None:
    member = zipfile.ZipInfo("rbf.json")
    member.create_system, member.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    archive.writestr(member, "/etc/passwd")


def crowd(archive: zipfile.ZipFile) -> None:
    for number in range(500):
        archive.writestr(f"f{number}", "")


def bomb(archive: zipfile.ZipFile) -> None:
    archive.writestr("x", b"\0" * 10**6, zipfile.ZIP_DEFLATED)


def twice(archive: zipfile.ZipFile) -> None:
    archive.writestr("x", "good")
    archive.writestr("x", "bad")


def signed(archive: zipfile.ZipFile) -> None:
    archive.writestr("manifest.json", b"x" * 8)
    archive.writestr("manifest.sig", b"")


def announced(size: int) -> bytes:
    """A manifest that says it is far larger than the bytes that are there."""
    content = archive_with(signed)
    fields = struct.pack("<LL", 8, 8)
    assert content.count(fields) == 2
    return content.replace(fields, struct.pack("<LL", size, size))


HOSTILE: dict[str, tuple[bytes, str]] = {
    "not a zip": (b"PK nothing of the sort, but long enough to look at its end", "no bundle archive"),
    "empty": (b"", "no bundle archive"),
    "no files": (archive_with(lambda archive: None), "no manifest"),
    "absolute path": (archive_with(lambda archive: archive.writestr("/etc/cron.d/x", "")), "outside itself"),
    "path traversal": (archive_with(lambda archive: archive.writestr("../../x", "")), "outside itself"),
    "hidden traversal": (archive_with(lambda archive: archive.writestr("a/../../x", "")), "outside itself"),
    "backslash": (archive_with(lambda archive: archive.writestr("..\\x", "")), "outside itself"),
    "spelled twice": (archive_with(lambda archive: archive.writestr("a//x", "")), "outside itself"),
    "folder entry": (archive_with(lambda archive: archive.writestr("a/", "")), "outside itself"),
    "link": (archive_with(link), "a link"),
    "zip bomb": (archive_with(bomb), "compressed"),
    "announced gigabytes": (announced(3 * 2**30), "more than 500 MB"),
    "announced more than there is": (announced(5000), "cannot be read|no bundle archive"),
    "thousands of files": (archive_with(crowd), "far too many"),
    "comment": (archive_with(lambda archive: setattr(archive, "comment", b"hello")), "without comment"),
    "zip64 directory": (archive_with(lambda archive: archive.writestr("x", ""))[:-22]
    + b"PK\x06\x07" + b"\0" * 16 + b"PK\x05\x06" + b"\0" * 18, "without comment"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused(name: str, tmp_path: Path) -> None:
    content, what = HOSTILE[name]
    (tmp_path / "x.mkb").write_bytes(content)
    with pytest.raises(BundleDamaged, match=what) as refusal:
        open_bundle(tmp_path / "x.mkb", KEYS)
    assert refusal.value.remedy
    assert [path.name for path in tmp_path.iterdir()] == ["x.mkb"]


def test_a_script_before_a_sound_archive_is_refused(tmp_path: Path) -> None:
    file = tiny_archive(tiny_bundle(tmp_path / "b"), tmp_path / "b.mkb")
    open_bundle(file, KEYS)
    file.write_bytes(b"#!/bin/sh\nrm -r ~\nexit\n" + file.read_bytes())
    with pytest.raises(BundleDamaged, match="before its first file"):
        open_bundle(file, KEYS)


def test_a_file_larger_than_any_bundle_is_refused_without_reading_it(tmp_path: Path) -> None:
    with (tmp_path / "x.mkb").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(BundleDamaged, match="larger than 500 MB"):
        open_bundle(tmp_path / "x.mkb", KEYS)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.mkb").write_bytes(archive_with(twice))
    with pytest.raises(BundleDamaged, match="same name"):
        open_bundle(tmp_path / "x.mkb", KEYS)


def test_folder_and_file_are_the_same_bundle(tmp_path: Path) -> None:
    folder = tiny_bundle(tmp_path / "b")
    file = open_bundle(tiny_archive(folder, tmp_path / "b.mkb"), KEYS)
    assert file.digest == folder.digest
    assert {name: file.read(name) for name in file.manifest.files} == {
        name: folder.read(name) for name in folder.manifest.files
    }


def test_the_same_bundle_gives_the_same_file(tmp_path: Path) -> None:
    tiny_bundle(tmp_path / "a")
    tiny_bundle(tmp_path / "b")
    (tmp_path / "b" / "rbf.json").touch()
    assert write_archive(FolderStore(tmp_path / "a")) == write_archive(FolderStore(tmp_path / "b"))


def test_an_unsigned_archive_is_untrusted(tmp_path: Path) -> None:
    bundle = tiny_bundle(tmp_path / "b")
    (tmp_path / "b" / "manifest.sig").unlink()
    with pytest.raises(BundleUntrusted):
        open_bundle(tiny_archive(bundle, tmp_path / "b.mkb"), KEYS)
