"""A bundle as one `.mkb` file: a zip without compression, comment, zip64 or dates, files sorted by name.

Nothing inside can grow when read, and the same bundle always gives the same bytes.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from edge.bundle.rules import MAX_FILES, MAX_TOTAL_BYTES
from edge.bundle.store import COPY_AGAIN, Store
from edge.errors import BundleDamaged

# What reading a damaged zip may raise: the library documents BadZipFile and lets these through as well.
ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError)

_END = struct.Struct("<4s4H2LH")
_END_MAGIC, _ZIP64_LOCATOR, _ZIP64_LOCATOR_BYTES = b"PK\x05\x06", b"PK\x06\x07", 20
_MAX_DIRECTORY_BYTES = 64 * 1024
_ENCRYPTED = 0x1
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


class ArchiveStore:
    """A bundle as one file.

    Raises:
        BundleDamaged: not such an archive, or one with links, compression, odd names or repeated ones.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._members = _members(path)

    def sizes(self) -> dict[str, int]:
        """Every file in the archive and its size."""
        return {name: member.file_size for name, member in self._members.items()}

    def open(self, name: str) -> IO[bytes]:
        """Read one file of the archive, whole: its size was checked."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                return io.BytesIO(archive.read(self._members[name]))
        except (KeyError, *ZIP_FAULTS) as error:
            raise BundleDamaged(f"{name!r} cannot be read from the archive: {error}.", COPY_AGAIN) from error


def write_archive(store: Store) -> bytes:
    """The `.mkb` file of a bundle, as bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(store.sizes()):
            member = zipfile.ZipInfo(name, _FIXED_DATE)
            member.create_system, member.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            with store.open(name) as source:
                archive.writestr(member, source.read())
    return file.getvalue()


def _members(path: Path) -> dict[str, zipfile.ZipInfo]:
    try:
        _refuse_swollen(path)
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except ZIP_FAULTS as error:
        raise BundleDamaged(f"{path.name!r} is no bundle archive: {error}.", COPY_AGAIN) from error
    if members and min(member.header_offset for member in members) > 0:
        raise BundleDamaged(f"{path.name!r} has something before its first file.", COPY_AGAIN)
    for member in members:
        _refuse_odd(member)
    if len({member.filename for member in members}) != len(members):
        raise BundleDamaged("The archive holds two files of the same name.", COPY_AGAIN)
    if sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
        raise BundleDamaged(f"The archive unpacks to more than {MAX_TOTAL_BYTES >> 20} MB.", COPY_AGAIN)
    return {member.filename: member for member in members}


def _refuse_swollen(path: Path) -> None:
    """Look at the end record before zipfile reads the directory it announces into memory."""
    with path.open("rb") as file:
        end = file.seek(0, io.SEEK_END)
        if end > MAX_TOTAL_BYTES + _MAX_DIRECTORY_BYTES:
            raise zipfile.BadZipFile(f"larger than {MAX_TOTAL_BYTES >> 20} MB")
        file.seek(max(0, end - _END.size - _ZIP64_LOCATOR_BYTES))
        tail = file.read()
    magic, _, _, _, count, directory_bytes, _, _ = _END.unpack(tail[-_END.size :])
    if magic != _END_MAGIC or tail.startswith(_ZIP64_LOCATOR):
        raise zipfile.BadZipFile("not a plain zip without comment")
    if count > MAX_FILES + 2 or directory_bytes > _MAX_DIRECTORY_BYTES:
        raise zipfile.BadZipFile("far too many files")


def _refuse_odd(member: zipfile.ZipInfo) -> None:
    name, mode = member.filename, member.external_attr >> 16
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or "\\" in name or ".." in parts or str(PurePosixPath(name)) != name:
        raise BundleDamaged(f"The archive names a file outside itself: {name!r}.", COPY_AGAIN)
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise BundleDamaged(f"{name!r} in the archive is a link or a device, not a file.", COPY_AGAIN)
    if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & _ENCRYPTED:
        raise BundleDamaged(f"{name!r} in the archive is compressed or encrypted.", COPY_AGAIN)
    if member.file_size != member.compress_size:
        raise BundleDamaged(f"{name!r} in the archive announces two sizes.", COPY_AGAIN)
