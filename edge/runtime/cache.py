"""A folder of compiled networks that cannot grow without end (openvino#9329)."""

from __future__ import annotations

from pathlib import Path


def bounded_cache(folder: Path, limit_bytes: int) -> Path:
    """The folder, made if need be, emptied of its oldest files until it holds at most `limit_bytes`."""
    folder.mkdir(parents=True, exist_ok=True)
    files = sorted((path for path in folder.iterdir() if path.is_file()), key=lambda path: path.stat().st_mtime)
    total = sum(path.stat().st_size for path in files)
    for path in files:
        if total <= limit_bytes:
            break
        total -= path.stat().st_size
        path.unlink()
    return folder
