"""Answers that never end: the live picture as MJPEG, and the state of things as Server-Sent Events.

Both follow the newest frame rather than queue. Each viewer gets pictures at its own pace (`edge.web.pace`): a slow one
gets smaller and fewer, and slows nobody else.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import StreamingResponse

from edge.types import Frame, Verdict
from edge.web.api.who import counting, may_stay
from edge.web.focus import FocusMemory, FocusNow, focus_shape
from edge.web.language import language_of, translation
from edge.web.pace import LEVELS, Level, Pace
from edge.web.parts import WebParts
from edge.web.shared import Recent, Shared, live_jpeg
from edge.web.steady import Looked, Looking, view_shape
from edge.web.welcome import Welcome
from edge.words import Translate, in_english, say, say_fault
from firmware_bridge.errors import SourceFault
from firmware_bridge.newest import PumpState
from firmware_bridge.recording import RecordingState

SENT_AGAIN_S = 2.0
"""An unchanged picture is sent again this often, so that a viewer who went away is noticed."""
EVENTS_PER_S = 4.0
GAUGES_EVERY_S = 0.4
WRITTEN_EVERY_S = 0.3
GAUGES_SHARE, FOCUS_SHARE = 0.08, 0.04
"""Most of a core's time that goes into looking at live pictures, however many look on."""
NEXT_PART = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n"
MB = 1_000_000
Kind = Literal["live", "gauges", "focus", "room", "control", "case"]
KINDS: frozenset[Kind] = frozenset(get_args(Kind))
Kinds = Annotated[list[Kind] | None, Query(description="which events; all where none is named")]


Pictures = Mapping[Level, Shared[bytes]]
"""The newest picture in each size, made when the first viewer asks for it."""


def shared_pictures() -> Pictures:
    """One for each level of pace."""
    return {level: Shared(partial(live_jpeg, side_px=level.side_px, quality=level.quality)) for level in LEVELS}


def router(parts: WebParts, looking: Looking, focus: FocusMemory) -> APIRouter:
    """`/live.mjpg`, `/api/v1/events`, and what the focus aid remembers, for those who may see cases."""
    routes = APIRouter(dependencies=[Depends(counting)])
    pictures = shared_pictures()
    watched = Watched(
        Shared(looking.look, GAUGES_EVERY_S, GAUGES_SHARE),
        Shared(focus.see, most=FOCUS_SHARE),
        Recent(partial(written_news, parts), WRITTEN_EVERY_S),
    )

    @routes.get(
        "/live.mjpg",
        tags=["live"],
        description="The live picture: one JPEG after the other, as large as the viewer keeps up with, without an end.",
        response_class=StreamingResponse,
        responses={200: {"content": {"multipart/x-mixed-replace; boundary=frame": {}}}},
    )
    async def live(request: Request) -> StreamingResponse:
        stream = picture_stream(parts, pictures, Pace(), _welcome(request))
        return StreamingResponse(stream, media_type="multipart/x-mixed-replace; boundary=frame")

    @routes.delete("/api/v1/live/focus", status_code=204, tags=["live"])
    def forget_focus() -> None:
        """Forget the best sharpness: the focus aid begins anew."""
        focus.forget()

    @routes.get("/api/v1/events", tags=["live"])
    async def events(request: Request, case: int | None = None, of: Kinds = None) -> StreamingResponse:
        """Server-Sent Events: `live`, `gauges`, `focus` (sharpness, the best so far, steadiness), `room`, `control`,
        and `case` (fields, state, latest step); `here` after two seconds in which there was no news.
        """
        translate = translation(language_of(request).code)
        if case is not None:
            await asyncio.to_thread(parts.casework.case, case)
        wanted = KINDS if of is None else frozenset(of)
        stream = event_stream(parts, watched, Asked(case, wanted), translate, _welcome(request))
        return StreamingResponse(stream, media_type="text/event-stream")

    return routes


def _welcome(request: Request) -> Welcome:
    return Welcome(partial(may_stay, request))


