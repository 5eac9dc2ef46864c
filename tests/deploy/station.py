"""A tiny kit as a real wheel, and the installer run for real below a folder that stands for a machine's root."""

from __future__ import annotations

import os
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
INSTALLER = CHECKOUT / "deploy" / "install.sh"
LIMIT_S = 120

KIT = """
import http.server, json, sys, time

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503)
        self.end_headers()
        self.wfile.write(json.dumps({health!r}).encode())

def main():
    if "--help" in sys.argv:
        sys.exit({help_exit})
    if sys.argv[1] == "serve":
        http.server.HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Page).serve_forever()
    print("version {version}", flush=True)
    time.sleep({doctor_s})
    sys.exit({doctor_exit})
"""


@dataclass(frozen=True)
class Kit:
    """How a tiny kit behaves: it answers 503 like one without a camera, and its doctor has findings."""

    version: str = "1.0.0"
    help_exit: int = 0
    doctor_exit: int = 1
    doctor_s: float = 0
    health: Mapping[str, object] | None = None
    requires: str = ""
    ballast_mb: int = 0


def wheelhouse(folder: Path, kit: Kit) -> Path:
    """A folder with the kit's wheel and nothing else."""
    folder.mkdir(parents=True)
    info = f"marrowkit-{kit.version}.dist-info"
    requires = f"Requires-Dist: {kit.requires}\n" if kit.requires else ""
    files = {
        "tiny_kit.py": _code(kit),
        "tiny_ballast.bin": "\0" * (kit.ballast_mb << 20),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: marrowkit\nVersion: {kit.version}\n{requires}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\nmarrowkit = tiny_kit:main\n",
    }
    record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / f"marrowkit-{kit.version}-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, text in {**files, f"{info}/RECORD": record}.items():
            wheel.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return folder


def install(root: Path, wheels: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the installer below `root`."""
    return run("--root", str(root), "--wheelhouse", str(wheels), *options)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installer."""
    command = [str(INSTALLER), *arguments]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False, env=environment)


def releases(root: Path) -> set[str]:
    """The versions of the releases that are there, whole or not."""
    return {path.name.rpartition("-")[0] for path in (root / "opt/marrowkit/releases").glob("*")}


def in_use(root: Path) -> str:
    """The version in use."""
    return (root / "opt/marrowkit/current").readlink().name.rpartition("-")[0]


def snapshot(root: Path) -> dict[str, bytes | str]:
    """Every file and link below a folder with what it holds."""
    found = (path for path in root.rglob("*") if path.is_symlink() or path.is_file())
    return {str(path.relative_to(root)): _held(path) for path in found}


def _held(path: Path) -> bytes | str:
    return str(path.readlink()) if path.is_symlink() else path.read_bytes()


def _code(kit: Kit) -> str:
    return KIT.format(
        version=kit.version,
        help_exit=kit.help_exit,
        doctor_exit=kit.doctor_exit,
        doctor_s=kit.doctor_s,
        health={"ok": False, "source": {"phase": "lost"}} if kit.health is None else dict(kit.health),
    )
