"""The `marrowkit-bridge` command. A sub-command is one line here and one module in `firmware_bridge.commands`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import NoReturn

import typer

from firmware_bridge.durable import told
from firmware_bridge.errors import Fault
from firmware_bridge.heap import keep_one_heap
from firmware_bridge.reader import leave_after

COMMANDS: Mapping[str, str] = {
    "bench": "firmware_bridge.commands.bench:bench",
    "bench-focus": "firmware_bridge.commands.trials:bench_focus",
    "cameras": "firmware_bridge.commands.cameras:cameras",
    "conform": "firmware_bridge.commands.conform:conform",
    "controls": "firmware_bridge.commands.controls:controls",
    "flatfield": "firmware_bridge.commands.flatfield:flatfield",
    "focus": "firmware_bridge.commands.focus:focus",
    "fuzz-boards": "firmware_bridge.commands.trials:fuzz_boards",
    "record": "firmware_bridge.commands.record:record",
    "scan": "firmware_bridge.commands.scan:scan",
    "sim": "firmware_bridge.commands.sim:sim",
    "snapshot": "firmware_bridge.commands.snapshot:snapshot",
    "sources": "firmware_bridge.commands.sources:sources",
}


def bridge_app() -> typer.Typer:
    """The command line with everything above."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, help="Cameras, stages and the simulated microscope.")
    for name, place in COMMANDS.items():
        module, function = place.split(":")
        app.command(name)(getattr(import_module(module), function))
    return app


def main() -> None:
    """Run the command; a fault is two sentences on stderr and exit code 1."""
    keep_one_heap()
    try:
        bridge_app()()
    except Fault as fault:
        print(fault, file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        print(told(error), file=sys.stderr)
        sys.exit(1)


def process() -> NoReturn:
    """Run the command line as a process, which ends also while a camera hangs."""
    leave_after(main)


if __name__ == "__main__":
    process()
