"""`marrowkit-bridge snapshot`: one picture of a source as PNG."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import cv2
import typer

from firmware_bridge.durable import write_durably
from firmware_bridge.errors import SourceLost
from firmware_bridge.picture import Picture, Pixels, Source
from firmware_bridge.sources import open_source


def snapshot(
    uri: Annotated[str, typer.Argument(help="Address of a source, or the path of a file or folder.")],
    out: Annotated[Path, typer.Argument(help="Where the PNG goes.")],
    skip: Annotated[int, typer.Option(min=0, help="Pictures to let pass first: many cameras start dark.")] = 0,
) -> None:
    """Save one picture of a source as PNG."""
    source = open_source(uri)
    try:
        picture = _picture_after(source, skip)
    finally:
        source.close()
    _save_png(picture.pixels, out)
    height, width = picture.pixels.shape[:2]
    print(f"{out}: {width} × {height} from {picture.name}")


def _picture_after(source: Source, skip: int) -> Picture:
    for _ in range(skip):
        source.read()
    picture = source.read()
    if picture is None:
        raise SourceLost(f"{source.uri} ended before picture {skip + 1}.", "Skip fewer pictures.")
    return picture


def _save_png(pixels: Pixels, out: Path) -> None:
    write_durably(out, cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))[1].tobytes())
