"""Where fields are examined: one at a time, in a thread of its own, recorded before they are answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal, TypeVar

from edge.casework.capture import Taken
from edge.record import FieldRow, Recorded
from edge.types import Frame
from edge.web.parts import WebParts
from edge.web.turns import Turns
from firmware_bridge.errors import SourceLost, SourceUnavailable

OLDEST_S = 10.0
INSTEAD = "or add a picture from a file."
T = TypeVar("T")
Way = Literal["file", "hand", "itself"]
"""How a picture comes: from a file, or live, because somebody asked for it or a page that captures by itself did."""


class Desk:
    """Takes frames in the order in which they are handed in; `captured` is told of each live one that was recorded, and
    `is_captured` tells whether a frame shows the place of the latest of these.

    `handing_in` is held by whoever hands in a file, from before it is decoded until it is recorded: one such picture
    lies in memory, however many people send some, and a live capture waits for one at most.
    """

    def __init__(
        self, parts: WebParts, captured: Callable[[Frame], None], is_captured: Callable[[Frame], bool]
    ) -> None:
        self._parts = parts
        self._captured, self._is_captured = captured, is_captured
        self._latest: FieldRow | None = None
        self._turns = Turns()
        self.handing_in = asyncio.Lock()

    def newest(self) -> Frame:
        """The frame that a capture means: what lies under the microscope now, not what lay there before it went dark.

        Raises:
            SourceUnavailable: there has been none yet.
            SourceLost: the source is lost, or has not sent a picture for a while.
        """
        frame, state = self._parts.live.latest(), self._parts.live.state
        if frame is None or state.age_s is None:
            raise SourceUnavailable("There is no picture to capture yet.", f"Check the camera, {INSTEAD}")
        is_old = state.phase == "running" and state.age_s > OLDEST_S
        if is_old or not state.usable:
            raise SourceLost(f"There has been no picture for {state.age_s:.0f} s.", f"Check the camera, {INSTEAD}")
        return frame

    async def take(self, case_id: int, frame: Frame, way: Way, by: str) -> Taken:
        """Examine and record a frame; it is on the disk when this returns. Of several pages that capture by themselves
        only one does: the others are given its field.

        Raises:
            Fault: whatever the station or the record has to say.
        """
        return await asyncio.wrap_future(self._turns.capture(self._examined, case_id, frame, way, by))

    async def in_turn(self, question: Callable[..., T], *about: object) -> T:
        """What the station is asked besides: never while it examines, nor while a capture waits.

        Raises:
            Overtaken: newer questions have taken its place.
        """
        return await asyncio.wrap_future(self._turns.question(question, *about))

    async def asked(self, question: Callable[..., T], *about: object) -> T:
        """An answer of the record, which may wait for the disk, without holding up anybody else."""
        return await asyncio.to_thread(question, *about)

    def close(self) -> None:
        """Finish what is under way."""
        self._turns.close()

    def _examined(self, case_id: int, frame: Frame, way: Way, by: str) -> Taken:
        captures, latest = self._parts.casework.captures, self._latest
        prepared = captures.prepared(case_id, frame, is_live=way != "file")
        if way == "itself" and latest is not None and latest.case_id == case_id and self._is_captured(frame):
            return Taken(Recorded(latest, is_new=False))
        taken = captures.take(case_id, prepared, self._parts.examiner.examine, by)
        if way != "file":
            self._latest = taken.recorded.field
            self._captured(frame)
        return taken
