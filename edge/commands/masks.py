"""`--masks`: label images of the cells and nuclei of each picture, `<stem>_cells.png` and `<stem>_nuclei.png`.

16-bit greyscale PNG at the size of the input image; 0 is background, k the cell with `"id": k` in the JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2

from edge.commands.picturefiles import PictureFile
from edge.durable import write_durably
from edge.errors import BadSetting, RecordFault
from edge.types import Examination, Labels
from firmware_bridge.errors import BadPicture

KINDS = ("cells", "nuclei")
ANOTHER_FOLDER = "Name another folder for --masks."


@dataclass(frozen=True, slots=True)
class MaskFolder:
    """Where masks go, made by `mask_folder`. No mask replaces a picture, or another picture's mask.

    pictures  all that are to be analysed
    owners    mask to the picture that it is of, by its name without case: a USB stick's files know none
    """

    folder: Path
    pictures: frozenset[Path]
    owners: dict[str, PictureFile] = field(default_factory=dict)

    def write(self, file: PictureFile, examination: Examination) -> None:
        """Both masks of one picture, each whole on the disk or not there.

        Raises:
            BadPicture: its masks would replace others, or a picture.
            RecordFault: the disk is full, read-only or gone.
        """
        paths = [self.folder / f"{file.path.stem}_{kind}.png" for kind in KINDS]
        self._refuse_replacing(file, paths)
        labels = (examination.cell_labels, examination.nucleus_labels)
        try:
            for path, image in zip(paths, labels, strict=True):
                write_durably(path, _png(image))
        except OSError as error:
            raise RecordFault(
                f"The masks of {file.name} could not be written ({error.strerror}).",
                "Free some space, or name another folder for --masks; the figures are whole.",
            ) from error

    def _refuse_replacing(self, file: PictureFile, paths: Sequence[Path]) -> None:
        for path in paths:
            if path.resolve() in self.pictures:
                raise BadPicture(f"A mask of {file.name} would replace the picture {path}.", ANOTHER_FOLDER)
        owner = self.owners.setdefault(paths[0].name.casefold(), file)
        if owner.path.resolve() != file.path.resolve():
            what = f"The masks of {file.name} would replace those of {owner.name}."
            raise BadPicture(what, "Analyse it alone, with a --masks folder of its own; its figures are whole.")


def mask_folder(folder: Path, files: Sequence[PictureFile]) -> MaskFolder:
    """The folder, made if need be, for the masks of these pictures.

    Raises:
        BadSetting: there can be no such folder.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(f"The folder {folder} cannot be made ({error.strerror}).", ANOTHER_FOLDER) from error
    return MaskFolder(folder, frozenset(file.path.resolve() for file in files))


def _png(labels: Labels) -> bytes:
    return cv2.imencode(".png", labels)[1].tobytes()
