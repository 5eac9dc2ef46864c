"""A sheet of paper that remembers what was placed on it and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

from edge.papers import referral
from edge.papers.case_file import CaseFile
from edge.papers.reader import Reader
from edge.papers.report import lay_out
from edge.papers.sheet import BOTTOM_MM, HEIGHT_MM, Area, Colour, Imprint, Letter, Sheet
from edge.papers.shrink import STEPS, Fit

FOOT_MM, HAIR_MM, LEADING_MM = 15.0, 0.01, 1.2


@dataclass(slots=True)
class Placed:
    """What stands on a page. Texts are with the y where they ended."""

    page: int
    texts: list[tuple[Area, str, float]] = field(default_factory=list)
    boxes: list[Area] = field(default_factory=list)
    discs: list[tuple[float, float]] = field(default_factory=list)
    pictures: list[Area] = field(default_factory=list)


class RecordingSheet(Sheet):
    """Lays out as the real one, and keeps a list for each page."""

    def __init__(self, reader: Reader) -> None:
        self.placed: list[Placed] = []
        super().__init__(reader, Imprint("title", "foot", "{page}/{pages}", ""))

    def __enter__(self) -> RecordingSheet:
        return self

    @property
    def here(self) -> Placed:
        """The page being laid out."""
        return self.placed[-1]

    def new_page(self) -> float:
        """See `Sheet`."""
        self.placed.append(Placed(len(self.placed) + 1))
        return super().new_page()

    def text(self, area: Area, text: str, letter: Letter) -> float:
        """See `Sheet`."""
        below = super().text(area, text, letter)
        self.here.texts.append((area, text, below))
        return below

    def box(self, area: Area, fill: Colour | None = None, line: Colour | None = None, radius_mm: float = 0.0) -> None:
        """See `Sheet`."""
        super().box(area, fill, line, radius_mm)
        self.here.boxes.append(area)

    def disc(self, centre: tuple[float, float], radius_mm: float, fill: Colour) -> None:
        """See `Sheet`."""
        super().disc(centre, radius_mm, fill)
        self.here.discs.append(centre)

    def picture(self, area: Area, jpeg: bytes, told: str) -> None:
        """See `Sheet`."""
        super().picture(area, jpeg, told)
        self.here.pictures.append(area)


def laid_out(file: CaseFile, reader: Reader) -> RecordingSheet:
    """A report as it is laid out."""
    with RecordingSheet(reader) as sheet:
        lay_out(sheet, file)
    return sheet


def said(sheet: RecordingSheet) -> list[str]:
    """Every text on every page."""
    return [text for page in sheet.placed for _, text, _ in page.texts]


def fallen(sheet: RecordingSheet) -> list[str]:
    """Texts that end below their page's last line."""
    body = [(text, end) for page in sheet.placed for area, text, end in page.texts if area.y < BOTTOM_MM]
    return [text for text, end in body if text.strip() and end > HEIGHT_MM - FOOT_MM]


def overlapping(sheet: RecordingSheet) -> list[tuple[str, str]]:
    """Pairs of texts of which one is written over the other; a hair's breadth is allowed."""
    return [(one[1], other[1]) for page in sheet.placed for one, other in combinations(page.texts, 2)
            if one[1].strip() and other[1].strip() and _meet(one, other)]  # fmt: skip


def _meet(one: tuple[Area, str, float], other: tuple[Area, str, float]) -> bool:
    (here, _, end), (there, _, other_end) = one, other
    beside = here.x + here.w <= there.x + HAIR_MM or there.x + there.w <= here.x + HAIR_MM
    return not beside and end > there.y + LEADING_MM and other_end > here.y + LEADING_MM


def referral_laid_out(file: CaseFile, reader: Reader, fit: Fit = STEPS[0]) -> RecordingSheet:
    """A referral as it is laid out."""
    with RecordingSheet(reader) as sheet:
        referral.lay_out(sheet, file, fit, referral.pictures_of(file, fit))
    return sheet
