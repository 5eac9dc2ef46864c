from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from firmware_bridge import __main__ as command
from firmware_bridge.imagefile import read_image
from firmware_bridge.uri import SCHEMES


def bridge(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Exit code of `marrowkit-bridge` with these arguments."""
    monkeypatch.setattr(sys, "argv", ["marrowkit-bridge", *arguments])
    with pytest.raises(SystemExit) as exit_:
        command.main()
    return int(exit_.value.code or 0)


def test_a_snapshot_is_a_picture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "field.png"
    assert bridge(monkeypatch, "snapshot", "sim:?width=128&height=96", str(out), "--skip", "1") == 0
    assert read_image(out).shape == (96, 128, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["field.png"]
    assert "128 × 96" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("uri", "skip", "words"),
    [
        ("camera:77", "0", "There is no camera"),
        ("nonsense", "0", "not the address"),
        ("{folder}/one.png", "1", "ended before picture 2"),
    ],
)
def test_a_fault_is_two_sentences_and_no_file(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    uri: str,
    skip: str,
    words: str,
) -> None:
    bridge(monkeypatch, "snapshot", "sim:?width=64&height=64", str(tmp_path / "one.png"))
    capsys.readouterr()
    out = tmp_path / "out.png"
    assert bridge(monkeypatch, "snapshot", uri.format(folder=tmp_path), str(out), "--skip", skip) == 1
    assert words in capsys.readouterr().err
    assert not out.exists()


def test_a_place_that_cannot_be_written_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bridge(monkeypatch, "snapshot", "sim:?width=64&height=64", str(tmp_path / "absent" / "x.png")) == 1
    assert "No such file" in capsys.readouterr().err


def test_sources_lists_every_scheme(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert bridge(monkeypatch, "sources") == 0
    listed = capsys.readouterr().out
    assert all(form.example in listed and form.help in listed for form in SCHEMES.values())


def test_it_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "firmware_bridge", "sources"], capture_output=True, check=True)
    assert b"sim:" in done.stdout
    assert done.stderr == b""
