"""Exports onto a folder or a stick: all of them under one new folder, or nothing.

Room is asked for first. Files are written beside, synced, read back from the device and compared; only then does the
folder get its name. Beside them lies `SHA256SUMS`, which `sha256sum -c` checks anywhere.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from edge.durable import sync_folder, write_synced
from edge.papers.export import Export, digest, held
from edge.papers.faults import PaperFault, PictureDamaged, TargetFull, TargetGone, TargetReadOnly, TargetWrong
from edge.papers.targets import Target, target_at
from edge.papers.underway import UnderWay

SPARE_BYTES, BLOCK_BYTES = 2**20, 32 * 2**10
"""Asked for besides the files, and per file: FAT on a large stick gives room in pieces of up to 32 KiB."""
SUMS = "SHA256SUMS"
READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
NO_SUCH_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.ENOSYS})
"""What some file systems in user space answer to syncing a folder."""


@dataclass(frozen=True, slots=True)
class Written:
    """Where the files lie now, their names, and how many bytes they are."""

    folder: Path
    names: tuple[str, ...]
    bytes: int


def write_exports(target: Target, folder_name: str, exports: Sequence[Export], under_way: UnderWay) -> Written:
    """Write files into a new folder of the target; one of that name that is there is kept, the new one gets a number.

    Args:
        target: as `edge.papers.targets` listed it; if something else lies at its path by now, nothing is written.
        folder_name: as `edge.papers.export.safe_name` gives it.
        under_way: the kit's notes, so that what a power cut leaves there is swept away by the next export.

    Raises:
        TargetGone: the stick was pulled, before or in the midst of it.
        TargetReadOnly: it is locked, or belongs to somebody else.
        TargetFull: it has too little room; told before anything is written where that can be known.
        TargetWrong: it does not give back what was written.
    """
    _require_same(target)
    _require_room(target, exports)
    under_way.sweep(target.path)
    with under_way.begun(target.path, folder_name) as beside, _faults_named(target):
        sums = _write_all(beside, exports)
        _compare(beside, sums)
        _require_same(target)
        folder = _named(beside, target.path, folder_name)
        _sync(target.path)
    return Written(folder, tuple(sums), sum(each.size_bytes for each in exports))


def needed_bytes(exports: Sequence[Export]) -> int:
    """The room that files take at most."""
    return SPARE_BYTES + sum(each.size_bytes + BLOCK_BYTES for each in exports)


def _require_same(target: Target) -> None:
    now = target_at(target.path, target.kind)
    if now.problem == "gone" or now.device != target.device:
        raise TargetGone(f"{target.name} is not there any more.", "Plug it in again and start once more.")
    if target.problem or now.problem:
        _refuse_read_only(target)


def _require_room(target: Target, exports: Sequence[Export]) -> None:
    needed, free = needed_bytes(exports), target_at(target.path, target.kind).free_bytes
    if free < needed:
        raise TargetFull(
            f"{target.name} has room for {free / 1e6:.0f} MB; {needed / 1e6:.0f} MB are needed.",
            "Make room on it, take another one, or choose fewer things to export.",
        )


def _write_all(beside: Path, exports: Sequence[Export]) -> dict[str, str]:
    """The digests by name of what was written."""
    beside.mkdir()
    sums = {each.name: _write(beside, each) for each in exports}
    lines = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
    sums[SUMS] = _write(beside, held(SUMS, lines.encode()))
    for folder in sorted({(beside / name).parent for name in sums}, reverse=True):
        _sync(folder)
    return sums


def _write(beside: Path, export: Export) -> str:
    content = _content(export)
    path = beside / export.path
    path.parent.mkdir(parents=True, exist_ok=True)
    write_synced(path, content)
    return digest(content)


def _content(export: Export) -> bytes:
    """What is to be written, from the kit's own disk: a fault there is not the target's."""
    try:
        return export.read()
    except OSError as error:
        raise PictureDamaged(f"{export.name} cannot be read from the kit's record.", "Look at its disk.") from error


def _compare(beside: Path, sums: Mapping[str, str]) -> None:
    for name, due in sums.items():
        if digest(_from_device(beside / name)) != due:
            raise TargetWrong(f"{name} reads back differently from what was written.", "Take another stick or folder.")


def _from_device(path: Path) -> bytes:
    """The content as the device has it, as far as the system lets its own copy go."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return file.read()


def _named(beside: Path, root: Path, name: str) -> Path:
    """Give the folder its name, with a number if there is one of that name."""
    number = 1
    while (folder := root / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return beside.rename(folder)


def _sync(folder: Path) -> None:
    try:
        sync_folder(folder)
    except OSError as error:
        if error.errno not in NO_SUCH_SYNC:
            raise
        os.sync()


@contextmanager
def _faults_named(target: Target) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        _name_fault(target, error)


def _name_fault(target: Target, error: OSError) -> NoReturn:
    if error.errno in READ_ONLY:
        _refuse_read_only(target, error)
    if error.errno in FULL:
        raise TargetFull(
            f"{target.name} became full.", "Make room on it, or take another one. Nothing was left on it."
        ) from error
    raise TargetGone(
        f"{target.name} cannot be written: {error.strerror}.", "Plug it in again, or take another."
    ) from error


def _refuse_read_only(target: Target, error: OSError | None = None) -> NoReturn:
    fault: PaperFault = TargetReadOnly(
        f"{target.name} cannot be written.", "Move its lock switch, or choose another stick or folder."
    )
    raise fault from error
