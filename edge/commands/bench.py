"""`marrowkit bench`: what this device does with the bundle, measured in one run and told as it is."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import cv2
import typer

from edge.bundle import Bundle, use_bundle
from edge.bundle.shelf import is_path
from edge.commands.benchjob import Job, Outcome, measure_apart
from edge.commands.benchsheet import Bench, bench_sheet
from edge.commands.disk import site_packages
from edge.commands.lazy import FAULT_EXIT
from edge.commands.options import AsJson, DataDir, data_folder
from edge.errors import BadSetting
from edge.intake import files_at
from edge.runtime import EngineOptions, choose_variant
from edge.runtime.device import this_device
from firmware_bridge.errors import Fault
from firmware_bridge.sources import open_source

UM_PER_PX = 0.11
JPEG_QUALITY = 95


def bench(
    as_json: AsJson = False,
    images: Annotated[Path | None, typer.Option(help="Folder of pictures. Default: a simulated field.")] = None,
    bundle: Annotated[str | None, typer.Option(help="Name or path of a bundle. Default: the one in use.")] = None,
    data: DataDir = None,
    runs: Annotated[int, typer.Option(min=10, help="Timed runs per variant, after the warm-up.")] = 12,
    width: Annotated[int, typer.Option(min=64, max=4096, help="Width of the simulated field in pixels.")] = 1712,
    height: Annotated[int, typer.Option(min=64, max=4096, help="Height of it.")] = 1368,
    cells: Annotated[int, typer.Option(min=1, max=200, help="Nucleated cells on it, about.")] = 40,
) -> None:
    """Measure this device: time per step and variant, peak memory, size on disk. Exit code 1 if a variant failed."""
    load = os.getloadavg()[0]
    folder = data_folder(data)
    opened = use_bundle(bundle, folder)
    choice = choose_variant(opened, folder)
    passed = [report.variant for report in choice.reports if report.passed]
    named = str(opened.path.resolve()) if bundle and is_path(bundle) else bundle
    with _pictures(images, width, height, cells) as (said, pictures):
        jobs = [Job(named, str(folder.resolve()), variant, pictures, runs) for variant in passed]
        outcomes = with_ratios([measure_apart(job) for job in jobs])
    report = _report(opened, choice.variant, said, load, outcomes)
    print(json.dumps(asdict(report), indent=2, ensure_ascii=False) if as_json else "\n".join(bench_sheet(report)))
    if any(outcome.problem for outcome in outcomes):
        raise typer.Exit(FAULT_EXIT)


def with_ratios(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """Each with its time over that of the fastest, which has 1."""
    fastest = min((outcome.total.median_ms for outcome in outcomes if outcome.total), default=None)
    return tuple(
        replace(outcome, ratio=outcome.total.median_ms / fastest) if outcome.total and fastest else outcome
        for outcome in outcomes
    )


def _report(bundle: Bundle, in_use: str, said: str, load: float, outcomes: tuple[Outcome, ...]) -> Bench:
    device, manifest = this_device(), bundle.manifest
    return Bench(
        processor=device.processor,
        architecture=device.architecture,
        cores=device.cores,
        engine_threads=EngineOptions().threads,
        load=load,
        bundle=f"{manifest.name} {manifest.version}",
        bundle_digest=bundle.digest,
        bundle_mb=sum(entry.bytes for entry in manifest.files.values()) / 1e6,
        in_use=in_use,
        pictures=said,
        variants=outcomes,
        site_packages=site_packages(),
    )


@contextmanager
def _pictures(images: Path | None, width: int, height: int, cells: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is examined, in words and as paths."""
    if images is not None:
        found = tuple(_readable(images))
        yield f"{len(found)} of {images}", found
        return
    with TemporaryDirectory(prefix="marrowkit-bench-") as folder:
        path = Path(folder) / "simulated.jpg"
        _simulate(path, f"sim:?width={width}&height={height}&cells={cells}&um_per_px={UM_PER_PX}")
        yield f"a simulated field of {width} × {height} as JPEG", (str(path),)


def _readable(images: Path) -> Iterator[str]:
    for found in files_at(images):
        if isinstance(found, Fault):
            raise BadSetting(found.what, found.remedy)
        yield str(found.resolve())


def _simulate(path: Path, uri: str) -> None:
    source = open_source(uri)
    try:
        picture = source.read()
    finally:
        source.close()
    if picture is None:
        raise BadSetting(f"{uri} gives no picture.", "Give --images.")
    bgr = cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2BGR)
    path.write_bytes(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes())
