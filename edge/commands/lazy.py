"""A command whose sub-commands are imported when they are called, so that each starts as fast as it can."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from firmware_bridge.errors import Fault

FAULT_EXIT = 1


def lazy_app(name: str, about: str, commands: Mapping[str, str]) -> typer.Typer:
    """A command of that name, with sub-commands from `name` to `"module:attribute"` (a function or a Typer)."""

    class Lazy(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:
            return list(commands)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            return _load(cmd_name, commands[cmd_name]) if cmd_name in commands else None

    app = typer.Typer(
        name=name, cls=Lazy, help=about, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )
    # Typer wants a callback or a command before it makes a group.
    app.callback()(lambda: None)
    return app


def run(app: typer.Typer) -> None:
    """Run a command; a Fault becomes two lines on standard error and a non-zero exit."""
    try:
        app()
    except Fault as fault:
        print(f"error: {fault.what}\n{fault.remedy}", file=sys.stderr)
        sys.exit(FAULT_EXIT)


def _load(name: str, target: str) -> Any:
    module, _, attribute = target.partition(":")
    found = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        group = typer.main.get_command(found)
        group.name = name  # without it, the list of commands shows none
        return group
    single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    single.command(name)(found)
    return typer.main.get_command(single)
