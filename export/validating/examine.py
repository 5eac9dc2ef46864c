"""`marrowkit-export examine`: a trained network by the protocol that all of them sit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from torch.nn import functional

from edge.bundle.tensors import Floats
from edge.durable import write_durably
from edge.errors import BadSetting
from export.crops.cells import left_out_of, training_cells, unseen_cells
from export.crops.given import given_in_turn
from export.crops.kept import Trained, read_trained
from export.opinion.table import CellTable
from export.validating.examined import as_json, as_markdown
from export.validating.exams import Ask, exams, sat

EXAMINED_JSON, EXAMINED_TABLE = "examined.json", "examined.md"


def command(
    run: Annotated[Path, typer.Argument(help="Folder of a finished training, best one with fold=… left out.")],
    data: Annotated[Path, typer.Option(help="Folder of the sets of images.")] = Path("../shared/data"),
    work: Annotated[Path, typer.Option(help="Where the cells that were found in them are kept.")] = Path("runs/crops"),
    device: Annotated[str, typer.Option(help="Where torch computes: cpu, cuda.")] = "cpu",
) -> None:
    """Examine a trained network: patients and images that it left out, and laboratories that it never saw."""
    trained = read_trained(run)
    every = training_cells(data, work)
    asked = exams(every.rows(left_out_of(every, trained.told)), unseen_cells(data, work))
    results = [sat(each, asking(trained, device), trained.told.head) for each in asked]
    if not results:
        raise BadSetting(f"{data} holds nothing to examine on.", "Name the folder of the sets with --data.")
    write_durably(run / EXAMINED_JSON, as_json(about(trained), results))
    write_durably(run / EXAMINED_TABLE, as_markdown(results).encode())
    typer.echo(as_markdown(results))


def asking(trained: Trained, device: str = "cpu") -> Ask:
    """The network's softmax of cells as the kit shows them."""
    trained.module.to(device)

    def ask(cells: CellTable) -> Floats:
        with torch.no_grad():
            turns = (each.values() for each in given_in_turn(cells, trained.told, device))
            return torch.cat([functional.softmax(trained.module(*each), 1).cpu() for each in turns]).numpy()

    return ask


def about(trained: Trained) -> dict[str, Any]:
    """What a card says of the network itself."""
    return {**trained.told.plain, "parameters": sum(each.numel() for each in trained.module.parameters())}
