"""What the doctor reads from a machine, on painted machines."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.commands import checks
from edge.commands.findings import Finding, Place
from edge.commands.machine import cameras, clock, power, processor

THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"
COUNTER = "sys/class/hwmon/hwmon1/oc1_event_cnt"


def machine(root: Path, **files: str) -> Place:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return Place(root / "data", root=root)


def said(findings: object) -> list[tuple[str, str]]:
    return [(finding.level, finding.what) for finding in findings]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("files", "levels"),
    [
        ({}, []),
        ({THROTTLED: "0\n"}, ["OK"]),
        ({THROTTLED: "50000\n"}, ["WARNING"]),
        ({THROTTLED: "0x50005\n"}, ["ISSUE"]),
        ({COUNTER: "0\n"}, []),
        ({COUNTER: "3\n"}, ["WARNING"]),
    ],
    ids=str,
)
def test_undervoltage_is_told_where_the_board_tells_it(
    files: dict[str, str], levels: list[str], tmp_path: Path
) -> None:
    assert [level for level, _ in said(power(machine(tmp_path, **files)))] == levels


def test_a_system_file_that_cannot_be_read_does_not_hide_the_rest(tmp_path: Path) -> None:
    findings = list(checks._guarded(power, machine(tmp_path, **{THROTTLED: "nonsense"})))
    assert said(findings) == [("INFO", findings[0].what)]
    assert "could not be checked" in findings[0].what


def test_a_clock_before_the_software_is_wrong(tmp_path: Path) -> None:
    assert said(clock(Place(tmp_path, now_s=lambda: 0.0))) == [
        ("WARNING", "1970-01-01 00:00 UTC lies before this software was made")
    ]
    assert [level for level, _ in said(clock(Place(tmp_path)))] == ["OK"]


def test_cameras_are_named(tmp_path: Path) -> None:
    assert [level for level, _ in said(cameras(machine(tmp_path)))] == ["INFO"]
    seen = machine(tmp_path, **{"dev/video0": "", "sys/class/video4linux/video0/name": "Scope\n", "dev/video2": ""})
    assert said(cameras(seen)) == [("OK", "/dev/video0 Scope"), ("OK", "/dev/video2")]


@pytest.mark.parametrize(
    ("flags", "remarks"),
    [
        ("avx2 avx512_vnni", []),
        ("avx2 avx_vnni amx_bf16", ["bf16"]),
        ("avx2", ["VNNI"]),
        ("sse4_2", ["AVX2", "VNNI"]),
        ("", ["not told"]),
    ],
)
def test_the_processor_is_judged_by_its_instructions(
    flags: str, remarks: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    place = machine(tmp_path, **{"proc/cpuinfo": f"model name\t: A\nflags\t: {flags}\n"})
    findings = said(processor(place))
    assert findings[0][0] == "OK"
    assert len(findings) == 1 + len(remarks)
    assert all(remark in what for remark, (_, what) in zip(remarks, findings[1:], strict=True))


@pytest.mark.parametrize(("free_mb", "level"), [(5000, "OK"), (500, "WARNING"), (50, "ISSUE")])
def test_a_filling_disk_is_told_in_time(
    free_mb: int, level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = free_mb << 20

    monkeypatch.setattr("shutil.disk_usage", lambda folder: Usage)
    findings: list[Finding] = list(checks.data_folder(Place(tmp_path)))
    assert [finding.level for finding in findings] == [level]


def test_a_missing_extra_engine_is_information_and_a_missing_default_engine_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "installed_version", lambda engine: None)
    assert [finding.level for finding in checks.engines(Place(tmp_path))] == ["WARNING", "INFO"]
    assert all(finding.remedy for finding in checks.engines(Place(tmp_path)))
