"""A command of one options object shows its fields as options, with their defaults and limits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from firmware_bridge.commands.shaped import takes

HEARD: list[Order] = []


@dataclass(frozen=True)
class Order:
    what: Annotated[str, typer.Argument(help="What.")]
    out: Annotated[Path, typer.Option(help="Where to.")]
    count: Annotated[int, typer.Option("--count", min=1)] = 3
    loud: bool = False


@takes(Order)
def serve(order: Order) -> None:
    """Serve."""
    HEARD.append(order)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["tea", "--out", "a"], Order("tea", Path("a"))),
        (["tea", "--out", "a", "--count", "5", "--loud"], Order("tea", Path("a"), 5, True)),
    ],
)
def test_what_is_typed_arrives_as_one_object(arguments: list[str], expected: Order) -> None:
    app = typer.Typer()
    app.command()(serve)
    HEARD.clear()
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert [expected] == HEARD


@pytest.mark.parametrize("arguments", [["tea"], ["--out", "a"], ["tea", "--out", "a", "--count", "0"]])
def test_what_is_missing_or_beyond_a_limit_is_refused(arguments: list[str]) -> None:
    app = typer.Typer()
    app.command()(serve)
    HEARD.clear()
    assert CliRunner().invoke(app, arguments).exit_code == 2
    assert HEARD == []


def test_it_keeps_its_name_and_its_words() -> None:
    assert (serve.__name__, serve.__doc__) == ("serve", "Serve.")
