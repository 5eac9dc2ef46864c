"""`marrowkit operators`: who may sign in, and a new PIN for whoever has forgotten theirs.

Whoever can run commands on the kit can do this; the page asks for somebody who leads. Stop the page first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import Annotated

import typer

from edge.casework.books import open_books
from edge.casework.staff import Staff
from edge.commands.options import AsJson, DataDir, data_folder
from edge.record import Record
from edge.record.people import Operator

app = typer.Typer(help="List the people of this kit, and give a forgotten PIN anew.", no_args_is_help=True)


@app.command("list")
def list_command(data: DataDir = None, as_json: AsJson = False) -> None:
    """List everybody with their numbers."""
    with _staff(data) as staff:
        people = staff.operators()
    if as_json:
        print(json.dumps([asdict(each) for each in people], indent=2, ensure_ascii=False))
    else:
        print("\n".join(map(_line, people)) or "Nobody is named yet.")


@app.command("pin")
def pin_command(
    number: Annotated[int, typer.Argument(help="The person's number, as `list` shows it.")],
    pin: Annotated[str, typer.Option(prompt="New PIN", hide_input=True, confirmation_prompt=True)],
    data: DataDir = None,
) -> None:
    """Give somebody a new PIN; whoever is signed in as them is signed out."""
    with _staff(data) as staff:
        operator = staff.renew_pin(number, pin)
    print(f"{operator.name} has a new PIN.")


@contextmanager
def _staff(data: DataDir) -> Iterator[Staff]:
    with closing(Record(data_folder(data))) as record:
        yield Staff(open_books(record))


def _line(operator: Operator) -> str:
    marks = [word for word, holds in (("leads", operator.lead), ("left", not operator.active)) if holds]
    return f"{operator.id:>4}  {operator.name}{'  (' + ', '.join(marks) + ')' if marks else ''}"
