"""One image of a set, and what the set tells about it."""

from __future__ import annotations

from dataclasses import dataclass

from edge.optics.planes import Mask
from edge.types import Pixels


@dataclass(frozen=True, slots=True)
class Box:
    """An upright box around one thing, in pixels of the image: `left` ≤ x < `right`, `top` ≤ y < `bottom`."""

    label: str
    left: float
    top: float
    right: float
    bottom: float

    def scaled(self, ratio: float) -> Box:
        """The same box in an image resampled by `ratio`."""
        return Box(self.label, self.left * ratio, self.top * ratio, self.right * ratio, self.bottom * ratio)

    def grown(self, by_px: float) -> Box:
        """The box with so much more on every side."""
        return Box(self.label, self.left - by_px, self.top - by_px, self.right + by_px, self.bottom + by_px)

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        return self.left <= x < self.right and self.top <= y < self.bottom


@dataclass(frozen=True, slots=True, eq=False)
class Masks:
    """What people drew on an image, bool (height, width). `nucleus` is None where only whole cells were drawn."""

    cell: Mask
    nucleus: Mask | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """An image and what is known of it; None where the set does not tell.

    name       the file's path inside its set
    pixels     RGB uint8, (height, width, 3)
    group      images of one group must stay on one side of every split: one patient, slide or series
    label      class of the one cell that the image is about, in plain words
    patient    the patient's id in its set
    boxes      labelled boxes in pixels, every one of its kind that the annotator saw
    points     (x, y) in pixels of every marked blast
    masks      what people drew
    """

    name: str
    pixels: Pixels
    um_per_px: float
    group: str
    label: str | None = None
    patient: str | None = None
    boxes: tuple[Box, ...] | None = None
    points: tuple[tuple[float, float], ...] | None = None
    masks: Masks | None = None
