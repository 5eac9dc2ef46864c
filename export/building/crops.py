"""Pictures of single cells with their labels, from a folder or from a file of cells that the kit has cut out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.bundle.manifest import Preprocessing
from edge.bundle.tensors import IMAGE, Floats
from edge.decide.views import VIEWS, Crop
from edge.optics.normal import BRIGHTEST
from edge.types import Pixels
from export.building.apart import digests_of
from export.building.given import Given, measured
from export.building.spec import PictureSpec
from export.crops.given import numbers
from export.errors import BadCrops, NoImages
from export.opinion.planes import crop_of
from export.opinion.table import CELLS_SUFFIX, CellTable, read_cells
from firmware_bridge.errors import BadPicture
from firmware_bridge.imagefile import read_image
from models.marrowkit2026_opinion.net import UM_PER_PX

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"})
UNKNOWN = -1
"""Place of a label that nobody knows."""
OUTLINED = frozenset({"nucleus", "nucleus-on-black", "cell-density", "relative-density", "planes"})
"""Views that need outlines, which a picture alone does not have."""
BATCH = 8

Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Crops:
    """n cells.

    where    the folder or file they are from
    labels   places among the labels, (n,); UNKNOWN where nobody says
    groups   what must stay together: patient, field or, where nothing is known, the picture itself, (n,)
    digests  of their pixels, for finding the same cell in two sets
    crop     the cell at a place, at whatever size it is kept
    measures what the network is told beside the pictures, (n, k); none: nothing
    """

    where: str
    labels: Places
    groups: NDArray[np.str_]
    digests: tuple[str, ...]
    crop: Callable[[int], Crop]
    measures: Floats | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def rows(self, chosen: Places) -> Crops:
        """Some of them."""
        return Crops(
            where=self.where,
            labels=self.labels[chosen],
            groups=self.groups[chosen],
            digests=tuple(self.digests[each] for each in chosen),
            crop=lambda at: self.crop(int(chosen[at])),
            measures=None if self.measures is None else self.measures[chosen],
        )

    def shown(self, inputs: Preprocessing) -> Iterator[Given]:
        """What the network takes of at most 8 cells at a time, in order."""
        for first in range(0, len(self), BATCH):
            at_once = range(first, min(len(self), first + BATCH))
            image = np.stack([_shown(self.crop(at), inputs) for at in at_once])
            told = {} if self.measures is None else measured(self.measures[first : first + BATCH], inputs)
            yield {IMAGE: image, **told}


def read_crops(where: str, labels: Sequence[str], picture: PictureSpec, aliases: Mapping[str, str]) -> Crops:
    """The crops at a path: `LABEL/…/NAME.png`, pictures without labels, or a `.npz` of cells.

    Raises:
        NoImages: nothing is there.
        BadCrops: a picture cannot be read, has a label that is not named, or lacks the outlines that view or measures
            need; a measure is no number.
    """
    path = Path(where)
    if path.suffix == CELLS_SUFFIX and path.is_file():
        return _kept(path, labels, picture, aliases)
    if not path.is_dir():
        raise NoImages(f"There are no crops at {where}.", "Name a folder with a folder per label, or a file of cells.")
    return _pictures(path, labels, picture, aliases)


def drawn(crops: Crops, most: int, seed: int = 0) -> Places:
    """Places of at most so many, as many of each label as can be, in order."""
    random = np.random.default_rng(seed)
    turns = np.empty(len(crops))
    for label in np.unique(crops.labels):
        of_label = np.flatnonzero(crops.labels == label)
        turns[random.permutation(of_label)] = np.arange(len(of_label))
    return np.sort(np.argsort(turns, kind="stable")[:most])


def require_labels(crops: Crops, labels: Sequence[str]) -> None:
    """Every crop has its label, and every label a crop.

    Raises:
        BadCrops: one has none.
    """
    missing = int(np.count_nonzero(crops.labels == UNKNOWN))
    if missing:
        what = f"{missing} of the held-out crops in {crops.where} have no label."
        raise BadCrops(what, f"Put them into folders named after the labels: {', '.join(labels)}.")
    empty = [label for at, label in enumerate(labels) if not (crops.labels == at).any()]
    if empty:
        remedy = "Hold out some of it: nothing would be known of its recall. Or leave the label out."
        raise BadCrops(f"No held-out crop is labelled {empty[0]!r}.", remedy)


def _kept(path: Path, labels: Sequence[str], picture: PictureSpec, aliases: Mapping[str, str]) -> Crops:
    try:
        cells = read_cells(path)
    except (OSError, ValueError, KeyError) as error:
        remedy = "Give one that `marrowkit-export train` keeps of its cells."
        raise BadCrops(f"{path} is no file of cells: {error}.", remedy) from error
    places = _places(cells.labels.tolist(), labels, aliases, str(path))
    known = np.flatnonzero(places != UNKNOWN)
    return Crops(
        where=str(path),
        labels=places,
        groups=cells.films,
        digests=digests_of(cells.planes),
        crop=lambda at: _of_planes(cells, at, picture),
        measures=numbers(cells, picture.measures, str(path)) if picture.measures else None,
    ).rows(known)


def _of_planes(cells: CellTable, at: int, picture: PictureSpec) -> Crop:
    """The kept square, cut or widened to what the network sees of a cell."""
    whole = crop_of(cells.planes[at])
    side = max(1, round(picture.size_px * picture.um_per_px / UM_PER_PX))
    return Crop(
        _squared(whole.transmittance, side, 1.0), _squared(whole.cell, side, 0.0), _squared(whole.nucleus, side, 0.0)
    )


def _squared(plane: Floats, side: int, beyond: float) -> Floats:
    less = (len(plane) - side) // 2
    if less >= 0:
        return np.ascontiguousarray(plane[less : less + side, less : less + side])
    wide = [(-less, side - len(plane) + less)] * 2 + [(0, 0)] * (plane.ndim - 2)
    return np.pad(plane, wide, constant_values=beyond)


def _pictures(folder: Path, labels: Sequence[str], picture: PictureSpec, aliases: Mapping[str, str]) -> Crops:
    if picture.view in OUTLINED:
        what = f"The view {picture.view!r} needs outlines, which pictures do not have."
        raise BadCrops(what, "Give a file of cells that the kit has cut, or take the view rgb.")
    if picture.measures:
        what = f"The network is told {', '.join(picture.measures)}, which pictures do not say."
        raise BadCrops(what, "Give a file of cells that the kit has cut and measured.")
    files = sorted(each for each in folder.rglob("*") if each.suffix.lower() in PICTURES)
    if not files:
        raise NoImages(f"{folder} holds no pictures.", f"The kit reads {', '.join(sorted(PICTURES))}.")
    named = [each.relative_to(folder).parts for each in files]
    words = [parts[0] if len(parts) > 1 else "" for parts in named]
    places = _places(words, labels, aliases, str(folder))
    kept = [at for at, word in enumerate(words) if places[at] != UNKNOWN or not word]
    chosen = [files[at] for at in kept]
    return Crops(
        where=str(folder),
        labels=places[kept],
        groups=np.array(["/".join(named[at][1:-1]) or str(files[at]) for at in kept]),
        digests=tuple(hashlib.sha256(_pixels(file).tobytes()).hexdigest() for file in chosen),
        crop=lambda at: _of_picture(chosen[at], picture),
    )


def _pixels(file: Path) -> Pixels:
    try:
        return read_image(file)
    except BadPicture as fault:
        raise BadCrops(fault.what, f"Take it out of the folder. {fault.remedy}") from fault


def _of_picture(file: Path, picture: PictureSpec) -> Crop:
    """The picture as it is: whole, and all of it cell, for whoever cut it knew where the cell ends."""
    light = np.minimum(_pixels(file).astype(np.float32) / np.float32(picture.white), np.float32(BRIGHTEST))
    everywhere = np.ones(light.shape[:2], np.float32)
    return Crop(light, everywhere, everywhere)


def _places(words: Sequence[str], labels: Sequence[str], aliases: Mapping[str, str], where: str) -> Places:
    known = {label: at for at, label in enumerate(labels)}
    meant = [aliases.get(word, word) for word in words]
    strange = sorted({word for word in meant if word and word not in known})
    if strange:
        what = f"{where} has cells labelled {strange[0]!r}, which is not one of {', '.join(labels)}."
        remedy = f'Name it (--with labels=…), or say in build.toml what it means: [crops.aliases] "{strange[0]}" = "".'
        raise BadCrops(what, remedy)
    return np.array([known.get(word, UNKNOWN) for word in meant], np.intp)


def _shown(crop: Crop, inputs: Preprocessing) -> Floats:
    planes = VIEWS[inputs.view](_resized(crop, inputs.size_px))
    mean, std = (np.asarray(values, np.float32)[:, None, None] for values in (inputs.mean, inputs.std))
    return np.asarray((planes - mean) / std, np.float32)


def _resized(crop: Crop, size_px: int) -> Crop:
    def at_size(plane: Floats) -> Floats:
        how = cv2.INTER_AREA if size_px < min(plane.shape[:2]) else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(plane, (size_px, size_px), interpolation=how), np.float32)

    return Crop(at_size(crop.transmittance), at_size(crop.cell), at_size(crop.nucleus))
