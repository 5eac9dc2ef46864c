"""No engine tells anybody anything: tried in a process of its own, in a home where it would leave its traces."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IMPORTS = {
    "the kit": "import edge; import onnxruntime",
    "the workshop": "import export.quantise",
    "the kit's engine": "from edge.runtime.ort import OnnxRuntime; import onnxruntime",
}


@pytest.mark.parametrize("code", IMPORTS.values(), ids=IMPORTS)
@pytest.mark.parametrize("said", ["", "0"])
def test_onnx_runtime_keeps_no_identifier_and_starts_no_uploader(code: str, said: str, tmp_path: Path) -> None:
    """Left to itself it writes a device id and a store of events below its user's cache."""
    variables = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    told = {"ORT_DISABLE_TELEMETRY": said} if said else {}
    subprocess.run(
        [sys.executable, "-c", f"{code}; import onnxruntime; onnxruntime.get_available_providers()"],
        env={**variables, **told},
        cwd=tmp_path,
        check=True,
    )
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []
