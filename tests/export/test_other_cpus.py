"""Eight bits mean the same on a processor of 2013 (AVX2, no VNNI) as here: emulated by qemu, or asked of oneDNN."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from onnxruntime.quantization import QDQQuantizer

from edge.runtime.engines import EngineOptions, Network, find_engine
from export.openvino_ir import to_ir
from export.quantise import quantise
from tests.tiny import need_openvino
from tests.tiny_torch import planes_inputs

HASWELL = ("qemu-x86_64", "-cpu", "Haswell")
RUN = """
import sys
from pathlib import Path
import numpy as np
from edge.runtime.engines import EngineOptions, Network, find_engine
folder = Path(sys.argv[2])
weights = folder / "weights"
network = Network("tiny", (folder / "graph").read_bytes(), weights.read_bytes() if weights.exists() else b"")
session = find_engine(sys.argv[1]).load(network, EngineOptions(threads=1))
np.save(folder / "logits.npy", session.run({"image": np.load(folder / "image.npy")})["logits"])
"""

PROVE = """
import sys
from pathlib import Path
from edge.bundle.shelf import use_bundle
from edge.runtime.engines import EngineOptions
from edge.runtime.parity import check_variant
report = check_variant(use_bundle(None, Path(sys.argv[1])), "onnx-int8", EngineOptions(threads=1))
sys.exit(report.problem or 0)
"""


def bright(seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """Fields with strong contrast: large sums."""
    return {"image": 4 * planes_inputs(2, seed=seed, size=(32, 32))["image"]}


def int8(cells_onnx: bytes) -> bytes:
    return quantise(cells_onnx, [bright(seed) for seed in range(1, 5)])


def here(engine: str, network: Network) -> NDArray[np.float32]:
    return find_engine(engine).load(network, EngineOptions(threads=1)).run(bright())["logits"]


def there(
    engine: str, network: Network, folder: Path, command: tuple[str, ...] = (), extra: Mapping[str, str] | None = None
) -> NDArray[np.float32]:
    folder.mkdir()
    (folder / "graph").write_bytes(network.graph)
    if network.weights:
        (folder / "weights").write_bytes(network.weights)
    np.save(folder / "image.npy", bright()["image"])
    line = [*command, sys.executable, "-c", RUN, engine, str(folder)]
    done = subprocess.run(line, env={**os.environ, **(extra or {})}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    logits: NDArray[np.float32] = np.load(folder / "logits.npy")
    return logits


def eight_bit_weights(*args: Any, **options: Any) -> Any:
    """The library's own default, of which the product makes none."""
    return QDQQuantizer(*args, **{**options, "reduce_range": False})


emulated = pytest.mark.skipif(shutil.which(HASWELL[0]) is None, reason="no qemu-x86_64 here: apt-get install qemu-user")


@emulated
@pytest.mark.slow
def test_an_emulated_haswell_answers_the_same_and_no_sum_overflows(
    cells_onnx: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told by float32, as this machine may have no VNNI either: with sums of 16 bits it was 0.79 away."""
    float32 = here("onnxruntime", Network("tiny", cells_onnx))
    network = Network("tiny", int8(cells_onnx))
    narrow = there("onnxruntime", network, tmp_path / "7", HASWELL)
    np.testing.assert_array_equal(narrow, here("onnxruntime", network))
    monkeypatch.setattr("export.quantise.QDQQuantizer", eight_bit_weights)
    wide = there("onnxruntime", Network("tiny", int8(cells_onnx)), tmp_path / "8", HASWELL)
    assert np.abs(narrow - float32).max() < 0.3
    assert np.abs(wide - float32).max() < 0.3


@emulated
@pytest.mark.slow
def test_an_emulated_haswell_finds_the_shipped_bundle_as_it_was_signed(tmp_path: Path) -> None:
    """With sums of 16 bits its cells network was 0.23 away, and a kit without OpenVINO did not start."""
    line = [*HASWELL, sys.executable, "-c", PROVE, str(tmp_path)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_openvino_without_vnni_answers_the_same(cells_onnx: bytes, tmp_path: Path) -> None:
    need_openvino()
    ir = to_ir(int8(cells_onnx))
    network = Network("tiny", ir.xml, ir.bin)
    without = there("openvino", network, tmp_path / "7", extra={"ONEDNN_MAX_CPU_ISA": "AVX2"})
    np.testing.assert_allclose(without, here("openvino", network), atol=1e-5)
