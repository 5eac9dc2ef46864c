"""Pages of paper (A4) on which text, lines and pictures are placed in millimetres from the side where reading starts.

For a language written from right to left everything is mirrored, so what composes a paper never asks which way it goes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any, Literal, TypeVar

from fpdf.enums import MethodReturnValue, RenderStyle

from edge.papers.lettering import add_fonts, close_fonts, family_of, printable
from edge.papers.ordering import OrderedPdf
from edge.papers.reader import Direction, Reader

Colour = tuple[int, int, int]
Align = Literal["start", "centre", "end"]
Point = tuple[float, float]
Laid = TypeVar("Laid")

WIDTH_MM, HEIGHT_MM, MARGIN_MM = 210.0, 297.0, 16.0
INSIDE_MM = WIDTH_MM - 2 * MARGIN_MM
TOP_MM, BOTTOM_MM = 16.0, HEIGHT_MM - 20.0
MM_PER_PT = 25.4 / 72
INK, MUTED, FAINT, PAPER = (24, 28, 36), (92, 99, 112), (222, 225, 231), (255, 255, 255)
LIKELY_PAGES = 3
LONG_AGO = datetime(2000, 1, 1, tzinfo=timezone.utc)
"""The date of a document whose case has no readable time: never the clock's, so that equal cases give equal bytes."""


@dataclass(frozen=True, slots=True)
class Letter:
    """How text looks: size in points, leading as a multiple of it.

    direction  None: that of the reader's language
    """

    size_pt: float = 9.0
    bold: bool = False
    colour: Colour = INK
    align: Align = "start"
    direction: Direction | None = None
    leading: float = 1.42

    @property
    def line_mm(self) -> float:
        """Height of a line."""
        return self.size_pt * MM_PER_PT * self.leading


