"""The `marrowkit` command. A sub-command is one line here and one module in `edge.commands`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from edge.commands.lazy import lazy_app, run
from firmware_bridge.heap import keep_one_heap
from firmware_bridge.reader import leave_after

COMMANDS: Mapping[str, str] = {
    "analyse": "edge.commands.analyse:analyse",
    "bench": "edge.commands.bench:bench",
    "bundle": "edge.commands.bundle:app",
    "calibrate": "edge.commands.calibrate:calibrate",
    "doctor": "edge.commands.doctor:doctor",
    "load": "edge.commands.load:load",
    "operators": "edge.commands.operators:app",
    "serve": "edge.commands.serve:serve",
}

app = lazy_app("marrowkit", "Leukaemia screening support beside a microscope, offline.", COMMANDS)


def main() -> None:
    """Run the command line."""
    keep_one_heap()
    run(app)


def process() -> NoReturn:
    """Run the command line as a process, which ends also while a camera hangs."""
    leave_after(main)


if __name__ == "__main__":
    process()
