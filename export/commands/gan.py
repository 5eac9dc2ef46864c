"""`marrowkit-export stain-gan`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from export.crops.cells import cells_in
from export.gan.spec import GanSpec, gan_spec
from export.gan.training import read_eyes, taught_stains
from export.rooms.card import WAYS

Out = Annotated[Path, typer.Argument(help="Folder of the run; one that was killed goes on.")]
Eyes = Annotated[
    Path | None, typer.Option(help="Folder of a trained ResNet-34 that sees whether a picture still shows the same.")
]
Way = Annotated[str | None, typer.Option("--as", help=f"How the card says it: {', '.join(WAYS)}. Default: small.")]
With = Annotated[list[str] | None, typer.Option("--with", help=f"A field: {', '.join(GanSpec.model_fields)}.")]
Data = Annotated[Path, typer.Option(help="Folder of the sets of images, or a file of cells of your own (.npz).")]
Work = Annotated[Path, typer.Option(help="Where the cells that were found in the sets are kept.")]


def stain_gan_command(
    out: Out,
    eyes: Eyes = None,
    way: Way = None,
    said: With = None,
    data: Data = Path("../shared/data"),
    work: Work = Path("runs/crops"),
) -> None:
    """Teach a GAN to bring cells into other stains, for `train --with stain_gan=FOLDER`."""
    options = gan_spec(way, said or ()).options
    cells = cells_in(data, work)
    taught_stains(cells, out, options, None if eyes is None else read_eyes(eyes, options.device))
