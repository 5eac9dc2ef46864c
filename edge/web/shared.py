"""One computation per frame, however many people watch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import cv2

from edge.types import Frame

T = TypeVar("T")

LIVE_SIDE_PX = 960
LIVE_JPEG_QUALITY = 80
LONGEST_S = 1.5
"""Longest rest between two, however busy the machine: capturing by itself waits for two looks at one place."""


class Shared(Generic[T]):
    """The newest frame's value, computed in a thread, at most once per frame and once in `every_s` seconds.

    It takes no more than `most` of the time: on a machine that is busy with a case, where everything takes longer, it
    is made less often, with rests of at most `LONGEST_S`.
    """

    def __init__(self, compute: Callable[[Frame], T], every_s: float = 0.0, most: float = 1.0) -> None:
        self._compute = compute
        self._least_s = self._every_s = every_s
        self._most = most
        self._turn = asyncio.Lock()
        self._latest: tuple[Frame, float, T] | None = None

    async def of(self, frame: Frame) -> T:
        """The value of this frame, or of the one before while that is younger than `every_s`."""
        async with self._turn:
            known = self._latest
            if known is not None and (known[0].pixels is frame.pixels or time.monotonic() - known[1] < self._every_s):
                return known[2]
            began_s = time.monotonic()
            value = await asyncio.to_thread(self._compute, frame)
            now_s = time.monotonic()
            rest_s = (now_s - began_s) * (1 / self._most - 1)
            self._every_s = max(self._least_s, min(rest_s, LONGEST_S))
            self._latest = (frame, now_s, value)
            return value


class Recent(Generic[T]):
    """What is asked about something, in a thread, at most once in `every_s` seconds for each thing, whoever asks."""

    def __init__(self, ask: Callable[[Any], T], every_s: float) -> None:
        self._ask = ask
        self._every_s = every_s
        self._turn = asyncio.Lock()
        self._known: dict[Any, tuple[float, T]] = {}

    async def of(self, about: Any) -> T:
        """The answer about this, as old as `every_s` at most."""
        async with self._turn:
            now_s = time.monotonic()
            self._known = {each: known for each, known in self._known.items() if now_s - known[0] < self._every_s}
            if about not in self._known:
                answer = await asyncio.to_thread(self._ask, about)
                self._known[about] = (time.monotonic(), answer)
            return self._known[about][1]


def live_jpeg(frame: Frame, side_px: int = LIVE_SIDE_PX, quality: int = LIVE_JPEG_QUALITY) -> bytes:
    """The frame for watching: its longer side at most `side_px`."""
    height, width = frame.pixels.shape[:2]
    shrink = min(1.0, side_px / max(height, width))
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    small = cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA)
    bgr = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, (cv2.IMWRITE_JPEG_QUALITY, quality))[1].tobytes()
