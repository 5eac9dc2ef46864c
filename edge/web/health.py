"""`GET /health`: whether this kit can do its work, and what keeps it from it. 200 or 503."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from edge.errors import RecordFault
from edge.web.language import language_of, translation
from edge.web.live import MB, recording_shape, state_shape
from edge.web.parts import WebParts
from edge.web.problems import fault_shape
from edge.words import Translate
from firmware_bridge.masking import without_secrets
from firmware_bridge.newest import PumpState
from firmware_bridge.recording import RecordingState


def router(parts: WebParts) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["health"])

    @routes.get("/health")
    def health(request: Request) -> JSONResponse:
        """Source, bundle and store; 503 while no pictures come from the source, or nothing can be recorded."""
        translate = translation(language_of(request).code)
        state, store = parts.live.state, store_shape(parts, translate)
        source = {**state_shape(state, translate), "counts": counts_shape(state)}
        ok = state.usable and store["ok"]
        body = {
            "ok": ok,
            "source": {"uri": without_secrets(parts.live.uri), **source},
            "recording": None if parts.live.recording is None else recorded_shape(parts.live.recording, translate),
            "bundle": asdict(parts.bundle),
            "store": store,
        }
        return JSONResponse(body, 200 if ok else 503)

    return routes


def store_shape(parts: WebParts, translate: Translate) -> dict[str, Any]:
    """Whether the record can be read, and how full its disk is."""
    try:
        return {"ok": True, "cases": len(parts.record.cases()), "free_mb": parts.record.free_bytes() // MB}
    except RecordFault as fault:
        return {"ok": False, "fault": fault_shape(fault, translate)}


def counts_shape(state: PumpState) -> dict[str, int]:
    """What has happened to the source since the start."""
    counted = {"pictures": state.pictures, "dropped": state.dropped, "unreadable": state.unreadable}
    return {**counted, **asdict(state.link.counts)}


def recorded_shape(recording: RecordingState, translate: Translate) -> dict[str, Any]:
    """How the recording is doing, with its figures."""
    shape = recording_shape(recording, translate)["recording"]
    return {**shape, "pictures": recording.pictures, "missed": recording.missed}
