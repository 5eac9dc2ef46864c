"""Field after field, as somebody shows them who turns the stage now and then: what the demonstration looks at."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from firmware_bridge.options import SimOptions
from firmware_bridge.picture import Pixels
from firmware_bridge.sim.camera import blur_px, developed, illumination
from firmware_bridge.sim.canvas import Labels
from firmware_bridge.sim.field import MARGIN_PX, Field, TruthCell, make_field, shifted_truth
from firmware_bridge.sim.view import FOCUS_STEP_UM, Moment, Tint, focus_step, lamp_tint, lit

DRIFT_PX = MARGIN_PX - 3
BREATHING_UM = 0.15
_DRIFT_PERIOD, _BREATH_PERIOD = 151.0, 47.0


class FieldView:
    """A field stays for `dwell` pictures, drifting by a few pixels and breathing in focus as a real one does.

    Picture k is the same for the same options, whenever and however often it is made.
    """

    stage = None

    def __init__(self, options: SimOptions) -> None:
        self._options = options
        self._lamp = illumination(options, options.height + 2 * MARGIN_PX, options.width + 2 * MARGIN_PX)
        self._field = lru_cache(maxsize=1)(self._make_field)
        self._developed = lru_cache(maxsize=2)(self._develop)
        self._sequence = 0
        self._focus = 0

    @property
    def defocus_um(self) -> float:
        """Distance from the best focus."""
        return self._focus * FOCUS_STEP_UM

    def clean(self, moment: Moment) -> Pixels:
        """The picture of this moment, without noise."""
        self._sequence = moment.sequence
        breath_um = BREATHING_UM * np.sin(2 * np.pi * self._sequence / _BREATH_PERIOD)
        self._focus = focus_step(self._options, float(breath_um), moment.elapsed_s)
        whole = self._developed(self._field_index(), self._focus, lamp_tint(self._options, moment))
        return np.ascontiguousarray(whole[self._window()])

    def truth(self) -> tuple[TruthCell, ...]:
        """What is true of the last picture."""
        rows, columns = self._window()
        known = self._field(self._field_index()).truth
        seen = (shifted_truth(cell, columns.start, rows.start, self._options) for cell in known)
        return tuple(cell for cell in seen if cell is not None)

    def labels(self) -> tuple[Labels, Labels]:
        """Label images of the last picture."""
        field = self._field(self._field_index())
        return field.cells[self._window()].copy(), field.nuclei[self._window()].copy()

    def _make_field(self, index: int) -> Field:
        return make_field(self._options, index)

    def _develop(self, index: int, step: int, tint: Tint) -> Pixels:
        sigma_px = blur_px(step * FOCUS_STEP_UM, self._options.um_per_px)
        return developed(self._field(index).transmitted, lit(self._lamp, tint), sigma_px)

    def _field_index(self) -> int:
        return self._sequence // self._options.dwell

    def _window(self) -> tuple[slice, slice]:
        """The part of the painted field that is seen: a slow loop around its middle."""
        turn = 2 * np.pi * self._sequence / _DRIFT_PERIOD
        left = MARGIN_PX + round(float(DRIFT_PX * np.sin(turn)))
        top = MARGIN_PX + round(float(DRIFT_PX * np.sin(1.7 * turn)))
        return slice(top, top + self._options.height), slice(left, left + self._options.width)
