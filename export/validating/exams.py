"""One protocol for every network that names cells, so that they can be compared.

same site     patients, slides and images that the network left out, of laboratories that it learned from
patients      those of them that are patients of `cnmc`: blasts against hematogones of one laboratory
other sites   laboratories that it never saw, each alone and all together
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from edge.bundle.tensors import Floats
from export.opinion.figures import numbered
from export.opinion.table import CellTable, joined
from export.rooms.head import Head
from export.validating.answers import Answers, Ints, places_of
from export.validating.estimates import Estimate, of_blasts, of_labels

PATIENTS_OF = "cnmc"
CALLED_FROM = 0.5
"""Probability from which a cell is called a blast, for every network alike."""
UNITS: Mapping[str, str] = {
    "blast_fields": "field",
    "taleqani": "series of 25 images",
    "wbc_masks": "series of 10 images",
    PATIENTS_OF: "patient",
}

Ask = Callable[[CellTable], Floats]
"""Probabilities (n, labels) of cells."""


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """Cells that a network has not learned from.

    name  same site, patients, other sites
    on    which sets
    unit  what a group is
    """

    name: str
    on: str
    unit: str
    cells: CellTable


@dataclass(frozen=True, slots=True)
class Result:
    """How a network did in one exam; `labels` is empty where only blasts are known."""

    name: str
    on: str
    unit: str
    groups: int
    cells: int
    blasts: tuple[Estimate, ...]
    labels: tuple[Estimate, ...]


def exams(left_out: CellTable, unseen: Mapping[str, CellTable]) -> Iterator[Exam]:
    """What can be asked: `left_out` are the cells of the fold that was not learned from, `unseen` whole sets."""
    if len(left_out):
        yield Exam("same site", " and ".join(np.unique(left_out.sources)), "patient or image", left_out)
    patients = left_out.rows(left_out.sources == PATIENTS_OF)
    if len(patients):
        yield Exam("patients", f"{PATIENTS_OF}, unseen patients", UNITS[PATIENTS_OF], patients)
    for name, cells in unseen.items():
        yield Exam("other sites", name, UNITS.get(name, "image"), cells)
    if len(unseen) > 1:
        yield Exam("other sites", " and ".join(unseen), "field or series", joined(list(unseen.values())))


def sat(exam: Exam, ask: Ask, head: Head) -> Result:
    """How whoever answers `ask` does in an exam."""
    answers = answered(exam.cells, ask(exam.cells), head)
    named = tuple(of_labels(answers)) if answers.many_labels else ()
    groups = int(answers.groups.max()) + 1
    return Result(exam.name, exam.on, exam.unit, groups, len(exam.cells), tuple(of_blasts(answers)), named)


def answered(cells: CellTable, probability: Floats, head: Head) -> Answers:
    """Answers as the kit would call them: the likeliest positive label where all of them together reach CALLED_FROM,
    else the likeliest other one."""
    positive, others = places_of(head.labels, head.positive), np.array(head.others, np.intp)
    share = probability[:, positive].sum(axis=1)
    said = np.where(share >= CALLED_FROM, _likeliest(probability, positive), _likeliest(probability, others))
    groups = numbered(cells.films)
    return Answers(head.labels, frozenset(head.positive), probability, said, head.places(cells.labels.tolist()), groups)


def _likeliest(probability: Floats, among: Ints) -> Ints:
    return np.asarray(among[probability[:, among].argmax(axis=1)], np.intp)
