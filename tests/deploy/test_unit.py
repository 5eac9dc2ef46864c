"""The service unit and the shell scripts, as their own checkers see them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.station import CHECKOUT

DEPLOY = CHECKOUT / "deploy"
UNIT = DEPLOY / "marrowkit.service"
SCRIPTS = [*DEPLOY.glob("*.sh"), CHECKOUT / ".ci" / "run", CHECKOUT / "tests" / "deploy" / "whole_machine.sh"]
EXPOSURE_TENTHS = 20
PROGRAM = "/opt/marrowkit/current/bin/marrowkit"


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def _checked(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=60, check=False)


def test_systemd_understands_every_line_of_the_unit(tmp_path: Path) -> None:
    (tmp_path / UNIT.name).write_text(UNIT.read_text().replace(PROGRAM, "/bin/true"))
    done = _checked(_tool("systemd-analyze"), "verify", "--man=no", tmp_path / UNIT.name)
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_finds_the_service_well_shut_in() -> None:
    analyse = [_tool("systemd-analyze"), "security", "--offline=true", "--no-pager"]
    done = _checked(*analyse, f"--threshold={EXPOSURE_TENTHS}", UNIT)
    assert done.returncode == 0, done.stdout


def test_the_unit_runs_what_the_installer_installs() -> None:
    unit, machine = UNIT.read_text(), (DEPLOY / "parts" / "machine.sh").read_text()
    assert f"ExecStart={PROGRAM} serve " in unit
    assert re.findall(r"MARROWKIT_\w+", unit[unit.index("ExecStart") :]) == [
        line.partition("=")[0] for line in (DEPLOY / "marrowkit.env").read_text().splitlines() if line[:1] == "M"
    ]
    assert "PREFIX=$ROOT/opt/marrowkit\n" in machine


def test_udev_understands_the_rules() -> None:
    udevadm = _tool("udevadm")
    if "verify" not in _checked(udevadm, "--help").stdout:
        pytest.skip("this udevadm is older than 254 and cannot verify rules")
    done = _checked(udevadm, "verify", DEPLOY / "70-marrowkit.rules")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_shellcheck_finds_nothing(script: Path) -> None:
    done = _checked(_tool("shellcheck"), "--external-sources", f"--source-path={CHECKOUT}", script)
    assert done.stdout == ""
