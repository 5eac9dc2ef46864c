"""`marrowkit-export bench-int8`: how much faster a MobileViTv2 is in 8 bits, and what its files weigh."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray

from edge.runtime.device import this_device
from edge.runtime.engines import EngineOptions, Network, find_engine
from edge.runtime.ov import openvino_core
from edge.runtime.session import Session
from export.onnx_export import to_onnx
from export.openvino_ir import Ir
from export.quantise import quantise
from export.quantising.deployable import deployable
from export.quantising.interleaved import Run, Times, interleaved
from export.quantising.nncf_ir import NncfOptions, quantise_ir
from models.yang2023_mobilevitv2.net import MobileViTv2

CLASSES = 7
RUNS = 8
"""Drawn pictures for calibration: neither speed nor size depends on the ranges."""
ENGINE_NAMES = ("ONNX Runtime", "OpenVINO")
TRAINED, DEPLOYED = "as trained", "as deployed"
BF16, INT8_ORT, INT8_OV = "bf16 OpenVINO", "int8 ONNX Runtime", "int8 OpenVINO"
BF16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})
MEGABYTE = 1e6
SINGLY = ", one by one"
"""Said of a batch whose pictures are run singly: what lies between layers then stays in the cache."""
CPU = {"NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"}


@dataclass(frozen=True, eq=False)
class Forms:
    """One network: float32 as it was trained and as it is deployed, and in 8 bits for each engine."""

    trained: bytes
    deployed: bytes
    onnx_int8: bytes
    ir_int8: Ir

    @property
    def megabytes(self) -> Mapping[str, float]:
        """Sizes of the files, 10⁶ bytes."""
        sizes = {
            f"float32 {TRAINED}": len(self.trained),
            f"float32 {DEPLOYED}": len(self.deployed),
            INT8_ORT: len(self.onnx_int8),
            INT8_OV: len(self.ir_int8.xml) + len(self.ir_int8.bin),
        }
        return {name: size / MEGABYTE for name, size in sizes.items()}


def forms(width: float, size_px: int) -> Forms:
    """A network of this width with random weights, in all forms."""
    torch.manual_seed(0)
    network = MobileViTv2(CLASSES, width).eval()
    example, axes = {"image": torch.rand(2, 3, size_px, size_px)}, {"image": {0: "cells"}}
    trained, form = to_onnx(network, example, axes), to_onnx(deployable(network), example, axes)
    runs = [{"image": pictures(1, size_px, seed)} for seed in range(RUNS)]
    return Forms(trained, form, quantise(form, runs), quantise_ir(form, runs, NncfOptions(thorough=False)))


def pictures(count: int, size_px: int, seed: int = 0) -> NDArray[np.float32]:
    """Drawn pictures, (count, 3, size, size), 0 to 1."""
    return np.random.default_rng(seed).random((count, 3, size_px, size_px), np.float32)


@contextmanager
def contenders(made: Forms, image: NDArray[np.float32], threads: int) -> Iterator[Mapping[str, Run]]:
    """Everyone who can run here, by name; the engines as the kit sets them, but for bf16, which the kit never uses."""
    networks = {
        f"float32 ONNX Runtime {TRAINED}": ("onnxruntime", Network("float32", made.trained)),
        f"float32 OpenVINO {TRAINED}": ("openvino", Network("float32", made.trained)),
        f"float32 ONNX Runtime {DEPLOYED}": ("onnxruntime", Network("float32", made.deployed)),
        f"float32 OpenVINO {DEPLOYED}": ("openvino", Network("float32", made.deployed)),
        INT8_ORT: ("onnxruntime", Network("int8", made.onnx_int8)),
        INT8_OV: ("openvino", Network("int8", made.ir_int8.xml, made.ir_int8.bin)),
    }
    options, inputs = EngineOptions(threads=threads), {"image": image}
    opened = {name: find_engine(engine).load(network, options) for name, (engine, network) in networks.items()}
    runs: dict[str, Run] = {name: partial(session.run, inputs) for name, session in opened.items()}
    if len(image) > 1:
        runs |= {name + SINGLY: partial(_singly, session, image) for name, session in opened.items()}
    if BF16_FLAGS & set(this_device().features):
        runs[BF16] = _in_bf16(made.trained, inputs, threads)
    try:
        yield runs
    finally:
        for session in opened.values():
            with closing(session):
                pass


def _singly(session: Session, image: NDArray[np.float32]) -> None:
    for k in range(len(image)):
        session.run({"image": image[k : k + 1]})


def _in_bf16(network: bytes, inputs: Mapping[str, Any], threads: int) -> Callable[[], object]:
    core = openvino_core()
    settings = {**CPU, "INFERENCE_PRECISION_HINT": "bf16", "INFERENCE_NUM_THREADS": threads}
    request = core.compile_model(core.read_model(network), "CPU", settings).create_infer_request()
    return partial(request.infer, dict(inputs))


def ratios(times: Times) -> list[tuple[str, str, float]]:
    """(who, against whom, how many times faster): each int8 form against the faster float32 of both kinds, and bf16;
    of everyone the faster way to run a batch."""
    floats = [_faster(times, *(f"float32 {each} {kind}" for each in ENGINE_NAMES)) for kind in (TRAINED, DEPLOYED)]
    against = [*floats, *([BF16] if BF16 in times.seconds else [])]
    return [(who, other, times.ratio(who, other)) for who in (_faster(times, INT8_OV), _faster(times, INT8_ORT))
            for other in against]  # fmt: skip


def _faster(times: Times, *names: str) -> str:
    """The fastest of these, as a batch or one by one."""
    return times.faster(*(each for name in names for each in (name, name + SINGLY) if each in times.seconds))


def table(batch: int, times: Times) -> str:
    """Times and ratios of one batch size as Markdown."""
    rows = [f"| {name} | {times.ms(name):.1f} | {times.ms(name) / batch:.1f} |" for name in times.seconds]
    told = [f"| {who} | {other} | **{many:.2f}** |" for who, other, many in ratios(times)]
    head = ["| batch of " + str(batch) + " | ms | ms a picture |", "|---|---|---|"]
    return "\n".join([*head, *rows, "", "| | against | times faster |", "|---|---|---|", *told, ""])


def command(
    width: Annotated[float, typer.Option(help="Of the MobileViTv2.")] = 1.5,
    size: Annotated[int, typer.Option(min=64, help="Side of the picture, pixels, a multiple of 64.")] = 256,
    batch: Annotated[list[int] | None, typer.Option(help="Pictures in one run; may be given several times.")] = None,
    rounds: Annotated[int, typer.Option(min=3, help="How often everyone runs.")] = 30,
    threads: Annotated[int, typer.Option(min=1, help="Cores that a run may use.")] = 2,
) -> None:
    """Speed of 8 bits against float32 in both engines, in one interleaved run, and sizes of the files."""
    made = forms(width, size)
    for name, megabytes in made.megabytes.items():
        typer.echo(f"{name:24}{megabytes:6.2f} MB")
    for count in batch or [1, 16]:
        with contenders(made, pictures(count, size), threads) as runs:
            typer.echo(f"\n{table(count, interleaved(runs, rounds))}")
