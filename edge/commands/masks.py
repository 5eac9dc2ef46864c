"""`--masks`: label images of the cells and nuclei of each picture, `<stem>_cells.png` and `<stem>_nuclei.png`.

16-bit greyscale PNG at the size of the input image; 0 is background, k the cell with `"id": k` in the JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from edge.commands.picturefiles import PictureFile
from edge.durable import write_durably
from edge.errors import BadSetting, RecordFault
from edge.types import Examination, Labels

KINDS = ("cells", "nuclei")
ANOTHER_FOLDER = "Name another folder for --masks."


@dataclass(frozen=True, slots=True)
class MaskFolder:
    """Where masks go; made by `mask_folder`, which sees to it that nothing overwrites anything."""

    folder: Path

    def write(self, examination: Examination) -> None:
        """Both masks of one picture, each whole on the disk or not there.

        Raises:
            RecordFault: the disk is full, read-only or gone.
        """
        labels = (examination.cell_labels, examination.nucleus_labels)
        try:
            for path, image in zip(mask_paths(self.folder, examination.frame_name), labels, strict=True):
                write_durably(path, _png(image))
        except OSError as error:
            raise RecordFault(
                f"The masks of {examination.frame_name} could not be written ({error.strerror}).",
                "Free some space, or name another folder for --masks; the figures are whole.",
            ) from error


def mask_folder(folder: Path, files: Sequence[PictureFile]) -> MaskFolder:
    """The folder, made if need be, after a look at whether the masks of these pictures have room side by side.

    Raises:
        BadSetting: two pictures would write the same mask, a mask would replace a picture, or there can be no folder.
    """
    _refuse_twins(folder, files)
    _refuse_overwriting(folder, files)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(f"The folder {folder} cannot be made ({error.strerror}).", ANOTHER_FOLDER) from error
    return MaskFolder(folder)


def mask_paths(folder: Path, name: str) -> tuple[Path, ...]:
    """The paths of both masks of the picture of that name, cells first."""
    return tuple(folder / f"{Path(name).stem}_{kind}.png" for kind in KINDS)


def _png(labels: Labels) -> bytes:
    return cv2.imencode(".png", labels)[1].tobytes()


def _refuse_twins(folder: Path, files: Iterable[PictureFile]) -> None:
    """Names are compared without case, for a USB stick's file system does not tell `A` from `a`."""
    owners: dict[str, PictureFile] = {}
    for file in files:
        mask = mask_paths(folder, file.name)[0].name
        owner = owners.setdefault(mask.casefold(), file)
        if owner.path.resolve() != file.path.resolve():
            raise BadSetting(
                f"{owner.name} and {file.name} would both write {mask}.",
                "Analyse them one at a time, each with a --masks folder of its own.",
            )


def _refuse_overwriting(folder: Path, files: Iterable[PictureFile]) -> None:
    pictures = {file.path.resolve(): file.name for file in files}
    for file in files:
        for mask in mask_paths(folder, file.name):
            if mask.resolve() in pictures:
                raise BadSetting(f"A mask of {file.name} would replace the picture {mask}.", ANOTHER_FOLDER)
