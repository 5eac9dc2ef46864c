"""`marrowkit-bridge bench`: what the way from a camera to the pipeline costs on this machine."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from firmware_bridge.benching.latency import Latency, latency
from firmware_bridge.benching.overhead import Overhead, overhead
from firmware_bridge.benching.simulation import simulation


def bench(
    frames: Annotated[
        int, typer.Option(min=30, help="Frames for the latency, 30 a second: 10000 take 6 minutes.")
    ] = 900,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure overhead, latency, memory and the simulated microscope, 1280 × 960."""
    cost, age, looks = overhead(), latency(frames), simulation()
    if as_json:
        print(json.dumps({"overhead": asdict(cost), "latency": asdict(age), "sim_fps": looks}))
        return
    _print_overhead(cost)
    _print_latency(age)
    for name, fps in looks.items():
        print(f"sim: {name:30} {fps:6.1f} pictures per second of one core")


def _print_overhead(cost: Overhead) -> None:
    print(f"cv2.VideoCapture                    {cost.opencv_ms:6.2f} ms a picture")
    print(f"our source (RGB, numbers, times)    {cost.source_ms:6.2f} ms")
    print(f"with supervisor and queue           {cost.supervised_ms:6.2f} ms")
    print(f"supervised / cv2.VideoCapture       {cost.ratio:6.3f}")
    print(f"supervised / our source             {cost.ratio_queue:6.3f}")


def _print_latency(age: Latency) -> None:
    ages = f"{age.median_ms:6.1f} ms median, {age.p99_ms:.1f} p99, {age.worst_ms:.1f} worst"
    print(f"age of a picture when it is taken   {ages}")
    print(f"    handed over                     {age.handover_ms:6.1f} ms median, {age.handover_p99_ms:.1f} p99")
    print(f"    younger than an interval        {age.within:6.1%}")
    load, processors = age.load
    print(f"    camera woken late by the machine{age.late_p99_ms:6.1f} ms p99; load {load:.1f} on {processors}")
    print(f"    input interval                  {age.interval_ms:6.1f} ms; {age.frames} frames, {age.dropped} dropped")
    print(f"    first and last quarter          {age.first_ms:6.1f} and {age.last_ms:.1f} ms")
    print(f"    memory                          {age.first_mb:6.1f} and {age.last_mb:.1f} MB")
