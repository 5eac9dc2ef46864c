"""The set-up behind `make`: what it does on a bare machine, and what it says where it cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.station import CHECKOUT

DEPLOY = CHECKOUT / "deploy"
READY_S = 1_000_000_000
TOOLS = ["bash", "dirname", "env", "grep", "touch"]

WITHOUT_VENV = """#!/bin/sh
case "$2" in
*version_info\\ *) exit 0 ;;
*python%d*) echo python3.11-venv ;;
*) exit 1 ;;
esac
"""
GETS_IT_LATER = """#!/bin/sh
case "$2" in
*version_info\\ *) exit 0 ;;
*python%d*) echo python3.11-venv ;;
*ensurepip*) test -e "$(dirname "$0")/got" ;;
*) echo "$@" >> "$(dirname "$0")/told" ;;
esac
"""
APT = """#!/bin/sh
here=$(dirname "$0")
echo "apt-get $*" >> "$here/told"
case "$*" in
*update*) touch "$here/lists" ;;
*install*) test -e "$here/lists" && touch "$here/got" ;;
esac
"""
WORKS = "#!/bin/sh\nexit 0\n"
FAILS = "#!/bin/sh\nexit 1\n"
ROOT = "#!/bin/sh\necho 0\n"
SOMEBODY = "#!/bin/sh\necho 1000\n"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """The commands of a machine that has next to nothing."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (folder / tool).symlink_to(found)
    return folder


def _add(machine: Path, **commands: str) -> None:
    for name, script in commands.items():
        command = machine / name.replace("_", "-")
        command.write_text(script)
        command.chmod(0o755)


def _run(machine: Path, script: str, *arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(DEPLOY / script), *map(str, arguments)]
    environment = {"PATH": str(machine), **variables}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)


def test_a_machine_without_python_and_without_apt_is_told_what_is_missing(bare: Path, tmp_path: Path) -> None:
    _add(bare, id=ROOT, dpkg_query=FAILS)
    done = _run(bare, "venv.sh", tmp_path / "venv")
    assert done.returncode == 1
    assert "There is no Python 3.10 or newer here." in done.stderr


def test_a_python_that_is_too_old_is_refused(bare: Path, tmp_path: Path) -> None:
    _add(bare, python3=FAILS)
    done = _run(bare, "venv.sh", tmp_path / "venv", PYTHON="python3")
    assert (done.returncode, "python3 is no Python 3.10 or newer" in done.stderr) == (1, True)


def test_who_may_not_install_packages_is_told_the_command(bare: Path, tmp_path: Path) -> None:
    _add(bare, python3=WITHOUT_VENV, id=SOMEBODY, dpkg_query=FAILS, apt_get=APT)
    done = _run(bare, "venv.sh", tmp_path / "venv")
    assert done.returncode == 1
    assert "Run: sudo apt-get update && sudo apt-get install python3.11-venv\n" in done.stderr


def test_a_bare_machine_gets_what_python_lacks_and_package_lists_only_when_needed(bare: Path, tmp_path: Path) -> None:
    _add(bare, python3=GETS_IT_LATER, id=ROOT, dpkg_query=FAILS, apt_get=APT)
    done = _run(bare, "venv.sh", tmp_path / "venv")
    assert done.returncode == 0, done.stderr
    install = "apt-get -qq install --yes --no-install-recommends python3.11-venv"
    assert (bare / "told").read_text().splitlines() == [
        install,
        "apt-get -qq update",
        install,
        f"-m venv --clear {tmp_path / 'venv'}",
    ]


def test_packages_that_are_there_are_left_alone(bare: Path) -> None:
    _add(bare, dpkg_query="#!/bin/sh\necho installed\n", apt_get=APT)
    assert _run(bare, "packages.sh", "chromium", "systemd").returncode == 0
    assert not (bare / "told").exists()


@pytest.mark.parametrize(("archive", "got"), [(WORKS, "shell"), (FAILS, "whole")])
def test_of_two_packages_the_first_that_the_archive_has_is_installed(archive: str, got: str, bare: Path) -> None:
    _add(bare, id=ROOT, dpkg_query=FAILS, apt_get=APT, apt_cache=archive)
    (bare / "lists").touch()
    _run(bare, "packages.sh", "shell|whole", "systemd")
    assert (bare / "told").read_text().splitlines()[-1].endswith(f" --no-install-recommends {got} systemd")


def test_either_of_two_packages_will_do(bare: Path) -> None:
    only = '#!/bin/sh\ncase "$*" in *whole) echo installed;; *) exit 1;; esac\n'
    _add(bare, dpkg_query=only, apt_get=APT)
    assert _run(bare, "packages.sh", "shell|whole").returncode == 0
    assert not (bare / "told").exists()


@pytest.mark.parametrize(("environment", "made"), [(WORKS, False), (FAILS, True)])
def test_an_environment_is_made_anew_only_if_it_is_broken(
    environment: str, made: bool, bare: Path, tmp_path: Path
) -> None:
    _add(bare, python3=GETS_IT_LATER)
    (bare / "got").touch()
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    _add(tmp_path / "venv" / "bin", python=environment)
    assert _run(bare, "venv.sh", tmp_path / "venv").returncode == 0
    assert (bare / "told").exists() == made


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose environments are ready."""
    folder = tmp_path / "checkout"
    (folder / "deploy").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "deploy/venv.sh"):
        shutil.copy(CHECKOUT / name, folder / name)
    for name in (".venv", ".venv-test"):
        (folder / name).mkdir()
        (folder / name / ".ready").touch()
        os.utime(folder / name / ".ready", (READY_S, READY_S))
    for name in ("pyproject.toml", "constraints.txt", "deploy/venv.sh"):
        os.utime(folder / name, (READY_S - 1, READY_S - 1))
    return folder


def _make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "--directory", str(folder), "--no-print-directory", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_make_run_does_its_set_up_once(checkout: Path) -> None:
    said = _make(checkout, "--dry-run", "run", "SOURCE=camera:0", "PORT=8001").stdout
    assert said == 'exec .venv/bin/marrowkit serve --source "camera:0" --port "8001" --data "data"\n'


@pytest.mark.parametrize("changed", ["pyproject.toml", "constraints.txt"])
def test_make_run_sets_up_again_when_requirements_change(changed: str, checkout: Path) -> None:
    (checkout / changed).touch()
    assert "pip --disable-pip-version-check install --constraint" in _make(checkout, "--dry-run", "run").stdout


def test_train_default_says_what_it_needs(checkout: Path) -> None:
    done = _make(checkout, "train-default")
    assert done.returncode != 0
    assert "error: there is no ../shared/data" in done.stderr
    assert "models/bundles" in done.stderr


def test_make_help_names_every_target_that_is_meant_for_people() -> None:
    told = {line.split()[1] for line in _make(CHECKOUT, "help").stdout.splitlines()}
    assert told == {"run", "test", "check", "bench", "train-default", "wheelhouse", "clean", "help"}
