"""The slide under a stage: what is seen follows where the body of the microscope is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import lru_cache

from firmware_bridge.options import SimOptions
from firmware_bridge.picture import Pixels
from firmware_bridge.sim.body import Body, Pose
from firmware_bridge.sim.camera import blur_px, developed, illumination
from firmware_bridge.sim.canvas import Labels, Plane
from firmware_bridge.sim.field import TruthCell
from firmware_bridge.sim.slide import Slide
from firmware_bridge.sim.slide.slide import Window
from firmware_bridge.sim.view import FOCUS_STEP_UM, Moment, Tint, focus_step, lamp_tint, lit


class StageView:
    """The part of a slide around the stage's position, as sharp as the focus drive's distance from the land allows.

    One height and one focus hold for the whole picture: over 140 µm the land rises by less than 0.5 µm.
    """

    def __init__(self, options: SimOptions, body: Body, slide: Slide | None = None) -> None:
        self._options = options
        self._body = body
        self.slide = slide or Slide(options)
        self._lamp = illumination(options, options.height, options.width)
        self._light = lru_cache(maxsize=1)(self.slide.transmitted)
        self._developed = lru_cache(maxsize=2)(self._develop)
        self._pose = body.pose
        self._focus = 0

    @property
    def defocus_um(self) -> float:
        """Distance from the best focus."""
        return self._focus * FOCUS_STEP_UM

    @property
    def stage(self) -> Mapping[str, float]:
        """Where stage, focus and lamp were."""
        return asdict(self._pose)

    def clean(self, moment: Moment) -> Pixels:
        """The picture of this moment, without noise."""
        self._pose = pose = self._body.pose
        away_um = pose.z_um - self.slide.terrain.height_um(pose.x_um, pose.y_um)
        self._focus = focus_step(self._options, away_um, moment.elapsed_s)
        return self._developed(self._window(), self._focus, lamp_tint(self._options, moment, pose.lamp))

    def truth(self) -> tuple[TruthCell, ...]:
        """What is true of the last picture; `slide_um` tells a cell that was seen before."""
        return self.slide.truth(self._window())

    def labels(self) -> tuple[Labels, Labels]:
        """Label images of the last picture."""
        return self.slide.labels(self._window())

    def _window(self) -> Window:
        return self.slide.window(self._pose.x_um, self._pose.y_um)

    def _develop(self, window: Window, step: int, tint: Tint) -> Pixels:
        light: Plane = self._light(window)
        return developed(light, lit(self._lamp, tint), blur_px(step * FOCUS_STEP_UM, self._options.um_per_px))


def own_body(options: SimOptions, slide: Slide, clock: Callable[[], float]) -> Body:
    """A body that nobody else moves: at the place that the address names, in focus there."""
    height_um = slide.terrain.height_um(options.x_um, options.y_um)
    return Body(Pose(options.x_um, options.y_um, height_um), clock)


class Wanderer:
    """Moves a body on over a slide by itself, field by field in lines there and back, in focus: to show, and to
    measure speed.
    """

    FIELDS = 20
    """In a line."""

    def __init__(self, options: SimOptions, slide: Slide, body: Body) -> None:
        self._slide = slide
        self._body = body
        self._speed_um_s = options.scan_um_s
        self._field_um = (options.width * options.um_per_px, options.height * options.um_per_px)
        self._start = body.pose
        self._number = 0

    def go_on(self) -> None:
        """Set out for the next field where the last one has been reached."""
        if self._speed_um_s > 0 and not self._body.moving:
            self._number += 1
            line, along = divmod(self._number, self.FIELDS)
            column = along if line % 2 == 0 else self.FIELDS - 1 - along
            x_um = self._start.x_um + column * self._field_um[0]
            y_um = self._start.y_um + line * self._field_um[1]
            self._body.go(Pose(x_um, y_um, self._slide.terrain.height_um(x_um, y_um)), self._speed_um_s)
