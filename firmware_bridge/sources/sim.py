"""The simulated microscope as a source: over a smear whose truth is known, with everything that can go wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from firmware_bridge.errors import SourceFault
from firmware_bridge.options import SimOptions
from firmware_bridge.picture import Picture, Pixels
from firmware_bridge.sim.body import Body
from firmware_bridge.sim.camera import noise_tile, with_noise
from firmware_bridge.sim.canvas import Labels
from firmware_bridge.sim.field import TruthCell
from firmware_bridge.sim.fieldview import FieldView
from firmware_bridge.sim.settings import SimControls
from firmware_bridge.sim.slide import Slide
from firmware_bridge.sim.stageview import StageView, Wanderer, own_body
from firmware_bridge.sim.troubles import Plug, half_a_jpeg, lamp_now, troubles
from firmware_bridge.sim.view import Moment, View
from firmware_bridge.steady import Steady
from firmware_bridge.uri import SourceUri

_NOISE_ROOM_PX = 64
Wait = Callable[[float], object]


class World:
    """Everything that stays while the camera is unplugged and opened again: slide, stage, plan of faults, settings."""

    def __init__(self, options: SimOptions, body: Body | None, clock: Callable[[], float]) -> None:
        self.options = options
        self.clock = clock
        self.started_s = clock()
        self.made = -1
        self.schedule = troubles(options.faults)
        self.plug = Plug(self.schedule)
        self.controls = SimControls(options.exposure)
        self.steady = Steady({}, options.lock)
        self.last: Pixels | None = None
        self.wanderer: Wanderer | None = None
        self.view = self._view(body)
        rng = np.random.default_rng([options.seed, 3])
        self._noise = noise_tile(rng, options.height + _NOISE_ROOM_PX, options.width + _NOISE_ROOM_PX)

    @property
    def in_its_own_time(self) -> bool:
        """There is a stage, which moves in real time; otherwise time is what the pictures' numbers say."""
        return isinstance(self.view, StageView)

    def elapsed_s(self) -> float:
        """Seconds since the start, by the clock."""
        return self.clock() - self.started_s

    def taken_s(self) -> float:
        """When the present picture is taken."""
        return self.clock() if self.in_its_own_time else self.made / self.options.fps

    def noise(self) -> NDArray[np.int8]:
        """That of the present picture."""
        rng = np.random.default_rng([self.options.seed, 4, self.made])
        top, left = rng.integers(0, _NOISE_ROOM_PX, 2)
        return self._noise[top : top + self.options.height, left : left + self.options.width]

    def _view(self, body: Body | None) -> View:
        if body is None and not self.options.slide:
            return FieldView(self.options)
        slide = Slide(self.options)
        if body is None:
            body = own_body(self.options, slide, self.clock)
            self.wanderer = Wanderer(self.options, slide, body)
        return StageView(self.options, body, slide)


class SimSource:
    """Endless. With a body, or `slide`, it shows what lies under the stage, in real time at `fps`; otherwise field
    after field, at once, with its time at `fps`.

    `truth` and `labels` belong to the last picture; ask for them in the thread that reads.

    Args:
        uri: of `sim:`.
        body: moved by somebody else.
        clock: seconds.
        wait: how to wait so many seconds for the next picture of a stage; by default really.
        world: that of the camera that is opened again.
    """

    def __init__(
        self,
        uri: SourceUri,
        body: Body | None = None,
        clock: Callable[[], float] = time.monotonic,
        wait: Wait | None = None,
        world: World | None = None,
    ) -> None:
        self._address = uri
        self._world = world or World(uri.options_as(SimOptions), body, clock)
        self._closed = threading.Event()
        self._given_wait = wait
        self._wait: Wait = wait or self._closed.wait
        self._due_s = 0.0
        self._world.steady.opened(self._world.controls)

    @property
    def uri(self) -> str:
        """The address this source was opened with."""
        return str(self._address)

    @property
    def complaints(self) -> tuple[SourceFault, ...]:
        """Light that has drifted since it was locked."""
        return self._world.steady.complaints

    @property
    def controls(self) -> SimControls:
        """The camera's settings."""
        return self._world.controls

    def read(self) -> Picture | None:
        """The next picture. None after `close`.

        Raises:
            SourceLost, BadPicture: what `faults` has in store.
        """
        world = self._world
        self._keep_pace()
        if self._closed.is_set():
            return None
        world.made += 1
        count, seconds = world.made, world.elapsed_s()
        world.plug.pull(count, seconds)
        if world.schedule.goes_on("silence", count, seconds):
            return self._silent()
        pixels = self._pixels(count, seconds)
        if world.schedule.goes_on("torn", count, seconds):
            raise half_a_jpeg(cv2.imencode(".jpg", pixels)[1].tobytes(), f"{self.uri}, picture {count},")
        return self._picture(pixels)

    def truth(self) -> tuple[TruthCell, ...]:
        """Every nucleated cell, smudge and platelet whose centre lies in the last picture."""
        return self._world.view.truth()

    def labels(self) -> tuple[Labels, Labels]:
        """Label images of whole cells and of nuclei for the last picture, (height, width) uint16."""
        return self._world.view.labels()

    def again(self) -> SimSource:
        """The same camera on the same microscope, under whatever number it has now.

        Raises:
            SourceUnavailable: it is unplugged.
        """
        world, before = self._world, self._world.plug.powered_up
        world.plug.require(world.made, world.elapsed_s())
        if world.plug.powered_up > before:
            world.controls.power_up()
        return SimSource(self._address, wait=self._given_wait, world=world)

    def close(self) -> None:
        """The next `read` gives None; one that waits ends."""
        self._closed.set()

    def _keep_pace(self) -> None:
        if not self._world.in_its_own_time:
            return
        if self._world.wanderer is not None:
            self._world.wanderer.go_on()
        now_s = self._world.clock()
        if self._due_s > now_s:
            self._wait(self._due_s - now_s)
        self._due_s = max(self._due_s, now_s) + 1.0 / self._world.options.fps

    def _silent(self) -> Picture | None:
        """Wait until the silence is over, a step at a time; None once closed."""
        while not self._closed.is_set():
            self._wait(1.0 / self._world.options.fps)
            if not self._world.schedule.goes_on("silence", self._world.made, self._world.elapsed_s()):
                return self.read()
        return None

    def _pixels(self, count: int, seconds: float) -> Pixels:
        world = self._world
        if world.last is not None and world.schedule.goes_on("frozen", count, seconds):
            self._wait(1.0 / world.options.fps)  # nobody else keeps the time of pictures that are left out
            return world.last
        lamp = lamp_now(world.schedule, count, seconds)
        red, green, blue = world.controls.tint(world.options.exposure)
        elapsed_s = seconds if world.in_its_own_time else count / world.options.fps
        clean = world.view.clean(Moment(count, elapsed_s, (lamp * red, lamp * green, lamp * blue)))
        world.last = with_noise(clean, world.noise())
        return world.last

    def _picture(self, pixels: Pixels) -> Picture:
        world, options = self._world, self._world.options
        taken_s = world.taken_s()
        world.steady.look(pixels, taken_s)
        settings: dict[str, str | float] = {
            **world.steady.settings,
            "defocus_um": world.view.defocus_um,
            "device": world.plug.name,
        }
        return Picture(
            pixels,
            world.made,
            1000.0 * taken_s,
            self.uri,
            options.um_per_px,
            settings,
            stage=world.view.stage,
            recorded=not world.in_its_own_time,
        )
