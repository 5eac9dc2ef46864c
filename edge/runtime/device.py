"""What distinguishes this device as far as a network's answers and speed go: its processor and its engines."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edge.bundle.canonical import canonical_json
from edge.runtime.engines import ENGINES, installed_engines


@dataclass(frozen=True, slots=True)
class Device:
    """A processor and the engines installed beside it.

    processor  its name as the system gives it, else its architecture
    features   instruction sets as /proc/cpuinfo names them, sorted: `avx2`, `avx512_vnni`, `asimddp`, …
    engines    engine to version
    graphics   device files of graphics processors: `renderD128`, `nvidia0`, `nvgpu`, …
    """

    processor: str
    architecture: str
    cores: int
    features: tuple[str, ...]
    engines: Mapping[str, str]
    graphics: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Changes whenever another answer or another speed is to be expected."""
        engines = sorted(self.engines.items())
        said = (self.processor, self.architecture, self.cores, self.features, engines, self.graphics)
        return hashlib.sha256(canonical_json(said)).hexdigest()[:16]


GRAPHICS = ("dri/renderD*", "nvidia[0-9]*", "nvhost-gpu", "nvgpu")
"""Where Linux shows graphics processors: of any maker, of Nvidia's, and those of a Jetson."""


def this_device(
    engines: Mapping[str, str] = ENGINES, cpuinfo: Path = Path("/proc/cpuinfo"), devices: Path = Path("/dev")
) -> Device:
    """The device this process runs on."""
    said = _first_values(cpuinfo)
    return Device(
        processor=said.get("model name") or said.get("CPU part") or platform.machine(),
        architecture=platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        features=tuple(sorted((said.get("flags") or said.get("Features") or "").split())),
        engines=installed_engines(engines),
        graphics=tuple(sorted(found.name for pattern in GRAPHICS for found in devices.glob(pattern))),
    )


def _first_values(cpuinfo: Path) -> dict[str, str]:
    """The first value of each key of /proc/cpuinfo; nothing where there is no such file."""
    values: dict[str, str] = {}
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(errors="replace").splitlines():
            key, _, value = line.partition(":")
            values.setdefault(key.strip(), value.strip())
    return values
