"""What the card of a room says to whoever trains it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import models
from edge.errors import BadSetting
from export.networks.origin import rooms
from export.rooms.head import SIX, Head, made_head

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CARD_FILE = "card.toml"
SMALL, PAPER = "small", "paper"
SEGMENTATION = "segmentation"
"""Kind of a room that finds cells instead of naming them."""
WAYS = (SMALL, PAPER)


@dataclass(frozen=True, slots=True)
class RoomCard:
    """A room as it is to be trained.

    title, authors   of the paper's system
    head             its labels
    ways             `small` and `paper`: fields of `TrainSpec` for two cores, and as the paper has it
    claim            the paper's own figures, and why ours may differ
    names_cells      whether it says what a cell is; one other finds cells in fields
    """

    name: str
    title: str
    authors: str
    head: Head
    ways: Mapping[str, Mapping[str, Any]]
    claim: Mapping[str, str]
    names_cells: bool = True


def card_of(name: str) -> RoomCard:
    """The card of a network: its room's, or an empty one with the usual six labels where it is in no room.

    Raises:
        BadSetting: the card's head makes no sense.
    """
    folder = Path(models.__file__).parent / name
    return read_card(folder) if name in rooms() else RoomCard(name, name, "", SIX, {}, {})


def read_card(folder: Path) -> RoomCard:
    """The card in a room's folder.

    Raises:
        BadSetting: it is no TOML, or its head makes no sense.
    """
    try:
        told = tomllib.loads((folder / CARD_FILE).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadSetting(f"{folder / CARD_FILE} cannot be read: {error}.", "Correct it.") from error
    head = made_head(told["head"], told.get("positive", ()), told.get("urgent", ())) if "head" in told else SIX
    return RoomCard(
        name=folder.name,
        title=str(told.get("title", folder.name)),
        authors=str(told.get("authors", "")),
        head=head,
        ways={way: told[way] for way in WAYS if way in told},
        claim=told.get("claim", {}),
        names_cells=told.get("kind") != SEGMENTATION,
    )


def way_of(card: RoomCard, way: str | None) -> Mapping[str, Any]:
    """The fields of a way to train it; where none is named the small one, and nothing if the card has no ways.

    Raises:
        BadSetting: the card has no such way.
    """
    if way is None:
        return card.ways.get(SMALL, {})
    if way not in card.ways:
        there = ", ".join(card.ways) or "none"
        raise BadSetting(f"The card of {card.name} does not say how to train it as {way!r}.", f"It has: {there}.")
    return card.ways[way]
