"""The labels that somebody gave: a CSV with a row for each cell, or for each picture of one cell."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.errors import BadSetting
from export.validating.answers import BENIGN

IMAGE, LABEL, X, Y = "image", "label", "x_px", "y_px"


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell: its picture, the place of its label or BENIGN, its group, and where it is; without a place it is the
    cell nearest to the picture's middle."""

    image: str
    truth: int
    group: str
    at_px: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Words:
    """What the words of the file mean.

    labels   the bundle's
    aliases  other words to labels
    benign   words for cells that are no blasts, of whom no more is known
    """

    labels: tuple[str, ...]
    aliases: Mapping[str, str]
    benign: frozenset[str]

    def place(self, word: str, where: str) -> int:
        """The place of the label that is meant. Raises BadSetting."""
        meant = self.aliases.get(word, word)
        if meant in self.benign:
            return BENIGN
        if meant not in self.labels:
            raise BadSetting(
                f"{where} has the label {word!r}; the bundle knows {', '.join(self.labels)}.",
                f"Say what it means: --alias {word}=LABEL, or --benign {word} for cells that are no blasts.",
            )
        return self.labels.index(meant)


def read_marks(file: Path, words: Words, group: str | None) -> tuple[Mark, ...]:
    """The rows of the file, in its order.

    group  column that names the patient or slide; without it each picture is a group

    Raises:
        BadSetting: it cannot be read, lacks a column, is empty, or has a label or a number that means nothing.
    """
    rows = _rows(file, [IMAGE, LABEL, *([group] if group else [])])
    marks = tuple(_mark(row, words, group, f"{file.name}, line {line}") for line, row in rows)
    if not marks:
        raise BadSetting(f"{file} names no cells.", "Give it a row for each cell.")
    return marks


def _rows(file: Path, due: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text)
            missing = [each for each in due if each not in (reader.fieldnames or ())]
            if missing:
                raise BadSetting(
                    f"{file} has no column {missing[0]!r}, but {', '.join(reader.fieldnames or ['none'])}.",
                    f"The first line names the columns: {IMAGE}, {LABEL}, and {X}, {Y} where a picture shows several.",
                )
            yield from ((reader.line_num, row) for row in reader)
    except OSError as error:
        raise BadSetting(f"{file} cannot be read ({error.strerror}).", "Check the path.") from error
    except UnicodeDecodeError as error:
        raise BadSetting(f"{file} is no text in UTF-8.", "Save it as CSV, UTF-8.") from error


def _mark(row: Mapping[str, str | None], words: Words, group: str | None, where: str) -> Mark:
    image = (row[IMAGE] or "").strip()
    if not image:
        raise BadSetting(f"{where} names no image.", "Give each row the file's name.")
    truth = words.place((row[LABEL] or "").strip(), where)
    return Mark(image, truth, ((row[group] or "").strip() if group else "") or image, _place(row, where))


def _place(row: Mapping[str, str | None], where: str) -> tuple[float, float] | None:
    x, y = ((row.get(name) or "").strip() for name in (X, Y))
    if not x and not y:
        return None
    try:
        return float(x), float(y)
    except ValueError as error:
        raise BadSetting(f"{where} has no place: {x!r}, {y!r}.", "Give pixels from the upper left corner.") from error
