"""The installed command, from a folder that is not the checkout: its way to the rooms is its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from export.__main__ import COMMANDS


def test_every_command_is_found_from_any_folder(tmp_path: Path) -> None:
    # ONNX Runtime puts a folder on the path, while it is imported, that has another package named `models`.
    command = Path(sys.executable).with_name("marrowkit-export")
    done = subprocess.run([command, "--help"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in COMMANDS)
