"""Simulated eyes for focus and scans: what is seen depends on where the simulated stage stands."""

from __future__ import annotations

import cv2
import numpy as np

from firmware_bridge.options import SimOptions
from firmware_bridge.picture import Pixels
from firmware_bridge.sim.boards.eye import Eye
from firmware_bridge.sim.body import Body
from firmware_bridge.sim.camera import blur_px

VIEW = SimOptions(width=320, height=240, cells=3, um_per_px=0.15)


def eye(body: Body, field: int = 0, focus_um: float = 0.0, bare: bool = False) -> Eye:
    """An eye on one painted field."""
    return Eye(VIEW, field, body, focus_um, bare)


class SlideEye:
    """A cheap slide: discs on glass, nothing beyond `edge_um`, and a plane of focus that tilts."""

    def __init__(self, body: Body, edge_um: float = 1e9, tilt: float = 0.0) -> None:
        self._body = body
        self._edge_um = edge_um
        self._tilt = tilt
        self.pictures = 0

    def __call__(self) -> Pixels:
        self.pictures += 1
        pose = self._body.pose
        height, width = 96, 128
        grey = np.full((height, width), 210, np.uint8)
        if pose.x_um < self._edge_um:
            rng = np.random.default_rng([round(pose.x_um), round(pose.y_um) + 10_000])
            for x, y in rng.integers(8, (width - 8, height - 8), (25, 2)):
                cv2.circle(grey, (int(x), int(y)), 6, 120, -1)
        sigma_px = blur_px(pose.z_um - self._tilt * pose.x_um, 0.5)
        blurred = cv2.GaussianBlur(grey, (0, 0), max(sigma_px, 0.3))
        noise = np.random.default_rng(self.pictures).normal(0, 1.0, blurred.shape)
        seen = np.clip(np.rint(blurred + noise), 0, 255).astype(np.uint8)
        return np.repeat(seen[..., None], 3, axis=2)
