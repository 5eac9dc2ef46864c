"""`marrowkit-export other-cpus`: does an 8-bit network say on an emulated processor what it says here?

A laptop of 2013 (Haswell: AVX2, no VNNI) and a Jetson's processor (Cortex-A72), both by qemu's user mode. The file that
`marrowkit-export build` packs is run there on real cells; nothing else of the kit is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import torch
import typer
from numpy.typing import NDArray

from edge.errors import BadSetting
from export.crops.views import TORCH_VIEWS, pictures_of, view_of, viewed
from export.errors import LimitsBroken
from export.opinion.table import read_cells
from export.quantising.score import probabilities, softmax

RUN = """
import sys
import numpy as np
import onnxruntime
graph, images, found = sys.argv[1:]
settings = onnxruntime.SessionOptions()
settings.intra_op_num_threads, settings.log_severity_level = 1, 3
session = onnxruntime.InferenceSession(graph, settings, providers=["CPUExecutionProvider"])
np.save(found, np.concatenate([session.run(["logits"], {"image": image[None]})[0] for image in np.load(images)]))
"""
ARM_LOADER = ("-cpu", "cortex-a72", "-L")


@dataclass(frozen=True, slots=True)
class Processor:
    """One that qemu emulates, and by how much a probability may differ there."""

    emulator: str
    apart: float
    least: int


PROCESSORS: Mapping[str, Processor] = {
    "haswell": Processor("qemu-x86_64", 0.02, 200),
    "a72": Processor("qemu-aarch64", 0.05, 50),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """Of n cells: how many have another most likely class there, and the largest difference of a probability."""

    cells: int
    changed: int
    apart: float


def compare(network: bytes, images: NDArray[np.float32], processor: str, arm_root: Path | None = None) -> Compared:
    """Run an ONNX network on images (n, 3, s, s) here and on an emulated processor.

    arm_root  the folder that `arm_root.sh` made, for `a72`

    Raises:
        BadSetting: no such processor, or its emulator or folder is not there.
        LimitsBroken: the network does not run there at all.
    """
    here = probabilities(network, [{"image": image[None]} for image in images], threads=1)
    site = arm_root / "site" if processor == "a72" and arm_root is not None else None
    there = softmax(_logits_there(network, images, command(processor, arm_root), site))
    return Compared(len(images), int((here.argmax(1) != there.argmax(1)).sum()), float(np.abs(here - there).max()))


def command(processor: str, arm_root: Path | None) -> list[str]:
    """The words that start Python there.

    Raises:
        BadSetting: see `compare`.
    """
    if processor not in PROCESSORS:
        raise BadSetting(f"No processor {processor!r} is emulated.", f"Take {', '.join(PROCESSORS)}.")
    emulator = shutil.which(PROCESSORS[processor].emulator)
    if emulator is None:
        raise BadSetting(f"{PROCESSORS[processor].emulator} is not installed.", "apt-get install qemu-user")
    if processor == "haswell":
        return [emulator, "-cpu", "Haswell", sys.executable]
    if arm_root is None or not (arm_root / "root").is_dir():
        raise BadSetting(f"{arm_root} holds no aarch64 system.", "Make it: export/quantising/arm_root.sh FOLDER.")
    root = str(arm_root / "root")
    return [emulator, *ARM_LOADER, root, f"{root}/usr/bin/python3.11"]


def require_same(found: Compared, processor: str) -> None:
    """Every class is the same, and probabilities are as near as they must be.

    Raises:
        LimitsBroken: they are not.
    """
    limit = PROCESSORS[processor].apart
    if found.changed or found.apart > limit:
        raise LimitsBroken(
            f"On {processor} {found.changed} of {found.cells} cells have another class; probabilities differ by up to "
            f"{found.apart:.3f}, where {limit:g} is allowed.",
            "Do not ship this variant: its weights have more than 7 bits, or its activations are signed.",
        )


def _logits_there(
    network: bytes, images: NDArray[np.float32], line: list[str], site: Path | None
) -> NDArray[np.float32]:
    with TemporaryDirectory() as folder:
        graph, given, found = (Path(folder) / name for name in ("graph.onnx", "images.npy", "logits.npy"))
        graph.write_bytes(network)
        np.save(given, images)
        paths = {} if site is None else {"PYTHONPATH": str(site)}
        done = subprocess.run(
            [*line, "-c", RUN, str(graph), str(given), str(found)],
            env={**os.environ, **paths, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise LimitsBroken(f"The network does not run there: {done.stderr.strip()[-300:]}", "Do not ship it.")
        logits: NDArray[np.float32] = np.load(found)
        return logits


def other_cpus_command(
    network: Annotated[Path, typer.Argument(help="The 8-bit .onnx file.")],
    cells: Annotated[Path, typer.Argument(help="A file of cells: runs/crops/found/….npz, or your own.")],
    processor: Annotated[str, typer.Argument(help=f"One of {', '.join(PROCESSORS)}.")],
    size: Annotated[int, typer.Option(min=16, help="Side of the picture that the network takes, pixels.")] = 256,
    view: Annotated[str, typer.Option(help=f"What it sees of a cell: {', '.join(TORCH_VIEWS)}.")] = "relative-density",
    count: Annotated[int | None, typer.Option(min=1, help="Cells. Default: 200 for haswell, 50 for a72.")] = None,
    arm_root: Annotated[Path | None, typer.Option(help="The folder that arm_root.sh made.")] = None,
) -> None:
    """Run an 8-bit network on real cells on an emulated processor, and compare with this machine."""
    command(processor, arm_root)  # what is missing is told before the cells are read
    table = read_cells(cells)
    drawn = np.random.default_rng(0).permutation(len(table))[: count or PROCESSORS[processor].least]
    with torch.no_grad():
        images = viewed(pictures_of(table.planes[np.sort(drawn)]), view_of(view), size).numpy()
    found = compare(network.read_bytes(), images, processor, arm_root)
    typer.echo(
        f"{processor}: {found.cells} cells, {found.changed} with another class, "
        f"probabilities differ by up to {found.apart:.4f}"
    )
    require_same(found, processor)