async def picture_stream(
    parts: WebParts, pictures: Pictures, pace: Pace, welcome: Welcome, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[bytes]:
    """The parts of a multipart answer, until the server stops or the welcome ends; the newest picture kept when the
    source is lost.
    """
    shown: Frame | None = None
    sent_s = 0.0
    # the next part's head follows each picture at once: Chromium shows a picture when it sees the next one begin
    yield NEXT_PART
    while not parts.stopping.is_set() and await welcome.lasts():
        frame, now_s, waited_s = parts.live.latest(), clock(), 0.0
        if frame is not None and (shown is None or frame.pixels is not shown.pixels or now_s - sent_s > SENT_AGAIN_S):
            shown, picture = frame, await pictures[pace.level].of(frame)
            handed_s = clock()
            yield picture + b"\r\n" + NEXT_PART
            sent_s = clock()
            waited_s = sent_s - handed_s
            pace.sent(waited_s, sent_s)
        await asyncio.sleep(pace.rest_s(waited_s))


@dataclass(frozen=True)
class Watched:
    """What is found out once for all who listen: of the newest frame, and of the record."""

    looks: Shared[Looked]
    focus: Shared[FocusNow]
    written: Recent[dict[str, dict[str, Any]]]


@dataclass(frozen=True)
class Asked:
    """What one listener wants to hear of, and of which case."""

    case: int | None = None
    kinds: frozenset[Kind] = KINDS


async def event_stream(
    parts: WebParts, watched: Watched, asked: Asked, translate: Translate, welcome: Welcome
) -> AsyncIterator[str]:
    """Events whenever what they say has changed, until the server stops or the welcome ends."""
    said: dict[str, str] = {}
    quiet_since_s = time.monotonic()
    while not parts.stopping.is_set() and await welcome.lasts():
        for name, data in (await _news(parts, watched, asked, translate)).items():
            text = json.dumps(data, separators=(",", ":"))
            if said.get(name) != text:
                said[name], quiet_since_s = text, time.monotonic()
                yield f"event: {name}\ndata: {text}\n\n"
        if time.monotonic() - quiet_since_s > SENT_AGAIN_S:
            quiet_since_s = time.monotonic()
            yield "event: here\ndata: {}\n\n"
        await asyncio.sleep(1 / EVENTS_PER_S)


async def _news(parts: WebParts, watched: Watched, asked: Asked, translate: Translate) -> dict[str, dict[str, Any]]:
    """Only what is asked for is found out: the page of a result measures no pictures."""
    state, frame = parts.live.state, parts.live.latest()
    seen = frame if state.usable else None
    news = {"live": {**state_shape(state, translate), **recording_shape(parts.live.recording, translate)}}
    if "gauges" in asked.kinds:
        news["gauges"] = looks_shape(None if seen is None else await watched.looks.of(seen), translate)
    if "focus" in asked.kinds:
        news["focus"] = focus_shape(None if seen is None else await watched.focus.of(seen))
    news |= await watched.written.of(asked.case)
    return {name: data for name, data in news.items() if name in asked.kinds}


def written_news(parts: WebParts, case: int | None) -> dict[str, dict[str, Any]]:
    """What the record knows that may change: room on the disk, the control slide, the case."""
    free_mb = parts.record.free_bytes() // MB
    news = {"room": {"free_mb": free_mb // 100 * 100}, "control": _control(parts)}
    return news if case is None else {**news, "case": _case(parts, case)}


def _control(parts: WebParts) -> dict[str, Any]:
    """What the control slide says today."""
    state = parts.casework.controls.state()
    return {"state": state.level, "due": state.due, "verdict": state.verdict}


def _case(parts: WebParts, case_id: int) -> dict[str, Any]:
    """How far a case is; whenever any of it changes, something was done to the case."""
    case, books = parts.record.case(case_id), parts.casework.books
    return {
        "id": case_id,
        "fields": books.listing.fields(case_id),
        "state": case.state,
        "version": case.version,
        "step": books.steps.last(case_id),
    }


def state_shape(state: PumpState, translate: Translate = in_english) -> dict[str, Any]:
    """The state of the source: waiting, live, reconnecting, frozen, ended or lost; times in whole seconds, so that live
    is quiet. `attempt` is the try to open it that is under way or comes in `next_s`.
    """
    running = "waiting" if state.age_s is None else "live"
    link = state.link
    return {
        "phase": running if state.phase == "running" else state.phase,
        "age_s": None if state.age_s is None else int(state.age_s),
        "fault": None if state.fault is None else fault_shape(state.fault, translate),
        "attempt": link.attempt if link.fault is not None else 0,
        "next_s": None if link.next_s is None else math.ceil(link.next_s),
        "warnings": [fault_shape(each, translate) for each in link.warnings],
    }


def recording_shape(recording: RecordingState | None, translate: Translate) -> dict[str, Any]:
    """Whether it is recorded, and why not any more; without figures, so that live is quiet."""
    if recording is None:
        return {"recording": None}
    fault = None if recording.fault is None else fault_shape(recording.fault, translate)
    return {"recording": {"phase": recording.phase, "fault": fault}}


def fault_shape(fault: SourceFault, translate: Translate) -> dict[str, str]:
    """A fault of the source with its remedy, in the reader's words."""
    words = say_fault(fault, translate)
    return {"code": fault.code, "detail": words.text, "remedy": words.remedy}


def looks_shape(looked: Looked | None, translate: Translate) -> dict[str, Any]:
    """The gauges, and whether the view rests."""
    if looked is None:
        return {**gauges_shape(None, translate), "view": None}
    return {**gauges_shape(looked.verdict, translate), "view": view_shape(looked)}


def gauges_shape(verdict: Verdict | None, translate: Translate) -> dict[str, Any]:
    """What the gate measures on the newest frame, and its reasons in words."""
    if verdict is None:
        return {"ok": None, "measures": {}, "reasons": []}
    reasons = [{"code": reason.code, **asdict(say(reason, translate))} for reason in verdict.reasons]
    measures = {name: float(f"{value:.3g}") for name, value in verdict.measures.items()}
    return {"ok": verdict.ok, "measures": measures, "reasons": reasons}
