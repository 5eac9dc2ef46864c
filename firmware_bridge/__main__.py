"""The `marrowkit-bridge` command: look at one picture of a source, and list what kinds of source there are."""

from __future__ import annotations

import os
import sys
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import cv2
import typer

from firmware_bridge.commands.conform import conform
from firmware_bridge.commands.focus import focus
from firmware_bridge.commands.scan import scan
from firmware_bridge.commands.sim import sim
from firmware_bridge.commands.trials import bench_focus, fuzz_boards
from firmware_bridge.errors import Fault, SourceLost
from firmware_bridge.picture import Picture, Pixels, Source
from firmware_bridge.sources import open_source
from firmware_bridge.uri import SCHEMES

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Cameras, files and the simulated microscope.")

app.command()(conform)
app.command()(focus)
app.command()(scan)
app.command()(sim)
app.command()(bench_focus)
app.command()(fuzz_boards)


@app.command()
def sources() -> None:
    """List the kinds of sources with their options."""
    for form in SCHEMES.values():
        print(f"{form.example:22} {form.help}")
        for option in fields(form.options):
            print(f"    {form.mark}{option.name + '=':18}{option.metadata['help']}")


@app.command()
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
    data = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))[1].tobytes()
    beside = out.with_name(out.name + ".part")
    try:
        with beside.open("wb") as file:
            file.write(data)
            os.fsync(file.fileno())
        beside.replace(out)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def main() -> None:
    """Run the command; a fault is two sentences on stderr and exit code 1."""
    try:
        app()
    except Fault as fault:
        print(fault, file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}.", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
