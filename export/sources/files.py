"""Tables and files of a set, with an error that says which one is missing."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from export.errors import NoImages

INCOMPLETE = "Copy the set again, whole."


def rows(table: Path) -> Iterator[Mapping[str, str]]:
    """The rows of a CSV file with a header.

    Raises:
        NoImages: there is no such table.
    """
    if not table.is_file():
        raise NoImages(f"{table} is missing.", INCOMPLETE)
    with table.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)


def pictures(folder: Path, pattern: str) -> list[Path]:
    """The files that fit, by name.

    Raises:
        NoImages: there is none.
    """
    found = sorted(folder.glob(pattern))
    if not found:
        raise NoImages(f"{folder} holds no {pattern}.", INCOMPLETE)
    return found


def required(path: Path) -> Path:
    """The same path.

    Raises:
        NoImages: there is no such file.
    """
    if not path.is_file():
        raise NoImages(f"{path} is missing.", INCOMPLETE)
    return path
