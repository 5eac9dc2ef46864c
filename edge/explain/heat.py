"""Where the network looked, laid on the cell's picture."""

from __future__ import annotations

import cv2
import numpy as np

from edge.explain.looked import Looked
from edge.explain.shown import ShownCell
from edge.optics.planes import Mask
from edge.types import Pixels

SIDE_PX = 320
FOR, AGAINST = (230, 97, 1), (94, 60, 153)
"""Orange and violet, which everybody can tell apart (ColorBrewer PuOr)."""
NUCLEUS, CELL = (255, 255, 255), (120, 120, 120)
LEAST_FULL = 0.1
"""Log-odds that are drawn in full colour at least: a map of next to nothing is to look like it."""
STRONGEST = 0.75
"""Opacity in full colour."""


def heat_png(looked: Looked, shown: ShownCell) -> bytes:
    """PNG, 320 × 320: the picture in grey; orange what spoke for a blast, violet what spoke against; outlines."""
    grey = np.clip(shown.picture.mean(axis=2) * 215, 0, 255)
    base = _enlarged(np.repeat(grey[..., None], 3, axis=2).astype(np.float32))
    influence = _enlarged(looked.influence)[..., None]
    full = max(float(np.abs(looked.influence).max()), LEAST_FULL)
    opacity = STRONGEST * np.abs(influence) / full
    colour = np.where(influence > 0, np.array(FOR, np.float32), np.array(AGAINST, np.float32))
    drawn = np.clip(base * (1 - opacity) + colour * opacity, 0, 255).astype(np.uint8)
    _outline(drawn, shown.cell, CELL)
    _outline(drawn, shown.nucleus, NUCLEUS)
    return cv2.imencode(".png", cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR))[1].tobytes()


def _enlarged(plane: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.resize(plane, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_LINEAR), np.float32)


def _outline(picture: Pixels, mask: Mask, colour: tuple[int, int, int]) -> None:
    large = _enlarged(mask.astype(np.float32)) >= 0.5
    pieces, _ = cv2.findContours(large.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, pieces, -1, colour, 1, cv2.LINE_AA)
