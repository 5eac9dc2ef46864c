from __future__ import annotations

import os
from pathlib import Path

import pytest

from edge.durable import write_durably


def test_the_new_content_replaces_the_old(tmp_path: Path) -> None:
    for content in (b"old", b"", b"new"):
        write_durably(tmp_path / "file", content)
        assert (tmp_path / "file").read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_at_any_step_leaves_the_old_content_and_nothing_else(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_durably(tmp_path / "file", b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os if step == "fsync" else Path, step, full)
    with pytest.raises(OSError, match="No space") as told:
        write_durably(tmp_path / "file", b"new")
    assert told.value.filename == str(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_contents_and_names_are_synced_in_that_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bool] = []
    real = os.fsync

    def watched(handle: int) -> None:
        synced.append((tmp_path / "file").exists())
        real(handle)

    monkeypatch.setattr(os, "fsync", watched)
    write_durably(tmp_path / "file", b"new")
    assert synced == [False, True]
