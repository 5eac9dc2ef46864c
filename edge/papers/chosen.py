"""Which cells a paper shows: the most typical of each class, and those that the kit is least sure of."""

from __future__ import annotations

from collections.abc import Iterable

from edge.papers.case_file import CaseFile, CellFacts


def typical(file: CaseFile, label: str, most: int) -> tuple[CellFacts, ...]:
    """Counted cells of a class, those first that nobody had to correct, and the likeliest of them."""
    return _first(sorted(_shown(file, label), key=_untypical), most)


def doubtful(file: CaseFile, most: int) -> tuple[CellFacts, ...]:
    """Counted cells whose class the kit is least sure of, most doubtful first."""
    open_first = sorted(_shown(file), key=lambda cell: (not cell.doubtful, -cell.doubt, cell.field, cell.id))
    return _first((cell for cell in open_first if cell.doubtful or cell.corrected), most)


def classes_present(file: CaseFile) -> tuple[str, ...]:
    """Classes that have cells, blasts first, then the most frequent."""
    ordered = sorted(file.by_class, key=lambda each: (not each.blast, -each.cells))
    return tuple(each.label for each in ordered if each.cells)


def _untypical(cell: CellFacts) -> tuple[bool, float, int, int]:
    return cell.corrected, -cell.probability.get(cell.label, 0.0), cell.field, cell.id


def _shown(file: CaseFile, label: str | None = None) -> list[CellFacts]:
    return [cell for cell in file.cells if cell.counted and cell.crop and label in (None, cell.label)]


def _first(cells: Iterable[CellFacts], most: int) -> tuple[CellFacts, ...]:
    return tuple(cell for _, cell in zip(range(most), cells, strict=False))
