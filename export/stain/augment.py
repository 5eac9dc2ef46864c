"""One picture as another laboratory would have stained it: by one of the known ways, drawn each time anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from edge.optics.normal import density
from edge.optics.planes import Field
from export.stain.jitter import JitterOptions, jittered
from export.stain.macenko import FAINT, Stains, restained, stains_of
from export.stain.reinhard import Colours, colours_of, recoloured


@dataclass(frozen=True, eq=False)
class Film:
    """What a film's stain is known by; None where it shows too little of it."""

    stains: Stains | None
    colours: Colours | None


@dataclass(frozen=True, slots=True)
class StainOptions:
    """Chances of each way; they add up to at most 1, and what is left keeps its stain.

    jitter            every dye stronger or weaker
    macenko, reinhard another film's stains, or its colours, mixed with the picture's own by a share drawn from `mixed`
    """

    jitter: float = 0.4
    macenko: float = 0.2
    reinhard: float = 0.2
    mixed: tuple[float, float] = (0.3, 1.0)
    dyes: JitterOptions = field(default_factory=JitterOptions)

    def __post_init__(self) -> None:
        if min(self.jitter, self.macenko, self.reinhard) < 0 or self.jitter + self.macenko + self.reinhard > 1:
            raise ValueError("the chances of the ways to stain are negative or add up to more than 1")


def film_of(transmittance: Field) -> Film:
    """What the stain of a picture (h, w, 3), 0–1, is known by."""
    absorbed = density(transmittance)
    return Film(stains_of(absorbed), colours_of(transmittance, absorbed.max(axis=2) > FAINT))


def other_stain(transmittance: Field, films: Sequence[Film], random: Generator, options: StainOptions) -> Field:
    """The picture (h, w, 3), transmittance, in another stain; the same for the same state of `random`."""
    way = random.random()
    if way < options.jitter:
        return _light(jittered(density(transmittance), random, options.dyes))
    if way < options.jitter + options.macenko + options.reinhard and films:
        other = films[int(random.integers(len(films)))]
        as_other = _by_stains if way < options.jitter + options.macenko else _by_colours
        return _blend(transmittance, as_other(transmittance, other), random.uniform(*options.mixed))
    return transmittance


def _by_stains(transmittance: Field, other: Film) -> Field:
    absorbed = density(transmittance)
    own = stains_of(absorbed)
    if own is None or other.stains is None:
        return transmittance
    return _light(restained(absorbed, own, other.stains))


def _by_colours(transmittance: Field, other: Film) -> Field:
    own = colours_of(transmittance, density(transmittance).max(axis=2) > FAINT)
    return transmittance if own is None or other.colours is None else recoloured(transmittance, own, other.colours)


def _blend(one: Field, other: Field, share: float) -> Field:
    return np.asarray(one + (other - one) * np.float32(share), np.float32)


def _light(absorbed: Field) -> Field:
    return np.asarray(10.0**-absorbed, np.float32)
