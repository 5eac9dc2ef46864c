"""What `marrowkit doctor` looks at: the machine's side."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from edge.commands.findings import Finding, Place
from edge.runtime.device import this_device

X86_8BIT = frozenset({"avx512_vnni", "avx_vnni", "amx_int8"})
X86_BF16 = frozenset({"avx512_bf16", "amx_bf16"})
ARM_8BIT = frozenset({"asimddp"})
A_DAY_S = 86400.0
BETTER_SUPPLY = "Use the supply that came with the board, and a short thick cable."


def processor(place: Place) -> Iterator[Finding]:
    """The processor, and what it means for 8-bit networks and for reduced precision."""
    device = this_device(cpuinfo=place.root / "proc/cpuinfo")
    has = set(device.features)
    yield Finding("OK", "processor", f"{device.processor}, {device.cores} cores, {device.architecture}")
    if not has:
        yield Finding("INFO", "processor", "its instruction sets are not told; the parity test decides")
        return
    if device.architecture == "x86_64" and "avx2" not in has:
        yield Finding("WARNING", "processor", "no AVX2: engines may be slow or fail", "Expect seconds per field.")
    if not has & (X86_8BIT | ARM_8BIT):
        yield Finding("INFO", "processor", "no 8-bit dot products (VNNI): 8-bit variants may be slow or not pass")
    if has & X86_BF16:
        yield Finding("INFO", "processor", "has bf16; engines are told to compute in float32 all the same")


def cameras(place: Place) -> Iterator[Finding]:
    """Camera devices that the system shows."""
    devices = sorted((place.root / "dev").glob("video*"))
    if not devices:
        remedy = "Plug one in, or analyse files. A camera that is there but not shown needs another cable or port."
        yield Finding("INFO", "camera", "none is visible", remedy)
    for device in devices:
        yield Finding("OK", "camera", f"/dev/{device.name} {_camera_name(place.root, device.name)}".rstrip())


def clock(place: Place) -> Iterator[Finding]:
    """Whether the clock lies before the software on this machine was written."""
    newest_s = max(path.stat().st_mtime for path in Path(__file__).parent.glob("*.py"))
    now_s = place.now_s()
    said = time.strftime("%Y-%m-%d %H:%M", time.gmtime(now_s))
    if now_s + A_DAY_S < newest_s:
        what, remedy = f"{said} UTC lies before this software was made", "Set the clock, or fit its battery."
        yield Finding("WARNING", "clock", what, remedy)
    else:
        yield Finding("OK", "clock", f"{said} UTC")


def power(place: Place) -> Iterator[Finding]:
    """Undervoltage, where the board tells it: Raspberry Pi's firmware, or a Jetson's over-current counters."""
    yield from _raspberry(place.root / "sys/devices/platform/soc/soc:firmware/get_throttled")
    for sensor in sorted((place.root / "sys/class/hwmon").glob("hwmon*")):
        yield from _alarms(sensor)


def _raspberry(file: Path) -> Iterator[Finding]:
    if not file.is_file():
        return
    bits = int(file.read_text(), 16)
    if bits & 0x1:
        yield Finding("ISSUE", "power", "undervoltage now", BETTER_SUPPLY)
    elif bits & 0x10000:
        yield Finding("WARNING", "power", "undervoltage since the last start", BETTER_SUPPLY)
    else:
        yield Finding("OK", "power", "no undervoltage since the last start")


def _alarms(sensor: Path) -> Iterator[Finding]:
    """A Jetson counts its throttling events; what each counter means differs between modules."""
    for counter in sorted(sensor.glob("oc*_event_cnt")):
        events = int(counter.read_text())
        if events:
            what = f"throttled {events} times for lack of power ({counter.name})"
            yield Finding("WARNING", "power", what, BETTER_SUPPLY)


def _camera_name(root: Path, device: str) -> str:
    name = root / "sys/class/video4linux" / device / "name"
    return name.read_text(errors="replace").strip() if name.is_file() else ""
