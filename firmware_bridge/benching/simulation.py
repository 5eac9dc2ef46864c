"""Pictures of the simulated microscope in a second of one core."""

from __future__ import annotations

import time
from collections.abc import Mapping

import cv2

from firmware_bridge.options import SimOptions
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.uri import SourceUri

PICTURES = 100
FPS = 10.0
LOOKS: Mapping[str, SimOptions] = {
    "field after field": SimOptions(dwell=25),
    "slide, stage stands": SimOptions(slide=True, fps=FPS),
    "slide, scanning at 100 µm/s": SimOptions(slide=True, fps=FPS, scan_um_s=100.0),
}


def simulation() -> dict[str, float]:
    """Pictures per second of processor time at 1280 × 960, the first field's painting not counted."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        return {name: _fps(options) for name, options in LOOKS.items()}
    finally:
        cv2.setNumThreads(threads)


class _Steps:
    """Time that goes on only while the camera waits for its next picture."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def now_s(self) -> float:
        return self._now_s

    def wait(self, seconds: float) -> None:
        self._now_s += seconds


def _fps(options: SimOptions) -> float:
    steps = _Steps()
    source = SimSource(SourceUri("sim", "", options), clock=steps.now_s, wait=steps.wait)
    source.read()
    began_s = time.process_time()
    for _ in range(PICTURES):
        source.read()
    return PICTURES / (time.process_time() - began_s)
