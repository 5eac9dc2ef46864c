"""The wheel that a station installs: everything that is not code is in it, and the shipped bundle is found from it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from edge.bundle.shelf import DEFAULT_NAME
from tests.deploy.station import CHECKOUT, LIMIT_S
from tests.tiny import tiny_bundle, trusting

PARTS = ["pyproject.toml", "README.md", "LICENSE", "edge", "export", "firmware_bridge", "models"]
NOT_CODE = ["edge/web/templates", "edge/web/static", "edge/web/locale", "models"]
BUNDLES = Path("models") / "bundles"

LIST = """
import json, sys
from pathlib import Path
from edge.bundle import list_bundles, use_bundle
data = Path(sys.argv[1])
shown = {item.name: str(item.path) for item in list_bundles(data)}
json.dump({"shelf": shown, "default": str(use_bundle(None, data).path)}, sys.stdout)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout with a tiny bundle as the default one, built from a copy without leftovers."""
    folder = tmp_path_factory.mktemp("wheel")
    for part in PARTS:
        _copy(CHECKOUT / part, folder / "tree" / part)
    default = folder / "tree" / BUNDLES / DEFAULT_NAME
    shutil.rmtree(default, ignore_errors=True)
    tiny_bundle(default, name=DEFAULT_NAME)
    _python("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, folder / "tree")
    return next(folder.glob("marrowkit-*.whl"))


@pytest.mark.slow
def test_the_wheel_holds_everything_that_is_not_code(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        held = set(opened.namelist())
    wanted = {str(path.relative_to(CHECKOUT)) for folder in NOT_CODE for path in _files(CHECKOUT / folder)}
    assert wanted | {"edge/bundle/manifest.schema.json", "edge/bundle/trusted_keys.json"} <= held
    assert f"{BUNDLES}/{DEFAULT_NAME}/manifest.json" in held


@pytest.mark.slow
def test_the_wheel_holds_no_tests_and_no_leftovers(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        tops = {name.partition("/")[0] for name in opened.namelist() if ".dist-info/" not in name}
    assert tops == {"edge", "export", "firmware_bridge", "models"}


@pytest.mark.slow
def test_an_installed_kit_finds_the_bundle_that_came_with_it(wheel: Path, tmp_path: Path) -> None:
    site, data = tmp_path / "site", trusting(tmp_path / "data")
    _python("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", site, wheel)
    found = json.loads(_python("-c", LIST, data, site=site))
    assert found["shelf"][DEFAULT_NAME] == str(site / BUNDLES / DEFAULT_NAME)
    assert found["default"] == str(site / BUNDLES / DEFAULT_NAME)


def _files(folder: Path) -> list[Path]:
    """What is neither code nor made by running it. A bundle that another one stands for is left out."""
    made = (".py", ".pyc")
    default = CHECKOUT / BUNDLES / DEFAULT_NAME
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix not in made)
    return [path for path in found if default not in path.parents]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def _python(*arguments: str | Path, site: Path | None = None) -> str:
    """Run Python away from this checkout, with `site` in front where it is given."""
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if site is not None:
        environment["PYTHONPATH"] = str(site)
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=LIMIT_S, check=False, env=environment, cwd="/"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
