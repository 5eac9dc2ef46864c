"""The installer, run for real into a folder: first time, again, upgraded, broken on purpose, interrupted, removed."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.station import (
    INSTALLER,
    LIMIT_S,
    Kit,
    in_use,
    install,
    releases,
    run,
    snapshot,
    wheelhouse,
)

pytestmark = pytest.mark.slow
NOBODY = 65534
TMPFS_MB = 120


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A root with version 1.0.0 installed, and the wheels it came from. Not to be changed."""
    folder = tmp_path_factory.mktemp("first")
    root, wheels = folder / "root", wheelhouse(folder / "wheels", Kit())
    root.mkdir()
    done = install(root, wheels)
    assert done.returncode == 0, done.stderr
    return root, wheels


@pytest.fixture
def root(first: tuple[Path, Path], tmp_path: Path) -> Path:
    """A root of one's own with version 1.0.0 installed."""
    return Path(shutil.copytree(first[0], tmp_path / "root", symlinks=True))


@pytest.fixture
def small_disk(first: tuple[Path, Path], tmp_path: Path) -> Iterator[Path]:
    """The same on a disk that has room for a release, but not for a large one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_MB}m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root can mount a small disk")
    yield Path(shutil.copytree(first[0], disk / "root", symlinks=True))
    subprocess.run(["umount", str(disk)], check=True)


def test_a_first_installation_brings_all_that_a_station_needs(first: tuple[Path, Path]) -> None:
    root = first[0]
    placed = {name for name in snapshot(root) if not name.startswith("opt/marrowkit/releases")}
    assert placed >= {
        "etc/marrowkit/marrowkit.env",
        "etc/systemd/system/marrowkit.service",
        "etc/udev/rules.d/70-marrowkit.rules",
        "usr/local/bin/marrowkit",
        "opt/marrowkit/current",
    }
    said = subprocess.run([root / "opt/marrowkit/current/bin/marrowkit", "doctor"], capture_output=True, text=True)
    assert said.stdout == "version 1.0.0\n"


def test_a_second_run_changes_nothing(root: Path, first: tuple[Path, Path]) -> None:
    before = snapshot(root)
    done = install(root, first[1])
    assert (done.returncode, "Making" in done.stdout) == (0, False)
    assert snapshot(root) == before


def test_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    done = install(tmp_path / "root", wheelhouse(tmp_path / "wheels", Kit()), "--dry-run")
    assert (done.returncode, snapshot(tmp_path / "root")) == (0, {})
    assert "Would do: Making release 1.0.0-" in done.stdout


def test_each_choice_of_extras_is_a_release_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    wheels = wheelhouse(tmp_path / "wheels", Kit())
    choices = ((), ("--openvino",), ("--uvc",), ("--openvino", "--uvc"))
    said = [install(tmp_path / "root", wheels, "--dry-run", *choice).stdout for choice in choices]
    names = {line.split()[-1] for text in said for line in text.splitlines() if "Making release" in line}
    assert len(names) == 4


def test_several_extras_are_written_as_pip_reads_them() -> None:
    function = re.search(r"^with_extra\(\) \{.*?^\}", INSTALLER.read_text(), re.DOTALL | re.MULTILINE)
    assert function is not None
    script = f'{function[0]}\nEXTRAS=$(with_extra openvino)\nEXTRAS=$(with_extra uvc)\necho "$EXTRAS"'
    assert subprocess.run(["bash", "-c", script], capture_output=True, text=True).stdout == "[openvino,uvc]\n"


def test_an_upgrade_keeps_settings_and_the_release_before(root: Path, tmp_path: Path) -> None:
    settings = root / "etc/marrowkit/marrowkit.env"
    settings.write_text("MARROWKIT_SOURCE=sim:\n")
    older = root / "opt/marrowkit/releases/0.9.0-0123456789"
    older.mkdir()
    (older / ".complete").touch()
    assert install(root, wheelhouse(tmp_path / "wheels", Kit("1.1.0"))).returncode == 0
    assert (in_use(root), releases(root)) == ("1.1.0", {"1.0.0", "1.1.0"})
    assert settings.read_text() == "MARROWKIT_SOURCE=sim:\n"


BROKEN = {
    "does not start": (Kit("2.0.0", help_exit=1), "does not run on this machine"),
    "crashes in doctor": (Kit("2.0.0", doctor_exit=132), "does not run on this machine"),
    "lacks a library": (Kit("2.0.0", requires="no-such-library-here==1"), "no-such-library-here"),
}


@pytest.mark.parametrize(("kit", "words"), BROKEN.values(), ids=BROKEN)
def test_a_release_that_fails_leaves_the_old_one_as_it_was(kit: Kit, words: str, root: Path, tmp_path: Path) -> None:
    before = snapshot(root)
    done = install(root, wheelhouse(tmp_path / "wheels", kit))
    assert done.returncode == 1
    assert words in done.stderr
    assert "Nothing that runs was changed." in done.stderr
    assert snapshot(root) == before


def test_a_wheel_that_was_cut_short_is_refused(root: Path, tmp_path: Path) -> None:
    before = snapshot(root)
    wheels = wheelhouse(tmp_path / "wheels", Kit("2.0.0"))
    wheel = next(wheels.iterdir())
    wheel.write_bytes(wheel.read_bytes()[:-200])
    done = install(root, wheels)
    assert (done.returncode, snapshot(root)) == (1, before)
    assert "could not be filled" in done.stderr


def test_a_disk_that_fills_up_leaves_the_old_release_as_it_was(small_disk: Path, tmp_path: Path) -> None:
    before = snapshot(small_disk)
    done = install(small_disk, wheelhouse(tmp_path / "wheels", Kit("2.0.0", ballast_mb=2 * TMPFS_MB)))
    assert (done.returncode, snapshot(small_disk)) == (1, before)
    assert "No space left on device" in done.stderr


def test_a_disk_without_room_is_told_before_anything_is_made(small_disk: Path, tmp_path: Path) -> None:
    (small_disk / "ballast").write_bytes(b"\0" * ((TMPFS_MB - 40) << 20))
    done = install(small_disk, wheelhouse(tmp_path / "wheels", Kit("2.0.0")))
    assert done.returncode == 1
    assert "MB free; a release needs" in done.stderr
    assert "Make room" in done.stderr


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_installation_is_swept_away(
    how: signal.Signals, root: Path, first: tuple[Path, Path], tmp_path: Path
) -> None:
    wheels = wheelhouse(tmp_path / "wheels", Kit("2.0.0", doctor_s=LIMIT_S))
    _interrupt(root, wheels, how)
    assert in_use(root) == "1.0.0"
    assert releases(root) == ({"1.0.0"} if how == signal.SIGTERM else {"1.0.0", "2.0.0"})
    assert install(root, first[1]).returncode == 0
    assert releases(root) == {"1.0.0"}


def _interrupt(root: Path, wheels: Path, how: signal.Signals) -> None:
    """Send a signal to the installer and its children while it tries out the release."""
    command = [str(INSTALLER), "--root", str(root), "--wheelhouse", str(wheels)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as running:
        assert running.stdout is not None
        while running.stdout.readline() not in ("version 2.0.0\n", ""):
            pass
        time.sleep(0.1)
        os.killpg(running.pid, how)


def test_two_installations_do_not_meet(root: Path, first: tuple[Path, Path]) -> None:
    with (root / "opt/marrowkit/.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = install(root, first[1])
    assert (done.returncode, "Another installation is running." in done.stderr) == (1, True)


def test_removing_the_program_keeps_records_and_settings(root: Path) -> None:
    record = root / "var/lib/marrowkit/record.sqlite"
    record.parent.mkdir(parents=True)
    record.write_bytes(b"cases")
    assert run("--root", str(root), "--uninstall").returncode == 0
    assert set(snapshot(root)) == {"var/lib/marrowkit/record.sqlite", "etc/marrowkit/marrowkit.env"}
    assert run("--root", str(root), "--uninstall").returncode == 0


MISTAKES = {
    "unknown option": (["--frobnicate"], "There is no option --frobnicate."),
    "no folder named": (["--wheelhouse"], "--wheelhouse needs a folder"),
    "no such folder": (["--root", "/no/such/folder"], "'/no/such/folder'"),
    "no wheel": (["--root", "{here}", "--wheelhouse", "{here}"], "no marrowkit wheel"),
}


@pytest.mark.parametrize(("arguments", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_gets_an_answer(arguments: list[str], words: str, tmp_path: Path) -> None:
    done = run(*(argument.format(here=tmp_path) for argument in arguments))
    what, remedy = done.stderr.strip().splitlines()
    assert (done.returncode, what.startswith("error: "), bool(remedy)) == (1, True, True)
    assert words in what
    assert snapshot(tmp_path) == {}


def test_which_of_two_wheels_is_meant_is_not_guessed(tmp_path: Path) -> None:
    wheels = wheelhouse(tmp_path / "wheels", Kit())
    shutil.copy(next(wheels.iterdir()), wheels / "marrowkit-0.9.0-py3-none-any.whl")
    done = install(tmp_path, wheels)
    assert (done.returncode, "several marrowkit wheels" in done.stderr) == (1, True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_only_root_can_install_a_service() -> None:
    done = subprocess.run(["bash", "-s"], input=INSTALLER.read_text().replace('$(dirname "$0")', str(INSTALLER.parent)),
                          user=NOBODY, capture_output=True, text=True, check=False)  # fmt: skip
    assert "Only root can install a service." in done.stderr
