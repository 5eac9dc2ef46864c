"""`marrowkit-bridge bench-focus` and `fuzz-boards`: claims, measured."""

from __future__ import annotations

from typing import Annotated

import typer

from firmware_bridge.trials.focus import START_UM, FocusFigures, figures, starts
from firmware_bridge.trials.fuzz import fuzz
from firmware_bridge.trials.live import FPS, live_starts

MOST_SHOWN = 10


def bench_focus(
    count: Annotated[int, typer.Option("--starts", min=0, help="Simulated starts, the camera read directly.")] = 500,
    live: Annotated[
        int, typer.Option(min=0, help="Starts through a live, supervised camera, in real time: some 5 s each.")
    ] = 20,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same starts.")] = 6,
) -> None:
    """How often autofocus lands within one depth of field, and how many pictures it takes."""
    print(f"starts up to {START_UM:g} µm from focus, oil 100×/1.25, 0.11 µm per pixel, play 3 µm")
    if count:
        _direct(count, seed)
    if live:
        _live(live, seed)


def _direct(count: int, seed: int) -> None:
    print("camera read directly, in a time that needs no waiting")
    _print_figures(figures(list(starts(count, seed))))
    bare = list(starts(max(1, count // 10), seed, bare=True))
    refused = sum(not each.result.found for each in bare)
    print(f"    bare glass          “no focus found” in {refused} of {len(bare)}")


def _live(count: int, seed: int) -> None:
    tried = list(live_starts(count, seed))
    made_fps = [each.camera_fps for each in tried]
    print("through a live camera that was just opened: supervised, the newest picture first, in real time")
    _print_figures(figures([each.start for each in tried]))
    print(f"    camera              {min(made_fps):.1f} to {max(made_fps):.1f} pictures per second, asked for {FPS:g}")


def _print_figures(found: FocusFigures) -> None:
    print(f"    depth of field      {found.depth_of_field_um:.3f} µm")
    print(f"    within it           {found.within} of {found.starts} ({found.within / found.starts:.1%})")
    print(f"    off focus           median {found.median_um:.3f} µm, worst {found.worst_um:.3f} µm")
    print(f"    pictures            mean {found.images_mean:.1f}, most {found.images_most}")
    print(f"    time                mean {found.seconds_mean:.1f} s")


def fuzz_boards(
    strings: Annotated[int, typer.Option(min=1, help="Byte strings.")] = 1_000_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same strings.")] = 6,
) -> None:
    """Feed damaged bytes to both ends of every dialect. Exit code 1 if any raises."""
    found = fuzz(strings, seed)
    print(f"{found.strings} strings, {found.events} events, {found.seconds:.0f} s, slowest {found.slowest_ms:.1f} ms")
    print(f"crashes {len(found.crashes)}, growth of peak memory after the first tenth {found.grown_kib} KiB")
    for crash in found.crashes[:MOST_SHOWN]:
        print(crash)
    raise typer.Exit(1 if found.crashes else 0)
