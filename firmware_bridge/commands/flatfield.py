"""`marrowkit-bridge flatfield`: take and keep the light of an empty field, for one objective."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from firmware_bridge.datafolder import DATA_VARIABLE, data_folder
from firmware_bridge.errors import SourceLost
from firmware_bridge.flatfield import measure, save_flat_field
from firmware_bridge.flatfield.field import PICTURES
from firmware_bridge.picture import Pixels, Source
from firmware_bridge.sources import open_source


def flatfield(
    uri: Annotated[str, typer.Argument(help="Address of the camera, which looks at clear glass.")],
    objective: Annotated[str, typer.Option(help="Name of the objective, like 100x.")],
    skip: Annotated[int, typer.Option(min=0, help="Pictures to let pass first: many cameras start dark.")] = 10,
    data: Annotated[
        Path | None, typer.Option(help=f"Data folder. Default: ${DATA_VARIABLE}, else ~/.local/share/marrowkit.")
    ] = None,
) -> None:
    """Measure an empty field and keep it, so that `marrowkit serve --objective` makes pictures even."""
    source = open_source(uri)
    try:
        pictures = _pictures(source, skip)
    finally:
        source.close()
    field = measure(pictures)
    path = save_flat_field(data_folder(data), objective, field)
    print(f"{path}: the darkest part has {100 * field.light.min():.0f} % of the brightest part's light")


def _pictures(source: Source, skip: int) -> list[Pixels]:
    read = (picture.pixels for picture in iter(source.read, None))
    taken = list(islice(read, skip, skip + PICTURES))
    if len(taken) < PICTURES:
        raise SourceLost(f"{source.uri} ended before {skip + PICTURES} pictures.", "Name a camera.")
    return taken
