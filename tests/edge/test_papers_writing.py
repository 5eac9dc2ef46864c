"""Exports onto a stick: all of them, compared, or nothing; and every way in which a stick fails has its own words."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.papers import writing
from edge.papers.export import Export, held
from edge.papers.faults import PaperFault, PictureDamaged, TargetFull, TargetGone, TargetReadOnly, TargetWrong
from edge.papers.targets import Target, target_at
from edge.papers.underway import UnderWay
from edge.papers.writing import SUMS, Written, needed_bytes

FILES = [
    held("report.pdf", b"%PDF a report"),
    held("images/field-001.jpg", b"\xff\xd8 field"),
    held("cells.csv", b"a,b\r\n"),
]


@pytest.fixture
def stick(tmp_path: Path) -> Target:
    (tmp_path / "BLUE").mkdir()
    return target_at(tmp_path / "BLUE", "stick")


def write_exports(target: Target, folder_name: str, exports: Sequence[Export]) -> Written:
    """By a kit whose data folder lies beside the stick."""
    return writing.write_exports(target, folder_name, exports, UnderWay(target.path.parent / "notes"))


def left_on(stick: Target) -> list[str]:
    return sorted(str(each.relative_to(stick.path)) for each in stick.path.rglob("*") if each.is_file())


def failing(error: int) -> Callable[[Path, bytes], None]:
    def write(path: Path, content: bytes) -> None:
        path.write_bytes(content[: len(content) // 2])
        raise OSError(error, "injected")

    return write


def test_all_files_lie_under_one_folder_as_they_were(stick: Target) -> None:
    written = write_exports(stick, "KIS-0042", FILES)
    assert written.folder == stick.path / "KIS-0042"
    assert written.names == (*(each.name for each in FILES), SUMS)
    for each in FILES:
        assert (written.folder / each.name).read_bytes() == each.read()
    assert left_on(stick) == sorted(f"KIS-0042/{name}" for name in written.names)


def test_the_sums_beside_them_are_ones_that_sha256sum_checks(stick: Target) -> None:
    folder = write_exports(stick, "KIS-0042", FILES).folder
    checked = subprocess.run(["sha256sum", "-c", SUMS], cwd=folder, capture_output=True, text=True, check=False)
    assert checked.returncode == 0
    assert checked.stdout.count(": OK") == len(FILES)
    (folder / "cells.csv").write_bytes(b"changed")
    assert subprocess.run(["sha256sum", "-c", SUMS], cwd=folder, capture_output=True, check=False).returncode != 0


def test_what_was_exported_before_is_kept(stick: Target) -> None:
    first = write_exports(stick, "KIS-0042", FILES).folder
    second, third = (write_exports(stick, "KIS-0042", [held("a", b"2")]).folder for _ in range(2))
    assert [each.name for each in (first, second, third)] == ["KIS-0042", "KIS-0042-2", "KIS-0042-3"]
    assert (first / "report.pdf").read_bytes() == FILES[0].read()


@given(st.lists(st.binary(max_size=300), max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_whatever_is_written_reads_back(stick: Target, contents: list[bytes]) -> None:
    files = [held(f"part/{number}.bin", content) for number, content in enumerate(contents)]
    written = write_exports(stick, "set", files)
    assert [(written.folder / each.name).read_bytes() for each in files] == contents
    assert written.bytes == sum(map(len, contents))


FAULTS: dict[str, tuple[int, type[PaperFault]]] = {
    "locked": (errno.EROFS, TargetReadOnly),
    "somebody else's": (errno.EACCES, TargetReadOnly),
    "full": (errno.ENOSPC, TargetFull),
    "over its quota": (errno.EDQUOT, TargetFull),
    "pulled": (errno.EIO, TargetGone),
    "no device": (errno.ENODEV, TargetGone),
    "unmounted": (errno.ENOENT, TargetGone),
    "stale": (errno.ESTALE, TargetGone),
}


@pytest.mark.parametrize(("error", "fault"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_in_the_midst_has_its_words_and_leaves_nothing(
    error: int, fault: type[PaperFault], stick: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "write_synced", failing(error))
    with pytest.raises(fault, match="BLUE") as told:
        write_exports(stick, "KIS-0042", FILES)
    assert told.value.remedy
    assert left_on(stick) == []


@pytest.mark.parametrize("step", ["_sync", "_named", "_from_device"])
def test_a_fault_at_any_step_leaves_no_half_folder(step: str, stick: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "injected")

    monkeypatch.setattr(writing, step, broken)
    with pytest.raises(TargetGone):
        write_exports(stick, "KIS-0042", FILES)
    assert left_on(stick) == []


def test_a_stick_with_too_little_room_is_told_before_anything_is_written(
    stick: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small(path: Path, kind: object) -> Target:
        return replace(stick, free_bytes=needed_bytes(FILES) - 1)

    monkeypatch.setattr(writing, "target_at", small)
    monkeypatch.setattr(writing, "write_synced", failing(errno.EIO))
    with pytest.raises(TargetFull, match="room for 1 MB; 1 MB are needed"):
        write_exports(stick, "KIS-0042", FILES)


def test_room_is_asked_for_in_the_pieces_that_a_stick_gives() -> None:
    many = [held(str(number), b"x") for number in range(100)]
    assert needed_bytes(many) - needed_bytes([]) == 100 * (1 + 32 * 1024)


def test_a_stick_that_was_pulled_is_not_mistaken_for_the_folder_it_was_mounted_on(stick: Target) -> None:
    """Without this the files would go to the kit's own disk, and the technician away with an empty stick."""
    with pytest.raises(TargetGone, match="BLUE is not there any more"):
        write_exports(replace(stick, device=stick.device + 1), "KIS-0042", FILES)
    assert left_on(stick) == []


