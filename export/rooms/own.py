"""What is said of a training that has fields of its own: over what the room's card says, and nothing unknown."""

from __future__ import annotations

from collections.abc import Sequence

from edge.errors import BadSetting
from export.building.reading import merged
from export.building.said import fields_said
from export.rooms.card import card_of, way_of
from export.rooms.spec import Spec, checked


def own_spec(room: str, way: str | None, said: Sequence[str], kind: type[Spec], why: str) -> Spec:
    """The checked specification; `why` begins what is told of a field that the room does not know.

    Raises:
        BadSetting: a field is unknown to the room, or makes no sense.
    """
    fields = fields_said(said)
    strange = sorted(fields.keys() - kind.model_fields.keys())
    if strange:
        what = f"{room} {why}: {strange[0]} says nothing to it."
        raise BadSetting(what, f"Its fields are {', '.join(kind.model_fields)}.")
    return checked(merged(way_of(card_of(room), way), fields), kind)
