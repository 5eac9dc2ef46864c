"""Every hostile bundle is refused with an error of its own, through the command that an operator types, and nothing on
the kit has changed afterwards."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from edge.__main__ import main
from edge.bundle import install, load_keys, shelf, use_bundle
from tests.hostile import HARMS, good
from tests.tiny import tiny_bundle, trusting

State = dict[str, bytes | str]


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kit on which version 3 is in use."""
    place = tmp_path_factory.mktemp("station")
    data = trusting(place / "data")
    install(tiny_bundle(place / "made", version=3).path, data, load_keys(data), lambda bundle: None)
    return data


def state(folder: Path) -> State:
    """Every file but the lock, with its content, and every link with its target."""
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_symlink() or (path.is_file() and path.name != ".lock")
    }


def refusal(path: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What `marrowkit bundle install` says, which has to be an error of two lines."""
    monkeypatch.setattr("sys.argv", ["marrowkit", "bundle", "install", str(path), "--data", str(data)])
    with pytest.raises(SystemExit) as end:
        main()
    out, err = capsys.readouterr()
    assert end.value.code == 1
    assert out == ""
    assert err.startswith("error: ")
    assert len(err.splitlines()) >= 2
    assert "Traceback" not in err
    return err


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("harm", HARMS)
def test_a_hostile_bundle_is_refused_and_changes_nothing(
    harm: str,
    station: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(shelf, "shipped_folder", lambda: tmp_path / "shipped")
    data = tmp_path / "data"
    shutil.copytree(station, data)
    before = state(data)
    harmful, told = HARMS[harm]
    said = refusal(harmful(tmp_path), data, monkeypatch, capsys)
    assert re.search(told, said.replace("\n", " ")), said
    assert state(data) == before
    assert use_bundle("tiny", data).manifest.version == 3


def test_every_harm_has_an_error_of_its_own() -> None:
    """Harms of one sort may share a sentence, but no sort shares with another."""
    assert len({told for _, told in HARMS.values()}) >= 24


def test_without_a_harm_it_would_have_been_installed(
    station: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "shipped_folder", lambda: tmp_path / "shipped")
    data = tmp_path / "data"
    shutil.copytree(station, data)
    monkeypatch.setattr("sys.argv", ["marrowkit", "bundle", "install", str(good(tmp_path)), "--data", str(data)])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    assert use_bundle("tiny", data).manifest.version == 4


def test_what_is_installed_is_a_copy_that_no_hard_link_reaches(station: Path, tmp_path: Path) -> None:
    """A hard link cannot be told from a file: it is read like one, by its digest, and never kept."""
    data, bundle = tmp_path / "data", good(tmp_path)
    shutil.copytree(station, data)
    (tmp_path / "outside").hardlink_to(bundle / "opinion.onnx")
    installed = install(bundle, data, load_keys(data), lambda offered: None)
    (tmp_path / "outside").write_bytes(b"changed later")
    assert all((installed.path / name).stat().st_nlink == 1 for name in installed.manifest.files)
    assert use_bundle("tiny", data).read("opinion.onnx") != b"changed later"
