"""`torchrun -m export train`: two processes learn one network, and only the first of them has a disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from export.crops.kept import TOLD_FILE, WEIGHTS_FILE, read_trained
from export.learning.loop import CURVE_FILE, RUN_FILE
from export.learning.run import read_about, under
from export.opinion.table import write_cells
from tests.tabled import EVERY_KIND, drawn_cells

CHECKOUT = Path(__file__).parents[2]
ROOM, SEARCHING = "marrowkit2026_student", "kavitha2022_cat_swarm"
STEPS = 4
FEW = (f"steps={STEPS}", "size_px=32", "batch=4", "settings.size=small")
ALL = [CURVE_FILE, RUN_FILE, TOLD_FILE, WEIGHTS_FILE]
OWN_FOLDERS = """
import functools, os, sys
from export.__main__ import app
from export.learning import loop
from export.rooms import spec

def killed(*of_the_run, write=loop.write_run):
    write(*of_the_run)
    os._exit(9)

if os.environ.get("KILLED_ONCE_WRITTEN"):
    loop.write_run = killed
spec.CropOptions = functools.partial(spec.CropOptions, keep_every=2)
sys.argv[3] += os.environ["RANK"]
app()
"""
"""The command on two machines that share no folder."""


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("cells") / "cells.npz"
    write_cells(drawn_cells(10, kinds=EVERY_KIND), file)
    return file


def in_a_team(
    cells: Path,
    run: Path,
    *started: str,
    told: Mapping[str, str] | None = None,
    room: str = ROOM,
    fields: Sequence[str] = FEW,
) -> subprocess.CompletedProcess[str]:
    """The command as a user types it after `torchrun`, two processes; or a script in its place."""
    torchrun = "torch.distributed.run", "--standalone", "--nproc-per-node=2"
    return ended([*torchrun, *(started or ("-m", "export"))], cells, run, told or {}, room, fields)


def ended(
    command: Sequence[str],
    cells: Path,
    run: Path,
    told: Mapping[str, str],
    room: str = ROOM,
    fields: Sequence[str] = FEW,
) -> subprocess.CompletedProcess[str]:
    alone = {"PYTHONPATH": str(CHECKOUT), "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    return subprocess.run(
        [sys.executable, "-m", *command, "train", room, str(run), *(f"--with={each}" for each in fields),
         "--data", str(cells)],
        cwd=CHECKOUT,
        env={**os.environ, **alone, **told},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_the_first_alone_searches_and_all_train_what_it_found(cells: Path, tmp_path: Path) -> None:
    brief = ["steps=2", "batch=4", "size_px=32"]
    brief += [f"search.{each}" for each in ("cats=2", "iterations=1", "steps=1", "smp=2")]
    run = tmp_path / "run"
    done = in_a_team(cells, run, room=SEARCHING, fields=brief)
    assert done.returncode == 0, done.stderr
    assert {"search.json", "search.svg", TOLD_FILE} <= {each.name for each in run.iterdir()}
    tried = json.loads((run / "search.json").read_text())["tried"]
    found = json.loads((run / TOLD_FILE).read_text())["settings"]
    assert found in [json.loads(each)["settings"] for each in tried]


def require_whole(run: Path) -> None:
    """The folder holds one finished network: the one that its own run ended in, batch norms included."""
    assert sorted(each.name for each in run.iterdir()) == sorted(ALL)
    kept, ended = load_file(run / WEIGHTS_FILE), under("average", load_file(run / RUN_FILE))
    assert kept.keys() == ended.keys()
    assert any("running_mean" in name for name in kept)
    assert all(torch.equal(each, ended[name]) for name, each in kept.items())
    assert json.loads((run / TOLD_FILE).read_text())["steps"] == read_about(run / RUN_FILE)["step"] == STEPS
    read_trained(run)


@pytest.fixture(scope="module")
def whole(cells: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two processes that nobody killed."""
    run = tmp_path_factory.mktemp("team") / "run"
    done = in_a_team(cells, run)
    assert done.returncode == 0, done.stderr
    return run


@pytest.mark.slow
def test_the_command_leaves_one_network(whole: Path) -> None:
    require_whole(whole)


@pytest.mark.slow
def test_one_process_does_not_go_on_with_the_run_of_two(whole: Path, cells: Path) -> None:
    alone = ended(["export"], cells, whole, {})
    assert alone.returncode != 0
    assert "a team of another size" in " ".join(alone.stderr.split())
    require_whole(whole)


@pytest.mark.slow
def test_a_killed_run_goes_on_where_only_the_first_has_its_file(whole: Path, cells: Path, tmp_path: Path) -> None:
    script, run = tmp_path / "own_folders.py", tmp_path / "run"
    script.write_text(OWN_FOLDERS, "utf-8")
    assert in_a_team(cells, run, str(script), told={"KILLED_ONCE_WRITTEN": "yes"}).returncode != 0
    assert read_about(tmp_path / "run0" / RUN_FILE)["step"] == 2
    done = in_a_team(cells, run, str(script))
    assert done.returncode == 0, done.stderr
    require_whole(tmp_path / "run0")
    assert not (tmp_path / "run1").exists()
    one, other = (load_file(each / WEIGHTS_FILE) for each in (whole, tmp_path / "run0"))
    assert all(torch.equal(each, other[name]) for name, each in one.items())
