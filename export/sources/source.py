"""What all sets of images have in common, and which there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from export.errors import NoImages
from export.sources.example import Example
from export.sources.terms import Terms

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "cnmc": "export.sources.cnmc:Cnmc",
        "pbc": "export.sources.pbc:Pbc",
        "bccd": "export.sources.bccd:Bccd",
        "smear_boxes": "export.sources.smear_boxes:SmearBoxes",
        "wbc_masks": "export.sources.wbc_masks:WbcMasks",
        "blast_fields": "export.sources.blast_fields:BlastFields",
        "taleqani": "export.sources.taleqani:Taleqani",
        "marrow_plasma": "export.sources.marrow_plasma:MarrowPlasma",
    }
)
"""Name of the set, which is its folder's, to `module:Class`."""


class Source(Protocol):
    """A set of images in a folder of its own."""

    @property
    def terms(self) -> Terms:
        """Its terms, for the model card."""

    @property
    def um_per_px(self) -> float:
        """Micrometres per pixel of its images."""

    @property
    def relative_sd(self) -> float:
        """Relative standard uncertainty of `um_per_px`."""

    def images(self) -> Iterator[Example]:
        """Its images, always in the same order.

        Raises:
            NoImages: the set is not there, or a file that its table names is not.
            BadPicture: a file is no whole picture.
        """


def open_source(name: str, data: Path) -> Source:
    """The set of that name in the folder `data`.

    Raises:
        NoImages: there is no set of that name, or `data` does not hold it.
    """
    if name not in SOURCES:
        raise NoImages(f"There is no set of images called {name}.", f"The sets are {', '.join(SOURCES)}.")
    folder = data / name
    if not folder.is_dir():
        raise NoImages(f"{folder} is not there.", "Put the set of images there, or name the folder that holds it.")
    module, _, attribute = SOURCES[name].partition(":")
    opened: Callable[[Path], Source] = getattr(import_module(module), attribute)
    return opened(folder)
