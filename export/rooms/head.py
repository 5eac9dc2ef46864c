"""The labels that a network tells apart, and which of the sets' words mean which of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from edge.errors import BadSetting
from export.errors import BadCrops
from export.opinion.balance import OPINION_SHARES, SOME_OTHER_SHARE
from export.opinion.labels import BLAST, LABEL_OF, SOME_OTHER, Indices
from export.opinion.table import CellTable
from models.marrowkit2026_opinion.net import LABELS

NO_BLASTS = frozenset(LABEL_OF) - {BLAST}
"""Words of the sets for cells that are surely no blasts."""
FEWEST_GROUPS = 2


@dataclass(frozen=True, slots=True)
class Head:
    """A network's outputs.

    words     label -> the words that mean it, in the order of the outputs; a label is always a word for itself
    positive  labels that are counted as blasts
    urgent    labels that ask for a review without delay
    """

    words: Mapping[str, tuple[str, ...]]
    positive: tuple[str, ...]
    urgent: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order of the outputs."""
        return tuple(self.words)

    @property
    def others(self) -> list[int]:
        """Places of the labels that are not positive."""
        return [at for at, label in enumerate(self.words) if label not in self.positive]

    @property
    def shares(self) -> Mapping[int, float]:
        """How often each label is shown in training, by its place: the opinion network's shares where the labels are
        its own, else half for the positive labels and half for the others, each label alike."""
        if self.labels == LABELS:
            return OPINION_SHARES
        aside = {SOME_OTHER: SOME_OTHER_SHARE}
        sides = (len(self.others), len(self.words) - len(self.others))
        return aside | {at: 0.5 / sides[label in self.positive] for at, label in enumerate(self.words)}

    @property
    def aliases(self) -> dict[str, str]:
        """Every known word -> its label; an empty one where only that it is no blast is known."""
        places = self._places
        return {word: "" if places[word] == SOME_OTHER else self.labels[places[word]] for word in places}

    def places(self, words: Iterable[str]) -> Indices:
        """Places of the words' labels, (n,); SOME_OTHER where only that it is no positive label is known.

        Raises:
            BadCrops: a word is none that the head or a set knows.
        """
        known, told = self._places, list(words)
        strange = sorted(set(told) - known.keys())
        if strange:
            what = f"Cells are labelled {strange[0]!r}, which is no word of {', '.join(self.words)}."
            raise BadCrops(
                what, "Add the word to its label in the [head] of the room's card.toml, or name it otherwise."
            )
        return np.array([known[word] for word in told], np.intp)

    @property
    def _places(self) -> dict[str, int]:
        own = {word: at for at, (label, words) in enumerate(self.words.items()) for word in (label, *words)}
        beyond = self.others[0] if len(self.others) == 1 else SOME_OTHER
        return {**dict.fromkeys(NO_BLASTS, beyond), **own}


def made_head(words: Mapping[str, Sequence[str]], positive: Sequence[str], urgent: Sequence[str] = ()) -> Head:
    """A head whose parts fit each other.

    Raises:
        BadSetting: fewer than two labels, a word with two meanings, or a positive or urgent label that is none.
    """
    told = [word for label, some in words.items() for word in {label, *some}]
    twice = sorted({word for word in told if told.count(word) > 1})
    strange = sorted({*positive, *urgent} - words.keys())
    if len(words) < 2 or twice or strange or not positive or not words.keys() - set(positive):
        why = (
            f"{twice[0]!r} means two labels"
            if twice
            else f"{strange[0]!r} is no label"
            if strange
            else "too few labels"
        )
        remedy = "Name two labels or more, at least one positive and one not, and each word once."
        raise BadSetting(f"A head of {', '.join(words) or 'nothing'} makes no sense: {why}.", remedy)
    return Head(MappingProxyType({label: tuple(some) for label, some in words.items()}), tuple(positive), tuple(urgent))


def require_learnable(head: Head, cells: CellTable) -> None:
    """Every label has cells of two patients, slides or images at least, and every word is known.

    Raises:
        BadCrops: a word is unknown to the head, or the head's to all sets; a label has no cells, or those of one group.
    """
    places = head.places(cells.labels.tolist())
    _require_known(head, cells)
    groups = cells.films
    for at, label in enumerate(head.labels):
        found = len(np.unique(groups[places == at]))
        if not found:
            remedy = f"Give cells of it ({', '.join(head.words[label])}), or take the label out of the head."
            raise BadCrops(f"There is no cell of the label {label!r} to learn from.", remedy)
        if found < FEWEST_GROUPS:
            what = f"All cells of the label {label!r} are of one patient, slide or image."
            raise BadCrops(what, "Add cells of another one: the network would learn that slide, not the label.")


def _require_known(head: Head, cells: CellTable) -> None:
    """A misspelt word would be no error, but quietly mean nothing."""
    known = LABEL_OF.keys() | set(cells.labels.tolist())
    strange = sorted({word for words in head.words.values() for word in words} - known)
    if strange:
        raise BadCrops(
            f"The head names {strange[0]!r}, which no cell and no set is called.", "Correct it in card.toml."
        )


def _usual() -> Head:
    words = {label: [word for word, of in LABEL_OF.items() if of == label and word != label] for label in LABELS}
    return made_head(words, (BLAST,))


SIX = _usual()
"""The six labels of the opinion network, for networks that declare no head."""


def head_fields(head: Head) -> dict[str, Any]:
    """As JSON holds it; `made_head(**…)` reads it."""
    return {"words": {label: list(some) for label, some in head.words.items()},
            "positive": list(head.positive), "urgent": list(head.urgent)}  # fmt: skip
