"""`marrowkit-bridge bench`: what the way from a camera to the pipeline costs on this machine."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from firmware_bridge.benching.latency import Latency, latency
from firmware_bridge.benching.overhead import Overhead, overhead
from firmware_bridge.benching.simulation import simulation

WAYS = {
    "opencv": "cv2.VideoCapture",
    "rgb": "cv2.VideoCapture and cv2.cvtColor",
    "source": "our source (RGB, numbers, times)",
    "station": "supervised, taken 4 times a second",
    "waited": "supervised, each picture waited for",
}


def bench(
    frames: Annotated[
        int, typer.Option(min=30, help="Frames for the latency, 30 a second: 10000 take 6 minutes.")
    ] = 900,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure overhead, latency, memory and the simulated microscope, 1280 × 960."""
    costs, age, looks = overhead(), latency(frames), simulation()
    if as_json:
        print(json.dumps({"overhead": [asdict(each) for each in costs], "latency": asdict(age), "sim_fps": looks}))
        return
    for cost in costs:
        _print_overhead(cost)
    _print_latency(age)
    for name, fps in looks.items():
        print(f"sim: {name:30} {fps:6.1f} pictures per second of one core")


def _print_overhead(cost: Overhead) -> None:
    print(f"overhead on {cost.cores} core{'s' if cost.cores > 1 else ''}: ms a picture    processor   wall")
    for way, each in cost.costs.items():
        print(f"    {WAYS[way]:36} {each.cpu_ms:9.2f} {each.wall_ms:6.2f}")
    print("supervisor and queue add to cv2.VideoCapture")
    for way, share in cost.added.items():
        print(f"    {WAYS[way]:36} {share.cpu:+9.1%} {share.wall:+6.1%}")


def _print_latency(age: Latency) -> None:
    print(
        f"latency, ms: {age.frames} frames, one each {age.interval_ms:.1f}; load {age.load[0]:.1f} to {age.load[1]:.1f}"
    )
    print(f"    {'':36}    p50    p95    p99  worst   ({age.cores} cores)")
    for name, each in (
        ("from arrival to the pipeline's reach", age.handover_ms),
        ("a newer one had arrived, for", age.stale_ms),
        ("age when taken", age.age_ms),
        ("gap between arrivals", age.gap_ms),
    ):
        print(f"    {name:36} {each.p50:6.1f} {each.p95:6.1f} {each.p99:6.1f} {each.worst:6.1f}")
    aged_ms, grown_mb = age.last_ms - age.first_ms, age.last_mb - age.first_mb
    print(f"    dropped                              {age.dropped:6d}")
    print(f"    age, median of first, last quarter   {age.first_ms:6.1f} {age.last_ms:6.1f}: grown by {aged_ms:+.1f}")
    print(
        f"    memory after first quarter, at end   {age.first_mb:6.1f} {age.last_mb:6.1f} MB: grown by {grown_mb:+.1f}"
    )
