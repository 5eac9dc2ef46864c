"""A MobileViTv2 in 8 bits says on a laptop of 2013 and on a Jetson's processor what it says here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from edge.errors import BadSetting
from edge.runtime.engines import EngineOptions, Network
from edge.runtime.ov import OpenVino
from export.errors import LimitsBroken
from export.onnx_export import to_onnx
from export.quantise import quantise
from export.quantising.deployable import deployable
from export.quantising.nncf_ir import NncfOptions, quantise_ir
from export.quantising.other_cpus import PROCESSORS, Compared, command, compare, require_same
from models.golden import drawn_weights
from models.yang2023_mobilevitv2.net import MobileViTv2, load
from tests.tiny import need_openvino

SIDE_PX = 128
"""At 64 oneDNN's 8-bit code for AVX2 crashes on the last stage's 2 × 2 pixels (OpenVINO 2026.4.1)."""
ARM_ROOT = os.environ.get("MARROWKIT_ARM_ROOT")
"""What `export/quantising/arm_root.sh` made."""


THERE = """
import sys
import numpy as np
from pathlib import Path
from edge.runtime.engines import EngineOptions, Network
from edge.runtime.ov import OpenVino
folder = Path(sys.argv[1])
network = Network("int8", (folder / "xml").read_bytes(), (folder / "bin").read_bytes())
found = OpenVino().load(network, EngineOptions(threads=1)).run({"image": np.load(folder / "image.npy")})
np.save(folder / "logits.npy", found["logits"])
"""


def images(count: int, seed: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).random((count, 3, SIDE_PX, SIDE_PX), np.float32)


@pytest.fixture(scope="module")
def float32() -> bytes:
    network = deployable(load(drawn_weights(np.random.default_rng(5), MobileViTv2(5, 0.5))))
    return to_onnx(network, {"image": torch.rand(2, 3, SIDE_PX, SIDE_PX)}, {"image": {0: "cells"}})


@pytest.fixture(scope="module")
def int8(float32: bytes) -> bytes:
    return quantise(float32, [{"image": images(1, seed)} for seed in range(8)])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("qemu-x86_64") is None, reason="no qemu-x86_64 here: apt-get install qemu-user")
def test_an_emulated_haswell_says_the_same(int8: bytes) -> None:
    found = compare(int8, images(4, 99), "haswell")
    assert (found.cells, found.changed) == (4, 0)
    assert found.apart < 1e-4
    require_same(found, "haswell")


@pytest.mark.slow
@pytest.mark.skipif(ARM_ROOT is None, reason="MARROWKIT_ARM_ROOT names no folder of export/quantising/arm_root.sh")
def test_an_emulated_a72_says_the_same(int8: bytes) -> None:
    require_same(compare(int8, images(4, 99), "a72", Path(ARM_ROOT or "")), "a72")


def test_openvino_without_vnni_says_the_same(float32: bytes, tmp_path: Path) -> None:
    need_openvino()
    pytest.importorskip("nncf")
    runs = [{"image": images(1, seed)} for seed in range(8)]
    ir = quantise_ir(float32, runs, NncfOptions(thorough=False))
    network = Network("int8", ir.xml, ir.bin)
    here = OpenVino().load(network, EngineOptions(threads=1)).run({"image": images(4, 99)})["logits"]
    (tmp_path / "xml").write_bytes(ir.xml)
    (tmp_path / "bin").write_bytes(ir.bin)
    np.save(tmp_path / "image.npy", images(4, 99))
    without_vnni = {**os.environ, "ONEDNN_MAX_CPU_ISA": "AVX2"}
    subprocess.run([sys.executable, "-c", THERE, str(tmp_path)], env=without_vnni, check=True)
    there = np.load(tmp_path / "logits.npy")
    assert (here.argmax(1) == there.argmax(1)).all()
    assert np.abs(here - there).max() < 0.02 * np.abs(here).max()


@pytest.mark.parametrize(
    ("found", "broken"),
    [
        (Compared(200, 0, 0.02), False),
        (Compared(200, 1, 0.001), True),
        (Compared(200, 0, 0.021), True),
    ],
    ids=["at the limit", "another class", "too far"],
)
def test_what_differs_too_much_is_not_shipped(found: Compared, broken: bool) -> None:
    if broken:
        with pytest.raises(LimitsBroken, match=f"{found.changed} of 200"):
            require_same(found, "haswell")
    else:
        require_same(found, "haswell")


def test_what_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadSetting, match="No processor 'z80'"):
        command("z80", None)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(BadSetting, match="qemu-x86_64 is not installed"):
        command("haswell", None)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(BadSetting, match=r"arm_root\.sh"):
        command("a72", tmp_path)
    (tmp_path / "root").mkdir()
    assert command("a72", tmp_path)[:3] == [f"/usr/bin/{PROCESSORS['a72'].emulator}", "-cpu", "cortex-a72"]


def test_a_network_that_does_not_run_there_is_not_shipped(int8: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("export.quantising.other_cpus.command", lambda *_: ["/bin/false"])
    with pytest.raises(LimitsBroken, match="does not run there"):
        compare(int8, images(1, 1), "haswell")
