"""`GET /health`: whether this kit can do its work, and what keeps it from it. 200 or 503."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse

from edge.web.live import MB, recording_shape, state_shape
from edge.web.parts import WebParts, without_password
from edge.words import in_english
from firmware_bridge.newest import PumpState
from firmware_bridge.recording import RecordingState


def router(parts: WebParts) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["health"])

    @routes.get("/health")
    def health() -> JSONResponse:
        """Source, bundle and store; 503 while no pictures come from the source."""
        state = parts.live.state
        ok = state.usable
        body = {
            "ok": ok,
            "source": {"uri": without_password(parts.live.uri), **state_shape(state), "counts": counts_shape(state)},
            "recording": None if parts.live.recording is None else recorded_shape(parts.live.recording),
            "bundle": asdict(parts.bundle),
            "store": {"ok": True, "cases": len(parts.record.cases()), "free_mb": parts.record.free_bytes() // MB},
        }
        return JSONResponse(body, 200 if ok else 503)

    return routes


def counts_shape(state: PumpState) -> dict[str, int]:
    """What has happened to the source since the start."""
    counted = {"pictures": state.pictures, "dropped": state.dropped, "unreadable": state.unreadable}
    return {**counted, **asdict(state.link.counts)}


def recorded_shape(recording: RecordingState) -> dict[str, Any]:
    """How the recording is doing, with its figures."""
    shape = recording_shape(recording, in_english)["recording"]
    return {**shape, "pictures": recording.pictures, "missed": recording.missed}
