"""Where everything lies on a field: nucleated cells first, red cells around them, platelets where there is room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from firmware_bridge.options import SimOptions
from firmware_bridge.sim.kinds import BLAST, KINDS

RED_CELLS_PER_UM2 = 0.0085
PLATELETS_PER_UM2 = 0.0006
SMUDGES_PER_CELL = 0.06
_TRIES = 40
_OVERLAP = 0.66
"""Centres of red cells keep this part of a diameter apart."""


@dataclass(frozen=True, slots=True)
class Place:
    """One thing to paint: `kind` is a key of `KINDS`, or "red cell", "platelet", "smudge", "speck"."""

    kind: str
    centre_um: tuple[float, float]
    diameter_um: float


class Layout:
    """Places things one by one, each where it has room."""

    def __init__(self, rng: Generator, width_um: float, height_um: float) -> None:
        self.rng = rng
        self._size_um = (width_um, height_um)
        self.places: list[Place] = []

    def put(self, kind: str, diameter_um: float, closeness: float = 1.0, beside: Place | None = None) -> None:
        """Add a thing that keeps `closeness` times the sum of the radii from its equals and the larger things; if no
        place is found in a number of tries the field is full, and it is left out.
        """
        others = np.array([(*place.centre_um, place.diameter_um, place.kind == kind) for place in self.places])
        for attempt in range(_TRIES):
            centre = self.candidate(diameter_um, beside if attempt < _TRIES // 2 else None)
            if self.allows(centre, diameter_um) and _has_room(centre, diameter_um, others.reshape(-1, 4), closeness):
                self.places.append(Place(kind, centre, diameter_um))
                return

    def candidate(self, diameter_um: float, beside: Place | None) -> tuple[float, float]:
        """Anywhere, also half outside; or touching another cell."""
        if beside is not None:
            return self._touching(diameter_um, beside)
        x, y = (self.rng.uniform(-0.4 * diameter_um, size + 0.4 * diameter_um) for size in self._size_um)
        return float(x), float(y)

    def allows(self, centre_um: tuple[float, float], diameter_um: float) -> bool:
        """Whether the ground there takes a cell; everywhere, here."""
        return True

    def _touching(self, diameter_um: float, beside: Place) -> tuple[float, float]:
        angle = self.rng.uniform(0, 2 * np.pi)
        away = 0.52 * (diameter_um + beside.diameter_um)
        return float(beside.centre_um[0] + away * np.cos(angle)), float(beside.centre_um[1] + away * np.sin(angle))


def plan_field(rng: Generator, options: SimOptions, width_um: float, height_um: float) -> list[Place]:
    """Everything on a field, in the order of painting."""
    layout = Layout(rng, width_um, height_um)
    fill(layout, options.cells, options.blast_fraction, width_um * height_um)
    return layout.places


def fill(layout: Layout, cells: float, blast_fraction: float, area: float) -> None:
    """Put on a layout of this area (µm²) what a smear has there, with so many nucleated cells on average."""
    rng = layout.rng
    _place_nucleated(rng, layout, cells, blast_fraction)
    for _ in range(rng.poisson(SMUDGES_PER_CELL * cells)):
        layout.put("smudge", rng.uniform(12.0, 17.0), 1.1)
    for _ in range(rng.poisson(PLATELETS_PER_UM2 * area)):
        layout.put("platelet", rng.uniform(1.8, 3.2), 1.2)
    for _ in range(int(RED_CELLS_PER_UM2 * area * rng.uniform(0.85, 1.15))):
        layout.put("red cell", float(np.clip(rng.normal(7.4, 0.35), 6.2, 8.6)), _OVERLAP)
    for _ in range(rng.poisson(0.00008 * area)):
        layout.put("speck", rng.uniform(0.4, 0.9))


def _place_nucleated(rng: Generator, layout: Layout, cells: float, blast_fraction: float) -> None:
    """Blasts like company: about every third lies against another cell."""
    for _ in range(rng.poisson(cells)):
        kind = _draw_kind(rng, blast_fraction)
        together = kind == BLAST and layout.places and rng.random() < 0.35
        beside = layout.places[int(rng.integers(len(layout.places)))] if together else None
        layout.put(kind, rng.uniform(*KINDS[kind].diameter_um), 1.03, beside)


def _draw_kind(rng: Generator, blast_fraction: float) -> str:
    if rng.random() < blast_fraction:
        return BLAST
    names = [name for name in KINDS if name != BLAST]
    shares = np.array([KINDS[name].share for name in names])
    return str(rng.choice(names, p=shares / shares.sum()))


def _has_room(centre: tuple[float, float], diameter_um: float, others: NDArray[np.float64], closeness: float) -> bool:
    away = np.hypot(others[:, 0] - centre[0], others[:, 1] - centre[1])
    factor = np.where(others[:, 3] > 0, closeness, 1.0)
    return bool((away >= factor * (diameter_um + others[:, 2]) / 2).all())
