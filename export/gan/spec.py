"""How a stain GAN is to be taught: the card of its room, and what is said over it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

import models.yang2023_mobilevitv2 as room
from edge.errors import BadSetting
from export.building.reading import merged
from export.building.said import fields_said
from export.gan.options import GanOptions
from export.learning.options import Precision
from export.rooms.card import CARD_FILE, SMALL, WAYS
from export.rooms.spec import checked
from models.yang2023_mobilevitv2.gan_losses import Weights

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

USUAL, WEIGHTS = GanOptions(), Weights()
Count = Annotated[int, Field(ge=1)]
Weight = Annotated[float, Field(ge=0)]


class GanSpec(BaseModel):
    """One training of a stain GAN; the fields are those of `GanOptions` and of its `Weights`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: Count = USUAL.steps
    batch: Count = USUAL.batch
    rate: Annotated[float, Field(ge=1e-7)] = USUAL.learning_rate
    seed: Annotated[int, Field(ge=0)] = USUAL.seed
    device: str = USUAL.device
    precision: Precision = USUAL.precision
    stains: Annotated[int, Field(ge=2)] = USUAL.stains
    critic_steps: Count = USUAL.critic_steps
    width: Count = USUAL.width
    blocks: Annotated[int, Field(ge=0)] = USUAL.blocks
    halvings: Count = USUAL.halvings
    penalty: Weight = WEIGHTS.penalty
    stain: Weight = WEIGHTS.stain
    cycle: Weight = WEIGHTS.cycle
    perceptual: Weight = WEIGHTS.perceptual

    @property
    def options(self) -> GanOptions:
        """As the training wants it."""
        weights = Weights(self.penalty, self.stain, self.cycle, self.perceptual)
        same = "steps", "batch", "seed", "device", "precision", "stains", "critic_steps", "width", "blocks", "halvings"
        fields: dict[str, Any] = {name: getattr(self, name) for name in same}
        return GanOptions(**fields, learning_rate=self.rate, weights=weights)


def gan_spec(way: str | None, said: Sequence[str]) -> GanSpec:
    """What is said over what the room's card says of this way; where none is named, the small one.

    Raises:
        BadSetting: a field or the way is unknown, or a value makes no sense.
    """
    ways = gan_ways()
    name = way or SMALL
    if name not in ways:
        raise BadSetting(f"There is no way {name!r} to teach a stain GAN.", f"Take {', '.join(WAYS)}.")
    return checked(merged(ways[name], fields_said(said)), GanSpec)


def gan_ways() -> Mapping[str, Mapping[str, Any]]:
    """What the card of the GAN's room says: `[gan.small]` and `[gan.paper]`."""
    card = Path(room.__path__[0]) / CARD_FILE
    ways: Mapping[str, Mapping[str, Any]] = tomllib.loads(card.read_text("utf-8"))["gan"]
    return ways