def test_a_stick_that_is_pulled_before_its_folder_has_its_name_is_told(
    stick: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = iter([stick, stick])

    def pulled(path: Path, kind: object) -> Target:
        return next(seen, replace(stick, device=-1))

    monkeypatch.setattr(writing, "target_at", pulled)
    with pytest.raises(TargetGone):
        write_exports(stick, "KIS-0042", FILES)
    assert left_on(stick) == []


def test_a_target_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(TargetGone):
        write_exports(target_at(tmp_path / "absent", "stick"), "KIS-0042", FILES)


def test_a_target_that_was_listed_as_locked_is_told(stick: Target) -> None:
    with pytest.raises(TargetReadOnly, match="cannot be written"):
        write_exports(replace(stick, problem="read_only"), "KIS-0042", FILES)


def test_a_stick_that_forgets_is_told(stick: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """As counterfeit sticks do: they take everything and give back something else."""
    monkeypatch.setattr(writing, "write_synced", lambda path, content: path.write_bytes(bytes(len(content))))
    with pytest.raises(TargetWrong, match="reads back differently"):
        write_exports(stick, "KIS-0042", FILES)
    assert left_on(stick) == []


def test_a_file_system_that_cannot_sync_a_folder_is_synced_as_a_whole(
    stick: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise OSError(errno.EINVAL, "injected")

    synced: list[bool] = []
    monkeypatch.setattr(writing, "sync_folder", refuse)
    monkeypatch.setattr(os, "sync", lambda: synced.append(True))
    assert write_exports(stick, "KIS-0042", FILES).folder.is_dir()
    assert synced


def test_a_fault_of_the_kits_own_disk_is_not_blamed_on_the_stick(stick: Target) -> None:
    def unreadable() -> bytes:
        raise OSError(errno.EIO, "injected")

    with pytest.raises(PictureDamaged, match=r"field\.jpg"):
        write_exports(stick, "KIS-0042", [Export("field.jpg", 10, unreadable)])
    assert left_on(stick) == []
