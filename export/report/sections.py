"""Headings, sentences and tables, before they become Markdown or HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Table:
    """Column names and rows of text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, then sentences, then a table."""

    title: str
    sentences: tuple[str, ...] = ()
    table: Table | None = None


def markdown(sections: Sequence[Section], level: int = 2) -> str:
    """As Markdown, headings from that level on."""
    return "\n".join(line for section in sections for line in _markdown_lines(section, level))


def html(sections: Sequence[Section]) -> str:
    """As HTML, every text escaped."""
    return "\n".join(_html_of(section) for section in sections)


def table_html(table: Table) -> str:
    """A table that scrolls by itself where it is too wide; figures stand to the right."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.columns)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _markdown_lines(section: Section, level: int) -> list[str]:
    lines = [f"{'#' * level} {section.title}", ""]
    lines += [f"- {_plain(sentence)}" for sentence in section.sentences]
    if section.sentences:
        lines.append("")
    if section.table is not None:
        table = section.table
        lines += [_row(table.columns), _row(["---"] * len(table.columns)), *map(_row, table.rows), ""]
    return lines


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_plain(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _plain(text: str) -> str:
    """On one line, and no HTML: a manifest's texts are somebody else's."""
    return " ".join(text.split()).replace("<", "&lt;")


def _html_of(section: Section) -> str:
    listed = "".join(f"<li>{escape(sentence)}</li>" for sentence in section.sentences)
    sentences = f"<ul>{listed}</ul>" if listed else ""
    table = "" if section.table is None else table_html(section.table)
    return f"<section><h2>{escape(section.title)}</h2>{sentences}{table}</section>"


def _cell(text: str) -> str:
    broken = ' class="broken"' if text == "broken" else ""
    figure = ' class="figure"' if text[:1].isdigit() or text[:1] in "−-+" else ""
    return f"<td{broken or figure}>{escape(text)}</td>"
