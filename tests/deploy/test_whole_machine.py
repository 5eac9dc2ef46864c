"""The installer as root, on a copy of this machine: user, settings, service, and a new release that does not answer."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from tests.deploy.station import INSTALLER, LIMIT_S, Kit, wheelhouse

COPY = Path(__file__).with_name("whole_machine.sh")
FAULT = {"ok": False, "fault": {"code": "bundle.damaged"}}

SYSTEMCTL = """#!/bin/bash
# Stands for systemd: notes what it is told, and runs the service's command as its user when it is told to start.
echo "$*" >> {here}/told
[ "$1" != --version ] || echo "systemd 255 (a stand-in)"
case $1 in restart | stop | disable) kill "$(cat /run/kit.pid 2>/dev/null)" 2>/dev/null ;; esac
case $1 in
start | restart)
    setpriv --reuid=marrowkit --regid=marrowkit --init-groups \
        /opt/marrowkit/current/bin/marrowkit serve --port {port} >/dev/null 2>&1 9>&- &
    echo $! > /run/kit.pid ;;
esac
exit 0
"""

STORY = """#!/bin/bash
exec > {here}/story 2>&1
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
install -m 755 {here}/systemctl /usr/bin/systemctl
ln -sf /bin/true /usr/bin/udevadm
mkdir -p /etc/marrowkit
echo 'MARROWKIT_PORT="{port}"' > /etc/marrowkit/marrowkit.env
{installer} --wheelhouse {here}/good; echo "good: $?"
{installer} --wheelhouse {here}/bad; echo "bad: $?"
echo "in use: $(marrowkit doctor)"
echo "user: $(stat -c '%U %a' /var/lib/marrowkit), groups $(id -Gn marrowkit)"
ls /etc/systemd/system/marrowkit.service.d
{installer} --uninstall; echo "removed: $?"
ls -d /opt/marrowkit /etc/systemd/system/marrowkit.service /var/lib/marrowkit
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder that the machine's copy shares with this test, if there can be a copy."""
    (tmp_path / "nothing").write_text("#!/bin/sh\n")
    (tmp_path / "nothing").chmod(0o755)
    if os.geteuid() != 0 or _on_a_copy(tmp_path, "nothing").returncode != 0:
        pytest.skip("only root, outside a container, can copy the machine")
    return tmp_path


@pytest.mark.slow
def test_a_release_that_does_not_answer_gives_way_to_the_one_before(here: Path) -> None:
    wheelhouse(here / "good", Kit())
    wheelhouse(here / "bad", Kit("2.0.0", health=FAULT))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for name, text in {"systemctl": SYSTEMCTL, "script": STORY}.items():
        (here / name).write_text(text.format(here=here, port=port, installer=INSTALLER))
        (here / name).chmod(0o755)
    _on_a_copy(here, "script")
    story = (here / "story").read_text()
    assert "good: 0\n" in story, story
    assert "bundle.damaged" in story, story
    assert "The new release does not answer; release 1.0.0-" in story
    assert "bad: 1\nin use: version 1.0.0\n" in story
    assert "user: marrowkit 750, groups marrowkit\nbackoff.conf\n" in story
    assert story.rstrip().endswith("/var/lib/marrowkit")
    told = (here / "told").read_text().splitlines()
    assert [line for line in told if line.startswith("restart")] == 3 * ["restart marrowkit"]
    assert told[-2:] == ["disable --quiet --now marrowkit", "daemon-reload"]


def _on_a_copy(here: Path, script: str) -> subprocess.CompletedProcess[str]:
    command = [str(COPY), str(here), str(here / script)]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
