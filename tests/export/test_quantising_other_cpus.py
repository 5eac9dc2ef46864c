"""A MobileViTv2 in 8 bits says on a laptop of 2013 and on a Jetson's processor what it says here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from edge.errors import BadSetting
from edge.runtime.engines import EngineOptions, Network
from edge.runtime.ov import OpenVino
from edge.types import Pixels
from export.crops.views import pictures_of, viewed
from export.errors import LimitsBroken
from export.onnx_export import to_onnx
from export.openvino_ir import Ir
from export.quantise import quantise
from export.quantising.deployable import deployable
from export.quantising.nncf_ir import NncfOptions, quantise_ir
from export.quantising.other_cpus import PROCESSORS, Compared, command, compare, require_same
from export.quantising.score import probabilities, softmax
from firmware_bridge.imagefile import read_image
from models.golden import drawn_weights
from models.marrowkit2026_student import net as students
from models.symmetry import make_plain
from models.yang2023_mobilevitv2.net import MobileViTv2, load
from tests.conftest import IMAGES
from tests.tabled import drawn_cells
from tests.tiny import need_openvino

SIDE_PX = 128
"""At 64 oneDNN's 8-bit code for AVX2 crashes on the last stage's 2 × 2 pixels (OpenVINO 2026.4.1)."""
CELL_PX = 64
CALIBRATED, ASKED = slice(0, 40), slice(40, 240)
in_qemu = pytest.mark.skipif(
    shutil.which("qemu-x86_64") is None, reason="no qemu-x86_64 here: apt-get install qemu-user"
)
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


def without_vnni(ir: Ir, given: NDArray[np.float32], folder: Path) -> NDArray[np.float32]:
    """The logits of a process whose oneDNN knows no newer instructions than a Haswell's."""
    (folder / "xml").write_bytes(ir.xml)
    (folder / "bin").write_bytes(ir.bin)
    np.save(folder / "image.npy", given)
    environment = {**os.environ, "ONEDNN_MAX_CPU_ISA": "AVX2"}
    subprocess.run([sys.executable, "-c", THERE, str(folder)], env=environment, check=True)
    logits: NDArray[np.float32] = np.load(folder / "logits.npy")
    return logits


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
@in_qemu
def test_an_emulated_haswell_says_the_same(int8: bytes) -> None:
    found = compare(int8, images(4, 99), "haswell")
    assert (found.cells, found.changed) == (4, 0)
    assert found.apart < 1e-4
    require_same(found, "haswell")


@pytest.fixture(scope="module")
def cells() -> NDArray[np.float32]:
    """240 real cells of every class of `pbc`; drawn ones where there are no real images."""
    files = sorted((IMAGES / "pbc").glob("*.jpg"))
    if not files:
        planes = drawn_cells(60).planes[np.random.default_rng(0).permutation(240)]
        return viewed(pictures_of(planes), "rgb", CELL_PX).numpy()
    return np.stack([_middle(read_image(file)) for file in files[:: len(files) // 240]][:240])


def _middle(pixels: Pixels) -> NDArray[np.float32]:
    """The cell and its next neighbours, (3, CELL_PX, CELL_PX), 0–1."""
    small = cv2.resize(pixels[60:-60, 60:-60], (CELL_PX, CELL_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(small.transpose(2, 0, 1), np.float32) / np.float32(255)


@pytest.fixture(scope="module")
def student(cells: NDArray[np.float32]) -> bytes:
    """A student whose norms know such cells, in float32; it was taught nothing, and calls them all sorts of things."""
    torch.manual_seed(3)
    network = students.network(5, "medium")
    with torch.no_grad():
        for _ in range(30):
            network(torch.from_numpy(cells[CALIBRATED]))
    make_plain(network.eval())
    return to_onnx(network, {"image": torch.rand(2, 3, CELL_PX, CELL_PX)}, {"image": {0: "cells"}})


def require_all_sorts(shares: NDArray[np.floating]) -> None:
    assert np.bincount(shares.argmax(1)).max() < 0.8 * len(shares)


@pytest.mark.slow
@in_qemu
def test_200_cells_have_the_same_class_on_an_emulated_haswell(student: bytes, cells: NDArray[np.float32]) -> None:
    asked = cells[ASKED]
    int8 = quantise(student, [{"image": part[None]} for part in cells[CALIBRATED]])
    require_all_sorts(probabilities(int8, [{"image": asked}], threads=1))
    found = compare(int8, asked, "haswell")
    assert (found.cells, found.changed) == (200, 0)
    require_same(found, "haswell")


@pytest.mark.slow
def test_200_cells_have_the_same_class_in_openvino_without_vnni(
    student: bytes, cells: NDArray[np.float32], tmp_path: Path
) -> None:
    need_openvino()
    pytest.importorskip("nncf")
    ir = quantise_ir(student, [{"image": part[None]} for part in cells[CALIBRATED]], NncfOptions(thorough=False))
    here = probabilities(ir, [{"image": cells[ASKED]}], threads=1)
    require_all_sorts(here)
    there = softmax(without_vnni(ir, cells[ASKED], tmp_path))
    require_same(
        Compared(200, int((here.argmax(1) != there.argmax(1)).sum()), float(abs(here - there).max())), "haswell"
    )


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
    there = without_vnni(ir, images(4, 99), tmp_path)
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
