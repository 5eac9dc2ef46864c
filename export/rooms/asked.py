"""A training as it was asked for: what is said on the command line over what the room's card says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edge.errors import BadSetting
from export.building.reading import merged
from export.building.said import fields_said
from export.crops.views import channels_of
from export.rooms.card import card_of, way_of
from export.rooms.fitting import is_fitted
from export.rooms.head import Head
from export.rooms.opinion import ROOM as OPINION
from export.rooms.spec import TrainSpec, train_spec

USUAL_CHANNELS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A training that was asked for.

    network   a room of `models`, package.module:factory, or timm:NAME
    head      its labels
    spec      everything that is chosen
    """

    network: str
    head: Head
    spec: TrainSpec

    @property
    def settings(self) -> dict[str, Any]:
        """With the channels of the view, where they are not those that networks usually take."""
        seen = channels_of(self.spec.options.view)
        return self.spec.settings | ({} if seen == USUAL_CHANNELS else {"channels": seen})


def asked(network: str, way: str | None, said: Sequence[str], kind: type[TrainSpec] = TrainSpec) -> Asked:
    """What is said over what the card says of this way to train it.

    Raises:
        BadSetting: a field or the way is unknown, a value makes no sense, or nothing is taught to that network.
    """
    if is_fitted(network):
        remedy = f"marrowkit-export train {network} fits it; to be taught, take marrowkit2026_student or another room."
        raise BadSetting(f"{network} is fitted to cells, and nothing can be taught to it.", remedy)
    if network == OPINION:
        remedy = f"marrowkit-export train {OPINION} does; to be taught, take marrowkit2026_student or another room."
        raise BadSetting(f"{OPINION} learns from labels alone, and nothing can be taught to it.", remedy)
    card = card_of(network)
    return Asked(network, card.head, train_spec(merged(way_of(card, way), fields_said(said)), kind))
