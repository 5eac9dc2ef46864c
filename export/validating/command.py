"""`marrowkit-export validate`."""

from __future__ import annotations

import csv
import io
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from tqdm import tqdm

from edge.bundle import use_bundle
from edge.durable import write_durably
from edge.errors import BadSetting
from edge.station import StationOptions, open_station
from export.validating.asking import Asked, Asking
from export.validating.card import as_html, as_json, as_markdown, card_of
from export.validating.truth import Words, read_marks

CARD, REPORT, FIGURES, CELLS = "card.md", "report.html", "validation.json", "cells.csv"


def command(
    bundle: Annotated[str, typer.Argument(help="A bundle's name or path.")],
    images: Annotated[Path, typer.Option(help="Folder that the images' names are below.")],
    labels: Annotated[
        Path, typer.Option(help="CSV: image, label, and x_px, y_px where a picture shows several cells.")
    ],
    group: Annotated[str | None, typer.Option(help="Column of the patient or slide. Default: each image.")] = None,
    out: Annotated[Path, typer.Option(help="New folder for card, report and figures.")] = Path("validation"),
    um_per_px: Annotated[float | None, typer.Option(help="Scale of all images, where it is known.")] = None,
    alias: Annotated[list[str] | None, typer.Option(help="WORD=LABEL: what a word of the CSV means.")] = None,
    benign: Annotated[
        list[str] | None, typer.Option(help="A word for cells that are no blasts, of no known label.")
    ] = None,
    unmarked: Annotated[str | None, typer.Option(help="What cells without a row are, in images with places.")] = None,
    data: Annotated[Path, typer.Option(help="The station's data folder.")] = Path("data"),
) -> None:
    """What a bundle is worth on your own images with your own labels: an evaluation card with plots."""
    if out.exists():
        raise BadSetting(f"{out} is there already.", "Name a new folder with --out.")
    opened = use_bundle(bundle, data)
    words = Words(tuple(opened.manifest.labels), dict(map(_alias, alias or ())), frozenset(benign or ()))
    marks = read_marks(labels, words, group)
    beyond = None if unmarked is None else words.place(unmarked, "--unmarked")
    with closing(open_station(bundle, data, StationOptions(ignore_calibration=True))) as station:
        asked = Asking(station, images, um_per_px, beyond).ask(
            marks, lambda names: tqdm(names, unit="image", disable=None)
        )
    if not asked.called:
        raise BadSetting(
            "Not one labelled cell was called: " + _why(asked), "Check the folder, the places and the scale."
        )
    card = card_of(opened.manifest, opened.digest, str(images), group or "image", asked)
    out.mkdir(parents=True)
    write_durably(out / CELLS, _cells(asked, words))
    write_durably(out / FIGURES, as_json(card))
    write_durably(out / REPORT, as_html(card).encode())
    write_durably(out / CARD, as_markdown(card).encode())
    typer.echo(as_markdown(card))


def _alias(text: str) -> tuple[str, str]:
    word, equals, label = text.partition("=")
    if not (equals and word and label):
        raise BadSetting(f"{text!r} says nothing.", "Write --alias WORD=LABEL.")
    return word, label


def _why(asked: Asked) -> str:
    first = asked.lost[0]
    return f"{first.image}: {first.why}{f' ({first.detail})' if first.detail else ''}."


def _cells(asked: Asked, words: Words) -> bytes:
    """One line for each labelled cell, for whoever wants to look at single ones."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(["image", "group", "truth", "called", "why_not", *(f"p_{label}" for label in words.labels)])
    for each in asked.called:
        shares = [f"{each.result.probability[label]:.4f}" for label in words.labels]
        lines.writerow([each.image, each.group, _word(words, each.truth), each.result.label, "", *shares])
    for lost in asked.lost:
        lines.writerow([lost.image, lost.group, _word(words, lost.truth), "", lost.why, *("" for _ in words.labels)])
    return text.getvalue().encode()


def _word(words: Words, place: int) -> str:
    return words.labels[place] if place >= 0 else "benign"
