"""`marrowkit bench`: what this device does with the bundle, measured in one run and told as it is."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
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
from edge.intake import files_at
from edge.runtime import EngineOptions, choose_variant
from edge.runtime.device import this_device
from edge.types import Pixels
from firmware_bridge.errors import Fault, SourceLost
from firmware_bridge.sources import open_source

FIELD = "sim:?width=1712&height=1368&cells=40"
"""The field that the figures of the issue are for, at the simulator's 0.11 µm per pixel."""
JPEG_QUALITY = 95


def bench(
    as_json: AsJson = False,
    images: Annotated[Path | None, typer.Option(help="Folder of pictures. Default: a simulated field.")] = None,
    bundle: Annotated[str | None, typer.Option(help="Name or path of a bundle. Default: the one in use.")] = None,
    data: DataDir = None,
    runs: Annotated[int, typer.Option(min=10, help="Timed runs per variant, after the warm-up.")] = 12,
    source: Annotated[str, typer.Option(help="Where one picture comes from, if not from --images.")] = FIELD,
) -> None:
    """Measure this device: time per step and variant, peak memory, size on disk. Exit code 1 if a variant failed."""
    load = os.getloadavg()[0]
    folder = data_folder(data)
    opened = use_bundle(bundle, folder)
    choice = choose_variant(opened, folder)
    passed = [report.variant for report in choice.reports if report.passed]
    named = str(opened.path.resolve()) if bundle and is_path(bundle) else bundle
    with _pictures(images, source) as (said, pictures):
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
def _pictures(images: Path | None, source: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is examined, in words and as paths."""
    if images is not None:
        found = tuple(_readable(images))
        yield f"{len(found)} of {images}", found
        return
    with TemporaryDirectory(prefix="marrowkit-bench-") as folder:
        path = Path(folder) / "field.jpg"
        height, width = _keep_one(source, path).shape[:2]
        yield f"one of {source} as JPEG, {width} × {height}", (str(path),)


def _readable(images: Path) -> Iterator[str]:
    for found in files_at(images):
        if isinstance(found, Fault):
            raise found
        yield str(found.resolve())


def _keep_one(uri: str, path: Path) -> Pixels:
    """The first picture of a source, written as a camera would."""
    with closing(open_source(uri)) as source:
        picture = source.read()
    if picture is None:
        raise SourceLost(f"{uri} holds no picture.", "Name another --source.")
    bgr = cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2BGR)
    path.write_bytes(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes())
    return picture.pixels
