"""What a power cut in an export leaves is swept away with the next one, and nothing else ever is."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.casework.papers import FOLDER, UNDER_WAY
from edge.errors import RecordFault, StoreFull, StoreUnreachable
from edge.papers import underway
from edge.papers.export import held
from edge.papers.faults import TargetGone
from edge.papers.targets import target_at
from edge.papers.underway import UnderWay
from edge.papers.writing import write_exports
from tests.casebooks import casework_in

FILES = [held("report.pdf", b"%PDF a report"), held("images/field-001.jpg", b"\xff\xd8 field")]
CUT = """
import os, sys
from pathlib import Path
from edge.papers import writing
from edge.papers.export import held
from edge.papers.targets import target_at
from edge.papers.underway import UnderWay
left = int(sys.argv[3])
write = writing.write_synced
def cut(path, content):
    global left
    left -= 1
    if left < 0:
        path.write_bytes(content[:3])
        os._exit(9)
    write(path, content)
writing.write_synced = cut
files = [held("report.pdf", b"%PDF a report"), held("images/field-001.jpg", b"field")]
writing.write_exports(target_at(Path(sys.argv[1]), "stick"), "KIS-0042", files, UnderWay(Path(sys.argv[2])))
"""


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "BLUE"
    (folder / "mine").mkdir(parents=True)
    (folder / ".KIS-0042.0badcafe.part").mkdir()
    (folder / ".KIS-0042.0badcafe.part" / "theirs").write_bytes(b"of another kit, or of nobody we know")
    return folder


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


def cut_in_the_midst(stick: Path, notes: Path, files: int) -> None:
    """A kit loses its power after so many files."""
    command = [sys.executable, "-c", CUT, str(stick), str(notes), str(files)]
    assert subprocess.run(command, check=False).returncode == 9


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


OTHERS = [".KIS-0042.0badcafe.part", "mine"]


@pytest.mark.parametrize("files", [0, 1, 2])
def test_the_next_export_sweeps_what_a_power_cut_left_and_only_that(stick: Path, notes: Path, files: int) -> None:
    cut_in_the_midst(stick, notes, files)
    assert len(names(stick)) == 3, "a power cut does leave something"
    write_exports(target_at(stick, "stick"), "KIS-0042", FILES, UnderWay(notes))
    assert names(stick) == [OTHERS[0], "KIS-0042", "mine"]
    assert names(stick / OTHERS[0]) == ["theirs"]
    assert names(notes) == []


def test_a_kit_sweeps_its_own_folder_as_it_starts(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    cut_in_the_midst(tmp_path / FOLDER, tmp_path / UNDER_WAY, 1)
    assert names(tmp_path / FOLDER)
    with casework_in(tmp_path):
        assert names(tmp_path / FOLDER) == names(tmp_path / UNDER_WAY) == []


def test_what_lies_on_a_stick_that_is_away_is_remembered(stick: Path, notes: Path, tmp_path: Path) -> None:
    cut_in_the_midst(stick, notes, 1)
    away = stick.rename(tmp_path / "away")
    other = tmp_path / "BLUE"
    other.mkdir()
    write_exports(target_at(other, "stick"), "KIS-0042", FILES, UnderWay(notes))
    assert len(names(notes)) == 1
    UnderWay(notes).sweep(away)
    assert (names(away), names(notes)) == (OTHERS, [])


def test_an_export_that_another_thread_is_at_is_let_alone(stick: Path, notes: Path) -> None:
    under_way = UnderWay(notes)
    with under_way.begun(stick, "KIS-0042") as beside:
        beside.mkdir()
        write_exports(target_at(stick, "stick"), "KIS-0043", FILES, under_way)
        assert beside.is_dir()
        beside.rename(stick / "KIS-0042")
    assert names(stick) == [OTHERS[0], "KIS-0042", "KIS-0043", "mine"]
    assert names(notes) == []


def fail(under_way: UnderWay, stick: Path, make: Callable[[Path], None]) -> None:
    with under_way.begun(stick, "KIS-0042") as beside:
        make(beside)
        raise TargetGone("BLUE is gone.", "Plug it in again.")


def test_a_failure_leaves_nothing(stick: Path, notes: Path) -> None:
    with pytest.raises(TargetGone):
        fail(UnderWay(notes), stick, Path.mkdir)
    assert (names(stick), names(notes)) == (OTHERS, [])


def test_a_link_is_never_followed(stick: Path, notes: Path) -> None:
    with pytest.raises(TargetGone):
        fail(UnderWay(notes), stick, lambda beside: beside.symlink_to(stick / "mine"))
    UnderWay(notes).sweep(stick)
    assert (stick / "mine").is_dir()


@pytest.mark.parametrize(("number", "fault"), [(errno.ENOSPC, StoreFull), (errno.EIO, StoreUnreachable)])
def test_without_a_note_nothing_is_begun(
    stick: Path, notes: Path, monkeypatch: pytest.MonkeyPatch, number: int, fault: type[RecordFault]
) -> None:
    def broken(*_: object) -> None:
        raise OSError(number, "injected")

    monkeypatch.setattr(underway, "write_synced", broken)
    with pytest.raises(fault, match="nothing was exported"):
        write_exports(target_at(stick, "stick"), "KIS-0042", FILES, UnderWay(notes))
    assert names(stick) == OTHERS


NAMES = st.text("abcdef0123456789.-_ KIS", min_size=1, max_size=20).filter(lambda name: name.strip(". ") != "")


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("places")


@given(found=st.sets(NAMES.map(lambda name: f".{name}.part") | NAMES, max_size=8), number=st.integers(0, 10**9))
def test_nothing_that_was_not_noted_is_touched(places: Path, found: set[str], number: int) -> None:
    place = places / str(number)
    place.mkdir(exist_ok=True)
    for name in found:
        (place / name).mkdir(exist_ok=True)
    before = names(place)
    UnderWay(places / "notes").sweep(place)
    assert names(place) == before
