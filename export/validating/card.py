"""The evaluation card: one protocol for everything that is validated, as Markdown, HTML and JSON."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

import numpy as np

from edge.bundle.manifest import Manifest
from export.report.sections import Section, Table, html, markdown
from export.report.style import STYLE
from export.validating import plots
from export.validating.answers import Answers
from export.validating.asking import LOSSES, Asked
from export.validating.estimates import Estimate, of_blasts, of_labels

NOTICE = "Decision support, never a diagnosis. The figures hold for these pictures and this laboratory only."


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """What was validated on what, and how it did.

    on      what the pictures are called
    unit    what a group is: the column that named it, or `image`
    """

    manifest: Manifest
    digest: str
    on: str
    unit: str
    asked: Asked
    answers: Answers
    blasts: Sequence[Estimate]
    labels: Sequence[Estimate]


def card_of(manifest: Manifest, digest: str, on: str, unit: str, asked: Asked) -> Card:
    """The card of what was asked."""
    answers = asked.answers(tuple(manifest.labels), manifest.positives)
    labels = of_labels(answers) if answers.many_labels else ()
    return Card(manifest, digest, on, unit, asked, answers, of_blasts(answers), labels)


def sections(card: Card) -> list[Section]:
    """The card in words and tables."""
    told = [
        f"{_bundle(card)} on {card.on}.",
        f"Intervals are 95 %, by a bootstrap over {_groups(card)} × {card.unit}.",
        NOTICE,
    ]
    parts = [
        Section("What was validated", tuple(told)),
        _counted(card),
        _figures("Blasts against all others", card.blasts),
    ]
    return [*parts, _figures("Every label", card.labels)] if card.labels else parts


def as_markdown(card: Card) -> str:
    """The whole card."""
    return f"# Validation of {card.manifest.title}\n\n{markdown(sections(card))}"


def as_html(card: Card) -> str:
    """One page that needs nothing else."""
    title = escape(f"Validation of {card.manifest.title}")
    drawn = "".join(_drawn(name, draw(card.answers)) for name, draw in drawings(card.answers).items())
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{STYLE}</style><main><header><h1>{title}</h1></header>"
        f'{html(sections(card))}<section><h2>Pictures</h2><div class="figures">{drawn}</div></section></main></html>'
    )


def as_json(card: Card) -> bytes:
    """The figures for programs."""
    plain: dict[str, Any] = {
        "bundle": {"name": card.manifest.name, "version": card.manifest.version, "digest": card.digest},
        "on": card.on,
        "unit": card.unit,
        "groups": _groups(card),
        "cells": _cells(card),
        "blasts": [asdict(each) for each in card.blasts],
        "labels": [asdict(each) for each in card.labels],
    }
    return (json.dumps(plain, indent=1, allow_nan=False) + "\n").encode()


def drawings(answers: Answers) -> Mapping[str, Callable[[Answers], str]]:
    """The pictures that these answers allow, by their titles."""
    both = {
        "Receiver operating characteristic": plots.roc,
        "Precision and sensitivity": plots.precision_recall,
        "Calibration": plots.calibration,
    }
    labels = {"Confusion": plots.confusion} if answers.many_labels else {}
    return {**(both if 0 < np.count_nonzero(answers.is_blast) < len(answers.truth) else {}), **labels}


def _bundle(card: Card) -> str:
    of = card.manifest
    return f"{of.title} ({of.name} {of.version}, digest {card.digest[:12]})"


def _groups(card: Card) -> int:
    return len(np.unique(card.answers.groups))


def _cells(card: Card) -> dict[str, int]:
    lost = Counter(each.why for each in card.asked.lost)
    marked = len(card.asked.called) - card.asked.unmarked
    return {"labelled": marked + len(card.asked.lost), "called": marked, **{why: lost[why] for why in LOSSES},
            "without a row": card.asked.unmarked, "blasts": int(card.answers.is_blast.sum())}  # fmt: skip


def _counted(card: Card) -> Section:
    rows = tuple((name, str(many)) for name, many in _cells(card).items())
    return Section("Cells", ("Figures are of the cells that were called; the others are told here.",),
                   Table(("cells", "number"), rows))  # fmt: skip


def _figures(title: str, found: Sequence[Estimate]) -> Section:
    return Section(
        title, (), Table(("figure", "value [95 % interval]"), tuple((each.name, str(each)) for each in found))
    )


def _drawn(title: str, svg: str) -> str:
    content = base64.b64encode(svg.encode()).decode()
    picture = f'<img alt="{title}" src="data:image/svg+xml;base64,{content}">'
    return f"<figure><figcaption>{title}</figcaption>{picture}</figure>"
