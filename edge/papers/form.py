"""Form fields in a PDF (AcroForm, ISO 32000-1 §12.7): made on our own referral, read back from a filled one.

fpdf2 makes no fields, so pypdf, which reads them, adds them as well. Boxes and words are printed on the page in any
case: a viewer that knows no forms shows a form for the pen.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from edge.papers.faults import ReplyUnreadable

Corners = tuple[float, float, float, float]
"""Left, bottom, right, top in points."""
PRINTED = 4
"""Annotation flag: shown on paper too."""
READ_ONLY, MULTILINE, NO_TOGGLE_TO_OFF, RADIO = 1, 1 << 12, 1 << 14, 1 << 15
"""Field flags (tables 221, 226 and 228)."""
PDF_VERSION = "%PDF-1.7"
APPEARANCE = "/Helv 10 Tf 0 g"
MOST_BYTES = 20_000_000
MOST_FIELD = 4000
DOT = 0.5523
"""How far a Bézier curve's handles reach on a circle of radius 1."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field.

    kind    a line, several lines, one choice of a group, or a line that cannot be changed
    choice  of a group: what is answered if this one is ticked
    value   what stands in it from the start
    told    what it is for, for those who cannot see it
    """

    page: int
    corners: Corners
    name: str
    kind: Literal["line", "lines", "choice", "fixed"]
    told: str
    choice: str = ""
    value: str = ""


def with_fields(pdf: bytes, fields: Sequence[FormField]) -> bytes:
    """The document with these fields. Equal arguments give equal bytes."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    written = [_add_text(writer, each) for each in fields if each.kind != "choice"]
    groups = {each.name: [other for other in fields if other.name == each.name] for each in fields if each.choice}
    written += [_add_group(writer, name, group) for name, group in groups.items()]
    form = {"/Fields": ArrayObject(written), "/NeedAppearances": BooleanObject(True), "/DA": _text(APPEARANCE)}
    form["/DR"] = _dictionary({"/Font": _dictionary({"/Helv": _add(writer, _helvetica())})})
    writer.root_object[NameObject("/AcroForm")] = _add(writer, _dictionary(form))
    writer.pdf_header = PDF_VERSION
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def read_fields(pdf: bytes) -> Mapping[str, str]:
    """What stands in a filled form, by field name; empty fields are left out.

    Raises:
        ReplyUnreadable: it is no PDF that can be read, or has no form.
    """
    if len(pdf) > MOST_BYTES:
        raise ReplyUnreadable("This file is much larger than a referral.", "Choose the form that the expert filled in.")
    try:
        found = PdfReader(io.BytesIO(pdf)).get_fields() or {}
        filled = dict(_values(found))
    # Files come from anywhere; pypdf lets these through besides its own errors where a file is damaged.
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RecursionError) as error:
        raise ReplyUnreadable(
            "This file is no PDF that can be read.", "Ask for it again, or type the answer."
        ) from error
    if not found:
        raise ReplyUnreadable(
            "This PDF has no form in it: it was printed, scanned or made anew.", "Read it, and type the answer."
        )
    return filled


def _values(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, each in found.items():
        value = str(each.get("/V", "")).removeprefix("/").strip()
        if value and value != "Off":
            yield name, value[:MOST_FIELD]


def _add_text(writer: PdfWriter, field: FormField) -> Any:
    flags = {"line": 0, "lines": MULTILINE, "fixed": READ_ONLY}[field.kind]
    widget = {**_widget(field), "/FT": NameObject("/Tx"), "/T": _text(field.name), "/TU": _text(field.told)}
    filled = {"/Ff": NumberObject(flags), "/V": _text(field.value), "/DA": _text(APPEARANCE)}
    return writer.add_annotation(field.page, {**widget, **filled}).indirect_reference


def _add_group(writer: PdfWriter, name: str, choices: Sequence[FormField]) -> Any:
    """Radio buttons: one field without a place, and a widget for each choice."""
    group = _dictionary(
        {
            "/FT": NameObject("/Btn"),
            "/T": _text(name),
            "/Ff": NumberObject(RADIO | NO_TOGGLE_TO_OFF),
            "/V": NameObject("/Off"),
        }
    )
    parent = _add(writer, group)
    group[NameObject("/Kids")] = ArrayObject([_add_choice(writer, parent, each) for each in choices])
    return parent


def _add_choice(writer: PdfWriter, parent: Any, field: FormField) -> Any:
    left, bottom, right, top = field.corners
    states = {"/Off": _add(writer, _drawn(b"", right - left, top - bottom))}
    states[f"/{field.choice}"] = _add(writer, _drawn(_dot(right - left), right - left, top - bottom))
    shown = {"/AS": NameObject("/Off"), "/AP": _dictionary({"/N": _dictionary(states)}), "/TU": _text(field.told)}
    return writer.add_annotation(field.page, {**_widget(field), **shown, "/Parent": parent}).indirect_reference


def _widget(field: FormField) -> dict[str, Any]:
    return {
        "/Type": NameObject("/Annot"),
        "/Subtype": NameObject("/Widget"),
        "/Rect": ArrayObject([FloatObject(round(each, 2)) for each in field.corners]),
        "/F": NumberObject(PRINTED),
    }


def _drawn(operators: bytes, width_pt: float, height_pt: float) -> StreamObject:
    drawn = StreamObject()
    drawn.set_data(operators)
    box = ArrayObject([FloatObject(round(each, 2)) for each in (0, 0, width_pt, height_pt)])
    drawn.update(_dictionary({"/Type": NameObject("/XObject"), "/Subtype": NameObject("/Form"), "/BBox": box}))
    return drawn


def _dot(side_pt: float) -> bytes:
    """A filled circle in the middle of a square."""
    centre, radius = side_pt / 2, side_pt / 4
    quarter = [(1, 0, 1, DOT, DOT, 1, 0, 1), (0, 1, -DOT, 1, -1, DOT, -1, 0)]
    quarters = quarter + [tuple(-each for each in points) for points in quarter]
    moved = [[f"{centre + radius * each:.3f}" for each in points] for points in quarters]
    curves = [f"{' '.join(points[2:])} c" for points in moved]
    return "\n".join(["0 g", f"{' '.join(moved[0][:2])} m", *curves, "f"]).encode()


def _helvetica() -> DictionaryObject:
    names = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica", "/Encoding": "/WinAnsiEncoding"}
    return _dictionary({key: NameObject(value) for key, value in names.items()})


def _add(writer: PdfWriter, item: Any) -> Any:
    """The reference to an object of its own; pypdf documents this way but gives it no public name."""
    return writer._add_object(item)


def _dictionary(items: Mapping[str, Any]) -> DictionaryObject:
    return DictionaryObject({NameObject(key): value for key, value in items.items()})


def _text(text: str) -> TextStringObject:
    return TextStringObject(text)
