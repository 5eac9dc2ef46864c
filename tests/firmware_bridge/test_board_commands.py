"""`marrowkit-bridge sim` and `conform` as a stranger runs them."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial

from firmware_bridge import __main__ as command
from firmware_bridge.conform import CLAUSES

SIM = [sys.executable, "-m", "firmware_bridge", "sim"]


@contextmanager
def simulated(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with subprocess.Popen([*SIM, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def bridge(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["marrowkit-bridge", *arguments])
    with pytest.raises(SystemExit) as exit_:
        command.main()
    return int(exit_.value.code or 0)


@pytest.mark.parametrize(
    ("board", "question", "answer", "stop"),
    [
        ("sangaboard", b"p?\n", b"0 0 0\r\n", signal.SIGTERM),
        ("marlin", b"M114\n", b"X:0.00 Y:0.00 Z:0.00 E:0.00 Count X:0 Y:0 Z:0\n", signal.SIGINT),
        ("grbl", b"?", b"<Idle|MPos:0.000,0.000,0.000|FS:0,0>\r\n", signal.SIGTERM),
    ],
)
def test_the_first_line_is_a_port_that_answers_until_it_is_stopped(
    board: str, question: bytes, answer: bytes, stop: signal.Signals
) -> None:
    with simulated("--board", board) as (process, path):
        for _ in range(2):
            with serial.Serial(path, 115_200, timeout=5) as port:
                port.write(question)
                assert port.readline() == answer
        process.send_signal(stop)
        assert process.wait(10) == 0


def test_conform_passes_a_good_board(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with simulated("--board", "sangaboard") as (_, path):
        assert bridge(monkeypatch, "conform", path) == 0
    told = capsys.readouterr().out
    assert "Sangaboard" in told
    assert all(clause.name in told for clause in CLAUSES)
    assert f"{len(CLAUSES)} of {len(CLAUSES)} clauses kept" in told


def test_conform_fails_a_bad_one_and_says_what_to_fix(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with simulated("--board", "sangaboard", "--faults", "nak@2:9") as (_, path):
        assert bridge(monkeypatch, "conform", path, "--board", "sangaboard") == 1
    told = capsys.readouterr().out
    assert "FAIL" in told
    assert "fix: " in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("conform", "/nonexistent/tty"), "no board"),
        (("conform", "sim:grbl", "--board", "toaster"), "no kind of board"),
        (("conform", "sim:grbl", "--step", "5"), "no small one"),
        (("sim", "--board", "toaster"), "no simulated board"),
        (("sim", "--board", "grbl", "--faults", "sabotage@1"), "not a fault"),
        (("sim", "--board", "grbl", "--link", "/dev/null"), "exists"),
    ],
)
def test_what_makes_no_sense_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    assert bridge(monkeypatch, *arguments) == 1
    assert words in capsys.readouterr().err


def test_a_link_is_there_while_it_answers(tmp_path: Path) -> None:
    link = tmp_path / "board"
    with simulated("--board", "grbl", "--link", str(link)) as (process, path):
        assert path == str(link)
        assert link.is_symlink()
        process.terminate()
        assert process.wait(10) == 0
    assert not link.is_symlink()
