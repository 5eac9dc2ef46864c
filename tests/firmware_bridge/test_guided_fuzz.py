"""The guided fuzzer: its target survives what Hypothesis thinks of, and it runs where atheris is installed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.boards.host import HostEnd, Phase
from tests.firmware_bridge.guided_fuzz import KNOWN, ask, pieces, survive

HARNESS = "tests.firmware_bridge.guided_fuzz"


@given(st.binary(max_size=300))
def test_no_bytes_end_a_conversation(data: bytes) -> None:
    survive(data)


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=255)), max_size=5))
def test_pieces_are_cut_as_they_were_joined(told: list[tuple[int, bytes]]) -> None:
    data = b"".join(bytes([question, len(piece)]) + piece for question, piece in told)
    assert list(pieces(data)) == told


def test_questions_are_really_asked() -> None:
    for dialect in KNOWN:
        asked = HostEnd(dialect)
        ask(asked, 0)
        assert asked.phase is Phase.ASKED


def test_a_crash_would_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(host: object, data: bytes) -> list[object]:
        raise RuntimeError("broken")

    monkeypatch.setattr(HostEnd, "receive", broken)
    with pytest.raises(RuntimeError, match="broken"):
        survive(b"\0\0\1x")


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed: see guided_fuzz.py")
def test_it_runs_guided() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", HARNESS, "-runs=2000", "-seed=1"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert "Done 2000 runs" in ran.stderr
