"""The cells of a set of images, through the kit's own way from a picture to outlines and measures, kept in a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from tqdm import tqdm

from edge.decide.countable import exclusions
from edge.features import measure_cells
from edge.optics.labels import label_windows
from edge.segment.likelihood import Finder
from edge.types import Features
from export.errors import NoImages
from export.opinion.outline import Outline, Outlined, cut_out, field, ruled_field
from export.opinion.pick import Pick, boxed, every, marked, middle
from export.opinion.planes import planes_of
from export.opinion.table import FEATURES, CellTable, joined, read_cells, write_cells
from export.sources import Example, open_source

CODE_VERSION = 5
"""Part of a kept file's name: raise it when the same finder would give other cells, measures or planes."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the images of a set are outlined, and which of their cells are taken."""

    outline: Outline
    pick: Pick


WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "cnmc": Way(cut_out, every),
        "pbc": Way(field, boxed),
        "bccd": Way(field, every),
        "smear_boxes": Way(field, every),
        "wbc_masks": Way(field, middle),
        "blast_fields": Way(field, marked),
        "taleqani": Way(ruled_field, every),
    }
)
"""Name of a set to the way its cells are taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Extraction:
    """Where images are, what finds their cells, and where what was found is kept.

    found_by  a digest of the finder: cells found by another are found again
    """

    data: Path
    kept: Path
    finder: Finder
    found_by: str

    def cells(self, source: str) -> CellTable:
        """The cells of a set, found now or before.

        Raises:
            NoImages: the set is not there, or no cell was found in all of it.
        """
        file = self.kept / f"{source}-{self.found_by[:16]}-{CODE_VERSION}.npz"
        if not file.exists():
            self.kept.mkdir(parents=True, exist_ok=True)
            write_cells(find_all(source, self.data, self.finder), file)
        return read_cells(file)


def find_all(source: str, data: Path, finder: Finder) -> CellTable:
    """The cells of every image of a set.

    Raises:
        NoImages: the set is not there, or no cell was found in all of it.
    """
    images = tqdm(open_source(source, data).images(), desc=f"find {source}", unit="image", disable=None)
    found = [each for at, example in enumerate(images) for each in _of_image(source, at, example, finder)]
    if not found:
        raise NoImages(f"No cell was found in {source}.", "Look at its images, and at what finds cells in them.")
    return joined(found)


def _of_image(source: str, position: int, example: Example, finder: Finder) -> Iterator[CellTable]:
    """At most one table."""
    way = WAYS[source]
    seen = way.outline(example, finder)
    if seen is None or not seen.outlines.cells.any():
        return
    picked = way.pick(example, seen)
    if picked:
        yield _table(source, position, example, seen, picked)


def _table(source: str, position: int, example: Example, seen: Outlined, picked: Mapping[int, str]) -> CellTable:
    windows = list(label_windows(seen.outlines.cells))
    measured = dict(zip((k for k, _ in windows), measure_cells(seen.normal, seen.outlines), strict=True))
    chosen = [(k, window) for k, window in windows if k in picked]
    count, rows = len(chosen), [measured[k] for k, _ in chosen]
    return CellTable(
        planes=planes_of(seen.normal, seen.outlines, chosen),
        features=np.array([[getattr(row, name) for name in FEATURES] for row in rows], np.float32),
        labels=np.array([picked[k] for k, _ in chosen]),
        sources=np.full(count, source),
        images=np.full(count, example.name),
        groups=np.full(count, example.group),
        positions=np.full(count, position, np.int32),
        countable=np.array([_countable(k, row, seen) for (k, _), row in zip(chosen, rows, strict=True)]),
        cut_out=np.full(count, seen.normal.cut_out),
    )


def _countable(k: int, measured: Features, seen: Outlined) -> bool:
    return k not in seen.outlines.excluded and not exclusions(measured)
