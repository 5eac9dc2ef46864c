"""How well autofocus finds focus, from many simulated starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from firmware_bridge.picture import Pixels
from firmware_bridge.scope.optics import Optics
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.transport import FakeClock
from firmware_bridge.trials.stand import VIEW, Stand, Start
from firmware_bridge.uri import SourceUri

START_UM = 20.0
"""Starts lie this far from focus at most, evenly spread."""

STARTS_PER_FIELD = 25


@dataclass(frozen=True, slots=True)
class FocusFigures:
    """What came of all starts. Distances are of the slide from the plane of focus."""

    starts: int
    depth_of_field_um: float
    within: int
    images_mean: float
    images_most: int
    median_um: float
    worst_um: float
    seconds_mean: float


def starts(count: int, seed: int, bare: bool = False) -> Iterator[Start]:
    """So many starts over one new field for every `STARTS_PER_FIELD`; the same seed gives the same ones. The camera is
    read directly, in a time that needs no waiting.
    """
    rng = np.random.default_rng([seed, 77])
    for begun in range(0, count, STARTS_PER_FIELD):
        clock, options = FakeClock(), replace(VIEW, seed=seed)
        stand = Stand(options, begun // STARTS_PER_FIELD, bare, clock, clock.sleep)
        look = _Direct(SimSource(SourceUri("sim", "", options), stand.body, clock, clock.sleep))
        for _ in range(min(STARTS_PER_FIELD, count - begun)):
            yield stand.tried(float(rng.uniform(-START_UM, START_UM)), look)


def figures(tried: list[Start], optics: Optics | None = None) -> FocusFigures:
    """The figures of these starts."""
    depth_um = (optics or Optics()).depth_of_field_um
    off_um = np.array([abs(each.ended_um) for each in tried])
    found = np.array([each.result.found for each in tried])
    images = np.array([each.result.images for each in tried])
    return FocusFigures(
        starts=len(tried),
        depth_of_field_um=depth_um,
        within=int(np.sum(found & (off_um <= depth_um))),
        images_mean=float(images.mean()),
        images_most=int(images.max()),
        median_um=float(np.median(off_um)),
        worst_um=float(off_um.max()),
        seconds_mean=float(np.mean([each.took_s for each in tried])),
    )


class _Direct:
    """The camera's next picture, taken when it is asked for."""

    def __init__(self, camera: SimSource) -> None:
        self._camera = camera

    def __call__(self) -> Pixels:
        picture = self._camera.read()
        if picture is None:
            raise RuntimeError("the simulated camera has no end")
        return picture.pixels
