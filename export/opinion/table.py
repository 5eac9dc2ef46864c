"""Cells as columns: what the network is shown of each, what is measured, what is known; and a file of them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.durable import write_durably
from edge.types import Features

CELLS_SUFFIX = ".npz"
FEATURES = tuple(field.name for field in fields(Features))

Texts = NDArray[np.str_]
Planes8 = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class CellTable:
    """n cells, one row of every column each.

    planes     see `export.opinion.planes`, uint8 (n, 5, size, size)
    features   (n, 16) in the order of `edge.types.Features`
    labels     in the sets' own words
    sources, images, groups   set, file and what must stay together in a split
    positions  of the image in its set
    countable  intact and whole, as the kit counts
    cut_out    cut out of its field by whoever made the set: hardly any cytoplasm is left on it
    """

    planes: Planes8
    features: NDArray[np.float32]
    labels: Texts
    sources: Texts
    images: Texts
    groups: Texts
    positions: NDArray[np.int32]
    countable: NDArray[np.bool_]
    cut_out: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def blast(self) -> NDArray[np.bool_]:
        """Which cells are blasts, (n,)."""
        return np.asarray(self.labels == "blast", np.bool_)

    @property
    def films(self) -> Texts:
        """What must stay together, by set and group: patient, slide or image, (n,)."""
        return np.char.add(np.char.add(self.sources, "/"), self.groups)

    @property
    def mark(self) -> str:
        """Of which cells these are: sixteen digits of sets, groups and labels in their order."""
        names = "\n".join(np.char.add(np.char.add(self.films, "/"), self.labels).tolist())
        return hashlib.sha256(names.encode()).hexdigest()[:16]

    def rows(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> CellTable:
        """The cells that a mask or a list of indices chooses."""
        return CellTable(*(getattr(self, column.name)[chosen] for column in fields(self)))

    def measure(self, name: str) -> NDArray[np.float64]:
        """One measure of all cells, (n,)."""
        return self.features[:, FEATURES.index(name)].astype(np.float64)

    def measures(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Some measures of all cells, (n, names)."""
        return np.stack([self.measure(name) for name in names], axis=1)

    def with_measure(self, name: str, values: NDArray[Any]) -> CellTable:
        """The same cells with other values of one measure."""
        changed = self.features.copy()
        changed[:, FEATURES.index(name)] = values
        return replace(self, features=changed)

    def feature_rows(self) -> list[Features]:
        """The measures as the kit has them."""
        return [Features(*map(float, row)) for row in self.features]


def joined(tables: Sequence[CellTable]) -> CellTable:
    """At least one table, one under the other."""
    columns = ([getattr(table, column.name) for table in tables] for column in fields(CellTable))
    return CellTable(*(np.concatenate(parts) for parts in columns))


def write_cells(cells: CellTable, file: Path) -> None:
    """All columns in one compressed .npz file, durably."""
    content = io.BytesIO()
    columns = {column.name: getattr(cells, column.name) for column in fields(CellTable)}
    np.savez_compressed(content, allow_pickle=False, **columns)
    write_durably(file, content.getvalue())


def read_cells(file: Path) -> CellTable:
    """The table that `write_cells` wrote."""
    with np.load(file, allow_pickle=False) as arrays:
        return CellTable(*(arrays[column.name] for column in fields(CellTable)))
