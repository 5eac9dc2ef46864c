"""The kit runs where torch, onnx, scipy and the training side do not exist, and its front door is light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tiny import OPENVINO, tiny_bundle, tiny_files, tiny_openvino, tiny_variant, trusting

BANNED = ("torch", "onnx", "skfuzzy", "scipy", "sklearn", "matplotlib", "networkx", "nncf", "export", "models")

BAN = f"""
import sys
BANNED = {BANNED!r}

class Ban:
    '''Libraries that try a banned import find it not installed; code of ours that tries one is caught.'''

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in BANNED:
            return None
        frame = sys._getframe(1)
        while frame and frame.f_globals.get("__name__", "").startswith("importlib"):
            frame = frame.f_back
        importer = frame.f_globals.get("__name__", "") if frame else ""
        if importer.split(".")[0] in ("edge", "firmware_bridge", "__main__"):
            sys.exit(f"{{importer}} imports {{name}}")
        raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Ban())
"""

EVERY_MODULE = """
import importlib, pkgutil
import edge, firmware_bridge
for package in (edge, firmware_bridge):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
print(*sorted(name for name in sys.modules if name.split(".")[0] in BANNED))
"""

RUN = """
from pathlib import Path
from edge.bundle import use_bundle
from edge.runtime.choose import compare_variants
from edge.runtime import EngineOptions
from edge.runtime.device import this_device
from edge.runtime.engines import ENGINES
from edge.runtime.parity import check_variant
bundle = use_bundle(sys.argv[1], Path(sys.argv[2]))
reports = compare_variants(bundle, EngineOptions(), ENGINES, this_device(), check_variant)
print(*(report.problem or "passed" for report in reports))
"""

LIGHT = """
import sys
before = set(sys.modules)
import edge
print(*sorted({name.split(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)))
"""


HELP = """
import sys
sys.argv = ["marrowkit", "doctor", "--help"]
from edge.__main__ import main
try:
    main()
except SystemExit:
    print("brought:", *{"onnxruntime", "openvino", "cv2", "fastapi"} & set(sys.modules))
"""


def python(code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_every_module_of_the_kit_is_imported_without_the_training_side() -> None:
    assert python(BAN + EVERY_MODULE) == ""


def test_a_bundle_is_verified_and_runs_in_every_engine_without_the_training_side(tmp_path: Path) -> None:
    variants = [tiny_variant(), OPENVINO]
    bundle = tiny_bundle(tmp_path / "b", {**tiny_files(), **tiny_openvino(tmp_path)}, variants=variants)
    assert python(BAN + RUN, str(bundle.path), str(trusting(tmp_path / "data"))) == "passed passed"


@pytest.mark.parametrize("name", ["torch", "models.anything"])
def test_the_ban_catches_our_own_attempts_even_when_they_expect_to_fail(name: str, tmp_path: Path) -> None:
    attempt = f"try:\n    import {name}\nexcept ImportError:\n    pass\n"
    done = subprocess.run([sys.executable, "-c", BAN + attempt], capture_output=True, text=True, check=False)
    assert f"imports {name.split('.')[0]}" in done.stderr


def test_the_front_door_brings_nothing_but_itself() -> None:
    assert python(LIGHT) == "edge"


def test_help_starts_without_engines_pictures_or_the_web() -> None:
    assert python(HELP).splitlines()[-1] == "brought:"
