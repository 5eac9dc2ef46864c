"""What a camera sees through a simulated microscope standing at one field: blurred by its focus, with noise."""

from __future__ import annotations

import numpy as np

from firmware_bridge.options import SimOptions
from firmware_bridge.picture import Pixels
from firmware_bridge.sim.body import Body
from firmware_bridge.sim.camera import blur_px, developed, illumination, noise_tile, with_noise
from firmware_bridge.sim.field import MARGIN_PX, make_field

_NOISE_ROOM_PX = 64


class Eye:
    """Looks at one painted field, or at bare glass. The same seed, field, poses and order give the same pictures."""

    def __init__(self, options: SimOptions, field: int, body: Body, focus_um: float = 0.0, bare: bool = False) -> None:
        self._options = options
        painted = make_field(options, field).transmitted
        self._transmitted = np.ones_like(painted) if bare else painted
        height_px, width_px = options.height + 2 * MARGIN_PX, options.width + 2 * MARGIN_PX
        self._lamp = illumination(options, height_px, width_px)
        self._random = np.random.default_rng([options.seed, field, 9])
        self._noise = noise_tile(self._random, height_px + _NOISE_ROOM_PX, width_px + _NOISE_ROOM_PX)
        self.body = body
        self.focus_um = focus_um
        self.pictures = 0

    def __call__(self) -> Pixels:
        """One picture, (height, width, 3)."""
        self.pictures += 1
        pose = self.body.pose
        sigma_px = blur_px(pose.z_um - self.focus_um, self._options.um_per_px)
        clean = developed(self._transmitted, self._lamp * np.float32(pose.lamp), sigma_px)
        height_px, width_px = clean.shape[:2]
        top, left = self._random.integers(0, _NOISE_ROOM_PX, 2)
        noisy = with_noise(clean, self._noise[top : top + height_px, left : left + width_px])
        return np.ascontiguousarray(noisy[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX])
