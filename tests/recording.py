"""A sheet of paper that remembers what was placed on it and where."""

from __future__ import annotations

from dataclasses import dataclass, field

from edge.papers.reader import Reader
from edge.papers.sheet import Area, Colour, Imprint, Letter, Sheet


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
