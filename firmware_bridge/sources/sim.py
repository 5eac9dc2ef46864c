"""The simulated microscope as a source: a stage that moves on slowly, over a smear whose truth is known."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.options import SimOptions
from firmware_bridge.picture import Picture, Pixels
from firmware_bridge.sim.camera import blur_px, developed, illumination, noise_tile, with_noise
from firmware_bridge.sim.canvas import Labels
from firmware_bridge.sim.field import MARGIN_PX, Field, TruthCell, make_field, shifted_truth
from firmware_bridge.uri import SourceUri

DRIFT_PX = MARGIN_PX - 3
BREATHING_UM = 0.15
FOCUS_STEP_UM = 0.05
_DRIFT_PERIOD, _BREATH_PERIOD = 151.0, 47.0
_NOISE_ROOM_PX = 64


class SimSource:
    """Endless. Picture k is the same for the same options, whenever and however often it is made.

    A field stays for `dwell` pictures, drifting by a few pixels and breathing in focus as a real one does.
    `truth` and `labels` belong to the last picture; ask for them in the thread that reads.
    """

    def __init__(self, uri: SourceUri) -> None:
        self._uri = str(uri)
        self._options = uri.options_as(SimOptions)
        self._sequence = -1
        self._closed = False
        height, width = self._options.height, self._options.width
        self._lamp = illumination(self._options, height + 2 * MARGIN_PX, width + 2 * MARGIN_PX)
        rng = np.random.default_rng([self._options.seed, 3])
        self._noise = noise_tile(rng, height + _NOISE_ROOM_PX, width + _NOISE_ROOM_PX)
        self._field = lru_cache(maxsize=1)(self._make_field)
        self._developed = lru_cache(maxsize=2)(self._develop)

    @property
    def uri(self) -> str:
        """The address this source was opened with."""
        return self._uri

    def read(self) -> Picture | None:
        """The next picture, at once; its time runs at `fps`. None after `close`."""
        if self._closed:
            return None
        self._sequence += 1
        options = self._options
        clean = self._developed(self._field_index(), self._focus_step())
        pixels = with_noise(np.ascontiguousarray(clean[self._window()]), self._noise_now())
        settings = {"exposure": options.exposure, "defocus_um": self._focus_step() * FOCUS_STEP_UM}
        taken_ms = 1000.0 * self._sequence / options.fps
        return Picture(pixels, self._sequence, taken_ms, self._uri, options.um_per_px, settings)

    def truth(self) -> tuple[TruthCell, ...]:
        """Every nucleated cell, smudge and platelet whose centre lies in the last picture."""
        rows, columns = self._window()
        known = self._field(self._field_index()).truth
        seen = (shifted_truth(cell, columns.start, rows.start, self._options) for cell in known)
        return tuple(cell for cell in seen if cell is not None)

    def labels(self) -> tuple[Labels, Labels]:
        """Label images of whole cells and of nuclei for the last picture, (height, width) uint16."""
        field = self._field(self._field_index())
        return field.cells[self._window()].copy(), field.nuclei[self._window()].copy()

    def close(self) -> None:
        """The next `read` gives None."""
        self._closed = True

    def _make_field(self, index: int) -> Field:
        return make_field(self._options, index)

    def _develop(self, index: int, focus_step: int) -> Pixels:
        sigma_px = blur_px(focus_step * FOCUS_STEP_UM, self._options.um_per_px)
        return developed(self._field(index).transmitted, self._lamp, sigma_px)

    def _field_index(self) -> int:
        return max(self._sequence, 0) // self._options.dwell

    def _window(self) -> tuple[slice, slice]:
        """The part of the painted field that is seen: a slow loop around its middle."""
        turn = 2 * np.pi * max(self._sequence, 0) / _DRIFT_PERIOD
        left = MARGIN_PX + round(float(DRIFT_PX * np.sin(turn)))
        top = MARGIN_PX + round(float(DRIFT_PX * np.sin(1.7 * turn)))
        return slice(top, top + self._options.height), slice(left, left + self._options.width)

    def _focus_step(self) -> int:
        breath_um = BREATHING_UM * np.sin(2 * np.pi * self._sequence / _BREATH_PERIOD)
        return round((self._options.defocus_um + float(breath_um)) / FOCUS_STEP_UM)

    def _noise_now(self) -> NDArray[np.int8]:
        rng = np.random.default_rng([self._options.seed, 4, self._sequence])
        top, left = rng.integers(0, _NOISE_ROOM_PX, 2)
        return self._noise[top : top + self._options.height, left : left + self._options.width]
