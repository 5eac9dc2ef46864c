"""The workshop's README, followed word for word from a checkpoint to a result on a kit."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import cv2
import pytest
import typer
from typer import Context

import edge.__main__
import export.__main__
from tests.namer import LABELS, trained, write_checkpoint, write_set
from tests.slides import write_slides
from tests.stations import simulated_field
from tests.tiny import need_openvino

ROOT = Path(__file__).parents[2]
README = (ROOT / "export" / "README.md").read_text("utf-8")
COMMANDS = {"marrowkit": "edge", "marrowkit-export": "export"}
APPS = {"marrowkit": edge.__main__.app, "marrowkit-export": export.__main__.app}


class Done(NamedTuple):
    """One block of commands, and what it said."""

    commands: str
    out: str
    err: str


def blocks(language: str) -> list[str]:
    """Every block of that language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def followed(block: str, place: Path) -> Done:
    """Run in a shell that stops at the first failure, as a user with nothing of his own would."""
    environment = {
        "PATH": f"{place / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": f"{ROOT}:{place}",
        "HOME": str(place / "home"),
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
    return Done(block, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder: the README's own files, a checkpoint, crops, a field; and the commands on the path."""
    need_openvino()
    folder = tmp_path_factory.mktemp("user")
    (network,), (spec,) = blocks("python"), blocks("toml")
    (folder / "my_network.py").write_text(network, "utf-8")
    (folder / "build.toml").write_text(spec, "utf-8")
    write_checkpoint(folder / "weights.safetensors")
    write_set(folder / "crops" / "calibration", 10, seed=1)
    write_set(folder / "crops" / "held-out", 25, seed=2)
    cv2.imwrite(str(folder / "field.png"), simulated_field()[..., ::-1])
    write_slides(folder / "slides", 2, folder / "labels.csv")
    (folder / "home").mkdir()
    (folder / "bin").mkdir()
    for command, package in COMMANDS.items():
        script = folder / "bin" / command
        script.write_text(f'#!/bin/sh\nexec {sys.executable} -m {package} "$@"\n')
        script.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def way(place: Path) -> list[Done]:
    """Every block of commands, one after the other."""
    return [followed(block, place) for block in blocks("sh")]


def said(way: list[Done], part: str) -> Done:
    (found,) = (each for each in way if part in each.commands)
    return found


def test_the_readmes_network_is_the_one_that_was_trained(place: Path) -> None:
    module = ModuleType("my_network")
    exec(compile((place / "my_network.py").read_text("utf-8"), "my_network.py", "exec"), module.__dict__)  # noqa: S102
    found = module.network(len(LABELS)).state_dict()
    assert {name: each.shape for name, each in found.items()} == {
        name: each.shape for name, each in trained().state_dict().items()
    }


def test_the_build_leaves_what_the_readme_says(way: list[Done], place: Path) -> None:
    listed = re.findall(
        r"^    (\S+?)/? {2,}", README.partition("`built` then holds")[2].partition("```")[0], re.MULTILINE
    )
    assert sorted(listed) == sorted(each.name for each in (place / "built").iterdir())
    assert "my-namer 1" in said(way, "build --spec").out
    assert said(way, "card built").out == (place / "built" / "card.md").read_text("utf-8")


def test_the_kit_shows_the_table_and_uses_the_bundle(way: list[Done]) -> None:
    kit = said(way, "bundle install")
    assert "my-namer 1 is intact, signed by My clinic" in kit.out
    assert re.search(r"(onnx|openvino)-\w+ +in use", kit.out)
    assert re.search(r"onnx-fp32-cuda +NOT USED", kit.out)
    assert "* my-namer 1" in kit.out
    assert "Trained on one laboratory's blood films only." in kit.out


def test_the_kit_names_cells_by_the_bundles_labels(way: list[Done]) -> None:
    told = json.loads(said(way, "analyse").out)
    assert told["bundle"]["name"] == "my-namer"
    assert told["bundle"]["lender"]["name"] == "marrowkit-default"
    assert {tuple(cell["p"]) for cell in told["cells"]} == {LABELS}
    assert told["decision"]["label"]


def test_the_users_own_cells_are_judged(way: list[Done], place: Path) -> None:
    said(way, "validate my-namer")
    assert sorted(each.name for each in (place / "validation").iterdir()) == [
        "card.md", "cells.csv", "report.html", "validation.json",
    ]  # fmt: skip
    assert json.loads((place / "validation" / "validation.json").read_text())["unit"] == "patient"


def in_sentences(text: str) -> list[list[str]]:
    """The words of every command that stands within a sentence or a table."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [found.split() for found in re.findall(r"`(marrowkit(?:-export)? [^`]+)`", prose)]


@pytest.mark.parametrize("readme", ["README.md", "quantising/README.md"])
def test_commands_in_sentences_exist_with_their_options(readme: str) -> None:
    commands = in_sentences((ROOT / "export" / readme).read_text("utf-8"))
    assert len(commands) > 3
    for program, *words in commands:
        found: Any = typer.main.get_command(APPS[program])
        while hasattr(found, "get_command"):
            name = words.pop(0)
            assert name in found.list_commands(Context(found)), f"{program} has no {name}"
            found = found.get_command(Context(found), name)
        known = {option for each in found.params for option in each.opts}
        assert {word for word in words if word.startswith("--")} <= known, f"{program} {words}"


def test_no_block_of_commands_is_left_out() -> None:
    assert set(re.findall(r"^```(\w*)$", README, re.MULTILINE)) == {"", "sh", "python", "toml"}


def test_the_private_key_is_nowhere_but_in_its_file(way: list[Done], place: Path) -> None:
    secret = (place / "maker.pem").read_text().splitlines()[1]
    assert len(secret) > 40
    others = [path for path in place.rglob("*") if path.is_file() and path.name != "maker.pem"]
    assert not [path for path in others if secret.encode() in path.read_bytes()]
    assert not [each for each in way if secret in each.out + each.err]
    assert (place / "maker.pem").stat().st_mode & 0o077 == 0


def test_a_retired_key_signs_nothing_new_and_what_is_installed_goes_on(way: list[Done], place: Path) -> None:
    keys = place / "kit" / "keys" / "maker.json"
    listed = json.loads(keys.read_text())
    listed["keys"][0]["retired"] = True
    keys.write_text(json.dumps(listed))
    assert "a retired key" in followed("marrowkit bundle show my-namer --data kit", place).out
    refused = "! marrowkit bundle install built/my-namer-1.mkb --data kit 2> refused.txt"
    followed(refused, place)
    assert "has retired" in (place / "refused.txt").read_text()
