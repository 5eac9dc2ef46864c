"""The scan itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from firmware_bridge.durable import told
from firmware_bridge.errors import Fault, OriginLost
from firmware_bridge.picture import Pixels
from firmware_bridge.scope.autofocus import Focusable, FocusPlan, Look, autofocus
from firmware_bridge.scope.place import check_reach
from firmware_bridge.scope.scan.empty import is_empty
from firmware_bridge.scope.scan.keep import Keeper
from firmware_bridge.scope.scan.plan import Stop, digest
from firmware_bridge.scope.scan.progress import Progress, ProgressFile
from firmware_bridge.scope.scan.state import Outcome, Phase, ScanState
from firmware_bridge.scope.sharpness import sharpness


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """How a scan looks.

    focus          how focus is searched where it is needed
    dull           refocus where crispness falls below this share of that after the last autofocus
    refocus_every  refocus after so many fields at the latest
    skip_empty     keep no pictures of bare glass
    """

    focus: FocusPlan = field(default_factory=FocusPlan)
    dull: float = 0.6
    refocus_every: int = 25
    skip_empty: bool = True


class Scannable(Focusable, Protocol):
    """What a scan needs of a scope."""

    @property
    def origin(self) -> str:
        """Names the place that 0 0 0 µm is."""


def _nobody(state: ScanState) -> None:
    return None


class Scan:
    """Visits every stop once, and can be paused, cancelled, watched, and begun again after anything.

    `run` works in the caller's thread; `pause`, `resume`, `cancel` and `state` are for any other. A new scan with the
    same plan, keeper and progress file goes on where an old one ended, whatever ended it: no field is kept twice, none
    is left out. It goes on only where the scope has the origin that the old one had, or a person vouches for it.
    """

    def __init__(
        self,
        scope: Scannable,
        look: Look,
        stops: Sequence[Stop],
        keeper: Keeper,
        progress: Path,
        options: ScanOptions | None = None,
        origin_kept: bool = False,
    ) -> None:
        """Read how far it is.

        Args:
            origin_kept: somebody has made sure that the stage is where the scope says, in the old scan's coordinates.

        Raises:
            BadScopeSettings: the progress file is damaged, or belongs to another plan.
        """
        self._scope, self._look, self._stops, self._keeper = scope, look, tuple(stops), keeper
        self._options, self._origin_kept = options or ScanOptions(), origin_kept
        self._watch: Callable[[ScanState], None] = _nobody
        self._clock: Callable[[], float] = time.monotonic
        self._file = ProgressFile(progress, digest(self._stops), len(self._stops))
        self._progress = self._file.read()
        self._going = threading.Event()
        self._going.set()
        self._cancelled = threading.Event()
        self._crispness: float | None = None
        self._since_focus = 0
        self._state = self._counted("running", None)

    @property
    def state(self) -> ScanState:
        """How far it is."""
        return self._state

    def pause(self) -> None:
        """Halt after the field that is being taken."""
        self._going.clear()

    def resume(self) -> None:
        """Go on."""
        self._going.set()

    def cancel(self) -> None:
        """End after the field that is being taken; a new scan can go on from there."""
        self._cancelled.set()
        self._going.set()

    def run(self, watch: Callable[[ScanState], None] = _nobody) -> ScanState:
        """Visit what is left, telling each state to `watch`. The state at its end: done, or cancelled.

        Raises:
            BeyondLimits: the region reaches beyond the soft limits; nothing moved.
            OriginLost: whether the places of an old scan still hold is not known; nothing moved.
            Fault: the stage, the camera or the keeper failed. All that was done is written down.
        """
        self._watch = watch
        try:
            check_reach(self._scope.settings, [(stop.x_um, stop.y_um) for stop in self._stops])
            self._check_origin()
            self._settle_doubt()
            for stop in self._stops:
                if stop.index not in self._progress.outcomes and not self._visit(stop):
                    return self._tell("cancelled", None)
        except (Fault, OSError) as fault:
            self._tell("failed", self._state.at, str(fault) if isinstance(fault, Fault) else told(fault))
            raise
        return self._tell("done", None)

    def _check_origin(self) -> None:
        """Before anything moves: no saved place, and least of all a saved focus, is driven to from an unknown zero."""
        unsure = self._progress.begun and self._progress.origin != self._scope.origin and not self._origin_kept
        if unsure and len(self._progress.outcomes) < len(self._stops):
            raise _origin_lost(self._stops[self._progress.last], self._progress.z_um)
        self._progress = replace(self._progress, origin=self._scope.origin)

    def _settle_doubt(self) -> None:
        """The field that was being kept when it ended: kept if the keeper has it, else to be taken again."""
        if self._progress.taking is not None:
            index, outcome = self._progress.taking
            if self._keeper.has(self._stops[index]):
                self._write(self._progress.ended(index, outcome))

    def _visit(self, stop: Stop) -> bool:
        """Take one field; False if the scan was cancelled before."""
        if not self._going.is_set():
            self._tell("paused", stop)
            self._going.wait()
        if self._cancelled.is_set():
            return False
        self._tell("running", stop)
        outcome, pixels = self._taken(stop)
        if outcome != "empty":
            self._write(replace(self._progress, taking=(stop.index, outcome)))
            self._keeper.keep(stop, pixels)
        self._write(self._progress.ended(stop.index, outcome))
        return True

    def _taken(self, stop: Stop) -> tuple[Outcome, Pixels]:
        self._scope.move_to(stop.x_um, stop.y_um, self._progress.z_um)
        pixels = self._look()
        if self._crispness is None:
            return self._refocused()  # first of all: far from focus a field looks empty
        if self._options.skip_empty and is_empty(pixels):
            return "empty", pixels
        if self._since_focus >= self._options.refocus_every or self._is_dull(pixels, self._crispness):
            return self._refocused()
        self._since_focus += 1
        return "kept", pixels

    def _is_dull(self, pixels: Pixels, crispness: float) -> bool:
        return sharpness(pixels).crispness < self._options.dull * crispness

    def _refocused(self) -> tuple[Outcome, Pixels]:
        result = autofocus(self._scope, self._look, self._options.focus, self._clock)
        pixels = self._look()
        if self._options.skip_empty and is_empty(pixels):
            return "empty", pixels
        if not result.found:
            return "blurred", pixels
        self._crispness, self._since_focus = sharpness(pixels).crispness, 0
        self._progress = replace(self._progress, z_um=result.z_um)
        return "kept", pixels

    def _write(self, progress: Progress) -> None:
        self._file.write(progress)
        self._progress = progress

    def _tell(self, phase: Phase, at: Stop | None, problem: str = "") -> ScanState:
        self._state = self._counted(phase, at, problem)
        self._watch(self._state)
        return self._state

    def _counted(self, phase: Phase, at: Stop | None, problem: str = "") -> ScanState:
        count = self._progress.count
        kept, blurred = count("kept") + count("blurred"), count("blurred")
        return ScanState(phase, len(self._stops), kept, count("empty"), blurred, at, problem)


def _origin_lost(stop: Stop, z_um: float | None) -> OriginLost:
    focus = "" if z_um is None else f", in focus at z {z_um:g}"
    place = f"field {stop.index} is at {stop.x_um:g}, {stop.y_um:g} µm{focus}"
    return OriginLost(
        "Whether the stage still counts from where it did when this scan began is not known.",
        f"Bring it to a place of this scan that you recognise and say where it is ({place}), with --at x,y,z. "
        "Where nothing was switched off or moved by hand, say --origin-kept. Else begin anew in another folder.",
    )
