"""Which kit this is: what its people call it, an id that stays, and its software."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from importlib import metadata

from edge.casework.books import Books
from edge.casework.settings import SettingsBook

ID = "kit_id"
"""Beside the settings, but nobody's to set."""


@dataclass(frozen=True, slots=True)
class KitName:
    """What papers say of the kit."""

    name: str
    id: str
    software: str


def kit_name(books: Books, settings: SettingsBook) -> KitName:
    """This kit; its id is made up the first time that anybody asks, and kept with the data."""
    with books.database.writing():
        known = books.station.settings().get(ID)
        if known is None:
            known = secrets.token_hex(8)
            books.station.set({ID: known})
    return KitName(settings.all().kit_name, known, metadata.version("marrowkit"))