@dataclass(frozen=True, slots=True)
class Area:
    """A box on the page, in mm: distance from the starting side, from the top, width, height."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class Imprint:
    """What stands on every page and in the document's properties.

    title   of the document
    foot    at the start of each foot line
    page    a message with {page} and {pages}
    pages   how many there will probably be; 0 where nobody knows
    when    ISO 8601
    """

    title: str
    foot: str
    page: str
    when: str
    pages: int = 0

    def of(self, pages: int) -> Imprint:
        """The same with so many pages."""
        return replace(self, pages=pages)


class Sheet:
    """A document that is being laid out for one reader; a context manager, for it holds the fonts' files open."""

    def __init__(self, reader: Reader, imprint: Imprint) -> None:
        self.reader = reader
        self._imprint = imprint
        self._pdf = OrderedPdf(format="A4", unit="mm")
        self._pdf.set_auto_page_break(auto=False)
        self._pdf.set_margin(0)
        self._pdf.c_margin = 0
        add_fonts(self._pdf)
        self._describe()
        self.new_page()

    def __enter__(self) -> Sheet:
        return self

    def __exit__(self, *_: object) -> None:
        close_fonts(self._pdf)

    @property
    def pages(self) -> int:
        """How many there are so far."""
        return self._pdf.pages_count

    def new_page(self) -> float:
        """Begin a page with its foot; returns where to begin on it."""
        self._pdf.add_page()
        self._foot()
        return TOP_MM

    def room(self, y: float, needed_mm: float) -> float:
        """Where to go on if so much must stay together: here, or on a new page."""
        return y if y + needed_mm <= BOTTOM_MM else self.new_page()

    def text(self, area: Area, text: str, letter: Letter) -> float:
        """Write, breaking lines; the area's height is not a limit. Returns the y below the last line."""
        self._set(letter)
        self._pdf.set_xy(self._left(area.x, area.w), area.y)
        height = self._lines(area.w, text, letter, dry=False)
        return area.y + height

    def height(self, width_mm: float, text: str, letter: Letter) -> float:
        """How high the text would be, mm."""
        self._set(letter)
        return self._lines(width_mm, text, letter, dry=True)

    def box(self, area: Area, fill: Colour | None = None, line: Colour | None = None, radius_mm: float = 0.0) -> None:
        """A rectangle, filled, outlined or both."""
        self._paint(fill, line)
        style = {(True, False): "F", (False, True): "D", (True, True): "DF"}[fill is not None, line is not None]
        left = self._left(area.x, area.w)
        rounded = {"round_corners": True, "corner_radius": radius_mm} if radius_mm else {}
        self._pdf.rect(left, area.y, area.w, area.h, style, **rounded)  # type: ignore[arg-type] # a dict of keywords

    def line(self, begin: Point, end: Point, colour: Colour, width_mm: float = 0.2) -> None:
        """A straight line."""
        self._pdf.set_line_width(width_mm)
        self._pdf.set_draw_color(*colour)
        self._pdf.line(self._left(begin[0], 0), begin[1], self._left(end[0], 0), end[1])
        self._pdf.set_line_width(0.2)

    def shape(self, points: Sequence[Point], fill: Colour) -> None:
        """A filled polygon."""
        self._paint(fill, None)
        self._pdf.polygon([(self._left(x, 0), y) for x, y in points], style=RenderStyle.F)

    def disc(self, centre: Point, radius_mm: float, fill: Colour) -> None:
        """A filled circle."""
        self._paint(fill, None)
        self._pdf.circle(self._left(centre[0], 0), centre[1], radius_mm, style="F")

    def picture(self, area: Area, jpeg: bytes, told: str) -> None:
        """A JPEG, embedded as it is, with what it shows for those who cannot see it."""
        self._pdf.image(io.BytesIO(jpeg), self._left(area.x, area.w), area.y, area.w, area.h, alt_text=told)

    def content(self) -> bytes:
        """The finished document."""
        return bytes(self._pdf.output())

    def corner_pt(self, area: Area) -> tuple[float, float, float, float]:
        """An area as PDF has it: left, bottom, right, top in points from the lower left corner of the page."""
        left = self._left(area.x, area.w)
        mm = (left, HEIGHT_MM - area.y - area.h, left + area.w, HEIGHT_MM - area.y)
        x1, y1, x2, y2 = (each / MM_PER_PT for each in mm)
        return x1, y1, x2, y2

    def _left(self, x: float, width: float) -> float:
        return WIDTH_MM - x - width if self.reader.direction == "rtl" else x

    def _set(self, letter: Letter) -> None:
        self._pdf.set_font(family_of(self.reader), "B" if letter.bold else "", letter.size_pt)
        self._pdf.set_text_color(*letter.colour)
        self._pdf.set_text_shaping(use_shaping_engine=True, direction=letter.direction or self.reader.direction)

    def _lines(self, width_mm: float, text: str, letter: Letter, *, dry: bool) -> float:
        aligned, shown = self._align(letter.align), printable(text) or " "
        height: Any = self._pdf.multi_cell(
            width_mm, letter.line_mm, shown, align=aligned, dry_run=dry, output=MethodReturnValue.HEIGHT
        )
        return float(height)

    def _align(self, align: Align) -> str:
        start, end = ("R", "L") if self.reader.direction == "rtl" else ("L", "R")
        return {"start": start, "centre": "C", "end": end}[align]

    def _paint(self, fill: Colour | None, line: Colour | None) -> None:
        if fill is not None:
            self._pdf.set_fill_color(*fill)
        if line is not None:
            self._pdf.set_draw_color(*line)

    def _foot(self) -> None:
        y = HEIGHT_MM - 14
        self.line((MARGIN_MM, y - 2), (WIDTH_MM - MARGIN_MM, y - 2), FAINT)
        small = Letter(7.5, colour=MUTED)
        self.text(Area(MARGIN_MM, y, INSIDE_MM - 30, 4), self._imprint.foot, small)
        number = self.reader.say(self._imprint.page, page=self.pages, pages=self._imprint.pages or self.pages)
        self.text(Area(WIDTH_MM - MARGIN_MM - 30, y, 30, 4), number, replace(small, align="end"))

    def _describe(self) -> None:
        self._pdf.set_title(printable(self._imprint.title))
        self._pdf.set_lang(self.reader.code)
        self._pdf.set_creator("Marrowkit")
        self._pdf.set_creation_date(_moment(self._imprint.when))


def printed(reader: Reader, imprint: Imprint, lay_out: Callable[[Sheet], Laid]) -> tuple[bytes, Laid]:
    """A document, and what laying it out returned.

    Each page says how many there are: where the guess was wrong, all of it is laid out once more.
    """
    pages = imprint.pages or LIKELY_PAGES
    while True:
        with Sheet(reader, imprint.of(pages)) as sheet:
            laid = lay_out(sheet)
            if sheet.pages == pages:
                return sheet.content(), laid
            pages = sheet.pages


def _moment(when: str) -> datetime:
    try:
        moment = datetime.fromisoformat(when)
    except ValueError:
        return LONG_AGO
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
