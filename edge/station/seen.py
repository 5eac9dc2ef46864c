"""What of a frame is examined, and where that lies in the frame.

A camera's frame is examined as it is; of a photograph through an eyepiece, the disc. Everything up to the outlines
works on the examined pixels; what leaves the station is in pixels of the frame.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from edge.again.signature import GRID, Signature, signature_of
from edge.optics.normal import NormalField, normalise
from edge.optics.planes import Mask
from edge.quality import Photograph, gate, photograph
from edge.scale import STANDARD, choose_scale
from edge.station.enlarge import input_outlines
from edge.types import Box, Cell, Frame, Labels, Outlines, Pixels, Reason, Scale, Verdict

EYEPIECE_SEEN = "eyepiece.seen"
"""Reason code: this was photographed through an eyepiece."""
EYEPIECE_SOFT = "eyepiece.soft"
"""Reason code: such a photograph is out of focus or smeared."""
BLURS = frozenset({"focus.soft", "focus.moved"})
UNSQUEEZED = replace(STANDARD, squeezed=False)
"""Phones save what they see in its true proportions, and a disc's box is square by itself."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What is examined of one frame.

    frame   the examined pixels, with the frame's own scale brought to them
    whole   width and height of the frame that was handed in, pixels
    photo   the photograph through an eyepiece that it is, if it is one
    """

    frame: Frame
    whole: tuple[int, int]
    photo: Photograph | None = None

    @property
    def pixels(self) -> Pixels:
        """RGB uint8."""
        return self.frame.pixels

    @property
    def lit(self) -> Mask | None:
        """Where that is picture; None where it has to be looked for."""
        return None if self.photo is None else self.photo.lit


def seen_of(frame: Frame) -> Seen:
    """What of `frame` is examined."""
    whole, photo = (frame.pixels.shape[1], frame.pixels.shape[0]), photograph(frame.pixels)
    if photo is None:
        return Seen(frame, whole)
    um_per_px = None if frame.um_per_px is None else frame.um_per_px * photo.factor
    return Seen(replace(frame, pixels=photo.pixels, um_per_px=um_per_px), whole, photo)


def judged(seen: Seen, scale: Scale | None) -> Verdict:
    """The quality gate's verdict; focus through an eyepiece is told in the words of who holds a phone."""
    if seen.photo is None:
        return gate(seen.pixels, scale)
    if seen.photo.reasons:
        return Verdict(False, seen.photo.reasons, {})
    verdict = gate(seen.pixels, scale, masked=True)
    return replace(verdict, reasons=tuple(map(_of_a_phone, verdict.reasons)))


def scale_of(seen: Seen, given_um_per_px: float | None, bundle_um_per_px: float | None, site: Scale | None) -> Scale:
    """The scale of the examined pixels. Neither the bundle's camera nor the station's took a photograph: of one, only
    what is given or its own red cells count.

    Raises:
        BadSetting, ScaleUnknown: as `edge.scale.choose_scale`.
    """
    if seen.photo is None:
        return choose_scale(seen.frame, given_um_per_px, bundle_um_per_px, site=site)
    given = None if given_um_per_px is None else given_um_per_px * seen.photo.factor
    return choose_scale(seen.frame, given, options=UNSQUEEZED)


def normal_of(seen: Seen, scale: Scale) -> NormalField:
    """The examined pixels normalised, with the size that they have in the frame."""
    normal = normalise(seen.pixels, scale.um_per_px, scale.squeeze, seen.lit)
    return normal if seen.photo is None else replace(normal, size_px=seen.photo.size_px)


def scale_in_frame(seen: Seen, scale: Scale | None) -> Scale | None:
    """The scale of the frame's pixels."""
    if seen.photo is None or scale is None:
        return scale
    return replace(scale, um_per_px=scale.um_per_px / seen.photo.factor)


def cells_in_frame(seen: Seen, cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """The cells where they are in the frame."""
    return tuple(cells) if seen.photo is None else tuple(_moved(cell, seen.photo) for cell in cells)


def labels_in_frame(seen: Seen, outlines: Outlines) -> tuple[Labels, Labels]:
    """Cells and nuclei as label images of the frame's size."""
    if seen.photo is None:
        return input_outlines(outlines, seen.whole)
    cells, nuclei = input_outlines(outlines, seen.photo.size_px)
    return _placed(cells, seen.photo, seen.whole), _placed(nuclei, seen.photo, seen.whole)


def signature_in_frame(seen: Seen) -> Signature:
    """By what the frame is known again; of a photograph its disc, on the grid of the whole picture."""
    if seen.photo is None:
        return signature_of(seen.pixels)
    pitch_px = max(seen.whole) / GRID
    signature = signature_of(seen.pixels, seen.lit, pitch_px / seen.photo.factor)
    return replace(signature, pitch_px=pitch_px, left_px=float(seen.photo.left_px), top_px=float(seen.photo.top_px))


def told(seen: Seen) -> tuple[Reason, ...]:
    """What a reader should know of how the frame was taken; no reason to refer."""
    if seen.photo is None:
        return ()
    return (Reason(EYEPIECE_SEEN, {"diameter_px": round(2 * seen.photo.disc.radius_px)}),)


def _of_a_phone(reason: Reason) -> Reason:
    return Reason(EYEPIECE_SOFT, reason.values) if reason.code in BLURS else reason


def _moved(cell: Cell, photo: Photograph) -> Cell:
    (x, y), box = cell.centre_px, cell.box
    moved = Box(box.x_px + photo.left_px, box.y_px + photo.top_px, box.width_px, box.height_px)
    return replace(cell, centre_px=(x + photo.left_px, y + photo.top_px), box=moved)


def _placed(labels: Labels, photo: Photograph, whole: tuple[int, int]) -> Labels:
    width, height = whole
    placed = np.zeros((height, width), np.uint16)
    placed[photo.top_px : photo.top_px + labels.shape[0], photo.left_px : photo.left_px + labels.shape[1]] = labels
    return placed
