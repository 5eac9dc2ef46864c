"""`marrowkit analyse`: pictures in, one result per picture out; what is wrong with one never costs the others."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from edge.commands.fieldlines import Show, json_lines, table
from edge.commands.lazy import FAULT_EXIT
from edge.commands.masks import MaskFolder, mask_folder
from edge.commands.options import AsJson, DataDir, data_folder
from edge.commands.picturefiles import PictureFile, picture_files
from edge.errors import BadSetting
from edge.types import Examination, Frame
from firmware_bridge.errors import Fault


@dataclass(frozen=True, slots=True)
class Analysis:
    """Takes one picture after the other: examined, its masks kept, its result shown, or its fault told."""

    examine: Callable[[Frame], Examination]
    show: Show
    masks: MaskFolder | None = None

    def run(self, found: Iterable[PictureFile | Fault]) -> int:
        """How many of them had a fault.

        Raises:
            BadSetting: an option is wrong, so that no picture can be analysed.
        """
        return sum(self._faulty(each) for each in found)

    def _faulty(self, found: PictureFile | Fault) -> bool:
        fault = found if isinstance(found, Fault) else self._fault_of(found)
        if fault is not None:
            print(f"error: {fault}", file=sys.stderr, flush=True)
        return fault is not None

    def _fault_of(self, file: PictureFile) -> Fault | None:
        try:
            examination = self._examined(file)
        except BadSetting:
            raise
        except Fault as fault:
            return fault
        problem = self._kept(file, examination)
        self.show(examination)
        return problem

    def _examined(self, file: PictureFile) -> Examination:
        frame = file.frame()
        try:
            return self.examine(frame)
        except Fault:
            raise
        except Exception as error:  # a picture that trips a library must not cost the night's other five hundred
            said = " ".join(f"{type(error).__name__}: {error}".split())
            raise Fault(f"{file.name} could not be examined ({said}).", "Report this, with the picture.") from error

    def _kept(self, file: PictureFile, examination: Examination) -> Fault | None:
        """Before the result is shown, so that whoever reads it finds the masks; their loss does not hold it back."""
        try:
            if self.masks is not None:
                self.masks.write(file, examination)
        except Fault as fault:
            return fault
        return None


def analyse(
    paths: Annotated[list[str], typer.Argument(help="Pictures, and folders of them.", metavar="PATH...")],
    um_per_px: Annotated[
        float | None, typer.Option(help="Micrometres per pixel. Default: measured from the red cells.")
    ] = None,
    as_json: AsJson = False,
    masks: Annotated[
        Path | None, typer.Option(help="Folder for label images NAME_cells.png and NAME_nuclei.png.")
    ] = None,
    bundle: Annotated[str | None, typer.Option(help="Name or path of a bundle. Default: the one in use.")] = None,
    data: DataDir = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Examine also pictures of too poor a quality.")] = False,
) -> None:
    """Find, measure, judge and count the cells of pictures. Exit code 1 if a picture could not be analysed."""
    found = tuple(picture_files(paths))
    files = [each for each in found if isinstance(each, PictureFile)]
    keeper = None if masks is None else mask_folder(masks, files)
    # late: engines take a second to import, and `--help` should not
    from edge.station import open_station
    from edge.station.examine import StationOptions

    options = StationOptions(um_per_px=um_per_px, ignore_quality=anyway)
    with closing(open_station(bundle, data_folder(data), options)) as station:
        show = json_lines() if as_json else table(file.name for file in files)
        faulty = Analysis(station.examine, show, keeper).run(found)
    if faulty:
        raise typer.Exit(FAULT_EXIT)
