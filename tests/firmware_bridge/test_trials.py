"""The measured claims, in small: the commands print what they measured."""

from __future__ import annotations

import re
import sys
from dataclasses import replace

import pytest

from firmware_bridge import __main__ as command
from firmware_bridge.boards.host import HostEnd
from firmware_bridge.trials import live
from firmware_bridge.trials.focus import figures, starts
from firmware_bridge.trials.fuzz import fuzz
from firmware_bridge.trials.stand import VIEW


def bridge(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["marrowkit-bridge", *arguments])
    with pytest.raises(SystemExit) as exit_:
        command.main()
    return int(exit_.value.code or 0)


def test_focus_figures_count_what_happened() -> None:
    tried = list(starts(4, 3))
    found = figures(tried)
    assert (found.starts, found.within) == (4, 4)
    assert found.images_mean <= found.images_most <= 25
    assert found.worst_um <= found.depth_of_field_um
    assert tried[:2] == list(starts(2, 3))
    assert len({each.began_um for each in tried}) == 4


def test_bare_glass_counts_as_not_found() -> None:
    assert figures(list(starts(2, 3, bare=True))).within == 0


def test_the_live_path_is_tried_through_a_camera_that_has_just_been_opened(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In real time: one start."""
    monkeypatch.setattr(live, "VIEW", replace(VIEW, width=320, height=240))
    assert bridge(monkeypatch, "bench-focus", "--starts", "0", "--live", "1") == 0
    told = capsys.readouterr().out
    assert "within it           1 of 1 (100.0%)" in told
    assert re.search(r"camera +\d+\.\d to \d+\.\d pictures per second, asked for 15", told)
    assert "directly" not in told


def test_fuzzing_finds_no_crash_and_is_the_same_each_time() -> None:
    first, second = fuzz(3000, 5), fuzz(3000, 5)
    assert first.crashes == ()
    assert first.events == second.events > 1000


def test_a_crash_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(host: object, data: bytes) -> list[object]:
        raise RuntimeError("broken")

    monkeypatch.setattr(HostEnd, "receive", broken)
    assert len(fuzz(10, 5).crashes) == 10


def test_the_commands_print_their_figures(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert bridge(monkeypatch, "bench-focus", "--starts", "2", "--live", "0") == 0
    assert bridge(monkeypatch, "fuzz-boards", "--strings", "500") == 0
    told = capsys.readouterr().out
    assert "within it           2 of 2 (100.0%)" in told
    assert "“no focus found” in 1 of 1" in told
    assert "live" not in told
    assert "500 strings" in told
    assert "crashes 0" in told
