"""Endless answers: pictures and events follow the newest frame, are made once for all viewers, and end when told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from edge.record import NewCase
from edge.types import Frame
from edge.web import WebParts, create_app
from edge.web.focus import FocusMemory
from edge.web.language import translation
from edge.web.live import (
    NEXT_PART,
    Asked,
    Watched,
    event_stream,
    gauges_shape,
    picture_stream,
    shared_pictures,
    state_shape,
    written_news,
)
from edge.web.pace import Pace
from edge.web.shared import LIVE_SIDE_PX, Recent, Shared, live_jpeg
from edge.web.steady import Looking
from edge.web.welcome import Welcome
from edge.words import in_english
from firmware_bridge.errors import LightDrifted, RecordingStopped, SourceLost
from firmware_bridge.recording import RecordingState
from tests.cases import PaintedLive, painted_frame, painted_parts, pump_state

STAYS = Welcome(lambda: True)
LOST = SourceLost("The camera was unplugged.", "Plug it in again.")


@pytest.fixture
def live() -> PaintedLive:
    return PaintedLive(painted_frame(1, 2, (200, 150)))


@pytest.fixture
def parts(tmp_path: Path, live: PaintedLive) -> Iterator[WebParts]:
    made = painted_parts(tmp_path, live)
    yield made
    made.record.close()


async def take(stream: AsyncIterator[Any], until: Callable[[list[Any]], bool]) -> list[Any]:
    """What a stream gives until enough has come."""
    came: list[Any] = []
    async for each in stream:
        came.append(each)
        if until(came):
            break
    return came


def watched(parts: WebParts) -> Watched:
    written = Recent(partial(written_news, parts), 0.0)
    return Watched(Shared(Looking(parts.examiner.gate).look), Shared(FocusMemory().see), written)


def events_of(parts: WebParts, names: set[str], case: int | None = None) -> dict[str, Any]:
    stream = event_stream(parts, watched(parts), Asked(case), in_english, STAYS)
    texts = asyncio.run(take(stream, lambda came: names <= {name_of(each) for each in came}))
    return {name_of(text): json.loads(text.split("data: ")[1]) for text in texts}


def counting(made: list[Frame]) -> Callable[[Frame], int]:
    def compute(frame: Frame) -> int:
        made.append(frame)
        return len(made)

    return compute


def name_of(event: str) -> str:
    return event.split("\n")[0].removeprefix("event: ")


def test_a_picture_is_whole_and_followed_by_the_next_ones_head(parts: WebParts) -> None:
    first, second = asyncio.run(
        take(picture_stream(parts, shared_pictures(), Pace(), STAYS), lambda came: len(came) == 2)
    )
    assert first == NEXT_PART
    assert second.endswith(NEXT_PART)
    assert Image.open(BytesIO(second)).size == (200, 150)


def test_large_pictures_are_watched_small() -> None:
    frame = painted_frame(1, 2, (1920, 600))
    assert Image.open(BytesIO(live_jpeg(frame))).size == (LIVE_SIDE_PX, 300)


def test_a_picture_is_made_once_for_all_viewers(live: PaintedLive) -> None:
    made: list[Frame] = []
    shared = Shared[int](counting(made))

    async def eight_viewers(frame: Frame) -> list[int]:
        return list(await asyncio.gather(*(shared.of(frame) for _ in range(8))))

    frame = live.latest()
    assert frame is not None
    assert asyncio.run(eight_viewers(frame)) == [1] * 8


def test_gauges_are_not_measured_more_often_than_they_may(live: PaintedLive) -> None:
    made: list[Frame] = []
    shared = Shared[int](counting(made), every_s=60.0)

    async def three_frames() -> list[int]:
        return [await shared.of(painted_frame(seed, 1, (40, 30))) for seed in range(3)]

    assert asyncio.run(three_frames()) == [1, 1, 1]


def test_the_record_is_asked_once_for_all_who_listen() -> None:
    asked: list[int] = []

    def ask(about: int) -> int:
        asked.append(about)
        return len(asked)

    recent = Recent[int](ask, 60.0)

    async def eight() -> list[int]:
        return list(await asyncio.gather(*(recent.of(k % 2) for k in range(8))))

    assert asyncio.run(eight()) == [1, 2] * 4
    assert asked == [0, 1]


@pytest.mark.parametrize(
    ("takes_s", "most", "times"), [(0.1, 0.1, (3, 4)), (0.01, 0.1, (18, 28)), (0.3, 0.05, (2, 3)), (0.1, 1.0, (19, 21))]
)
def test_what_takes_long_is_made_less_often_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, takes_s: float, most: float, times: tuple[int, int]
) -> None:
    """Down to once in 1.5 s: else a kit that is busy looks twice in no stay of a few seconds."""
    now_s = 100.0
    monkeypatch.setattr("edge.web.shared.time.monotonic", lambda: now_s)
    made = []

    def slow(frame: Frame) -> int:
        nonlocal now_s
        now_s += takes_s
        made.append(now_s)
        return len(made)

    shared = Shared[int](slow, most=most)

    async def for_three_seconds() -> None:
        nonlocal now_s
        while now_s < 103.0:
            await shared.of(painted_frame(len(made), 1, (40, 30)))
            now_s += 0.05

    asyncio.run(for_three_seconds())
    assert times[0] <= len(made) <= times[1]


@pytest.mark.parametrize("kind", ["pictures", "events"])
def test_streams_end_when_the_server_stops(parts: WebParts, kind: str) -> None:
    streams = {
        "pictures": picture_stream(parts, shared_pictures(), Pace(), STAYS),
        "events": event_stream(parts, watched(parts), Asked(), in_english, STAYS),
    }

    async def to_the_end() -> int:
        sent = 0
        async for _ in streams[kind]:
            sent += 1
            parts.stopping.set()
        return sent

    assert asyncio.run(asyncio.wait_for(to_the_end(), timeout=5)) >= 1


def test_only_what_is_asked_for_is_found_out_and_told(parts: WebParts) -> None:
    """The page of a result hears of its case, and no picture is measured for it."""
    looks: list[Frame] = []
    seen = Watched(Shared(counting(looks)), Shared(counting(looks)), Recent(partial(written_news, parts), 0.0))  # type: ignore[arg-type]
    stream = event_stream(parts, seen, Asked(kinds=frozenset({"room", "control"})), in_english, STAYS)
    texts = asyncio.run(asyncio.wait_for(take(stream, lambda came: name_of(came[-1]) == "here"), timeout=10))
    assert [name_of(each) for each in texts] == ["room", "control", "here"]
    assert looks == []


def test_events_tell_state_gauges_and_room(parts: WebParts) -> None:
    said = events_of(parts, {"live", "gauges", "room"})
    assert (said["live"]["phase"], said["live"]["age_s"], said["live"]["fault"]) == ("live", 0, None)
    assert said["gauges"]["ok"] is True
    assert {"focus_um", "exposure"} <= set(said["gauges"]["measures"])
    assert said["room"]["free_mb"] >= 0


def test_events_tell_how_far_a_case_is_and_what_the_control_slide_says(parts: WebParts) -> None:
    parts.casework.life.begin(NewCase("A-17", "marrow", "wright-giemsa"), by="")
    said = events_of(parts, {"case", "control"}, case=1)
    assert said["case"] == {"id": 1, "fields": 0, "state": "open", "version": 1, "step": 1}
    assert said["control"] == {"state": "warn", "due": True, "verdict": None}


def test_events_of_a_case_that_is_not_there_are_a_problem(parts: WebParts) -> None:
    with TestClient(create_app(parts), "http://localhost") as client:
        assert client.get("/api/v1/events?case=9").status_code == 404


def test_a_lost_camera_has_a_reason_and_no_gauges(parts: WebParts, live: PaintedLive) -> None:
    live.lose(LOST, age_s=75.4)
    said = events_of(parts, {"live", "gauges"})
    assert (said["live"]["phase"], said["live"]["age_s"]) == ("reconnecting", 75)
    assert (said["live"]["attempt"], said["live"]["next_s"]) == (3, 2)
    assert said["live"]["fault"] == {"code": "source.lost", "detail": LOST.what, "remedy": LOST.remedy}
    assert said["gauges"] == {"ok": None, "measures": {}, "reasons": [], "view": None}


@pytest.mark.parametrize(
    ("phase", "age_s", "said"),
    [
        ("running", None, "waiting"),
        ("running", 1.0, "live"),
        ("reconnecting", 9.0, "reconnecting"),
        ("frozen", 9.0, "frozen"),
        ("ended", 9.0, "ended"),
        ("lost", None, "lost"),
    ],
)
def test_how_the_source_is_doing(phase: Any, age_s: float | None, said: str) -> None:
    assert state_shape(pump_state(phase, age_s))["phase"] == said


def test_a_fault_is_told_in_the_readers_language_or_in_its_own_words() -> None:
    state = pump_state("reconnecting", 3.0, LOST)
    english, spanish = (state_shape(state, translation(code))["fault"] for code in ("en", "es"))
    assert (english["detail"], english["remedy"]) == (LOST.what, LOST.remedy)
    assert spanish["detail"] == "La fuente de imágenes se ha detenido."


def test_what_is_wrong_though_pictures_come_is_told_too(parts: WebParts, live: PaintedLive) -> None:
    live.warn(LightDrifted("The light is 12 % dimmer.", "Check the lamp."))
    (warning,) = events_of(parts, {"live"})["live"]["warnings"]
    assert warning == {"code": "source.light", "detail": "The light is 12 % dimmer.", "remedy": "Check the lamp."}


def test_whether_it_is_recorded_and_why_not_any_more(parts: WebParts, live: PaintedLive) -> None:
    assert events_of(parts, {"live"})["live"]["recording"] is None
    live.recording = RecordingState("recording", 7, 2)
    assert events_of(parts, {"live"})["live"]["recording"] == {"phase": "recording", "fault": None}
    full = RecordingStopped("The disk is full.", "Make room.")
    live.recording = RecordingState("stopped", 7, 2, full)
    assert events_of(parts, {"live"})["live"]["recording"]["fault"]["remedy"] == "Make room."


def test_reasons_come_in_words_with_a_remedy(parts: WebParts) -> None:
    dark = Frame(painted_frame(1, 2, (200, 150)).pixels // 6)
    (reason,) = gauges_shape(parts.examiner.gate(dark), in_english)["reasons"]
    assert set(reason) == {"code", "text", "remedy"}


def test_the_focus_aid_tells_sharpness_and_the_best(parts: WebParts) -> None:
    focus = events_of(parts, {"focus"})["focus"]
    assert focus["sharpness"] == focus["best"] > 0
    assert (focus["level"], focus["hint"]) == (1.0, "turn")


def test_without_a_picture_the_focus_aid_says_nothing(parts: WebParts, live: PaintedLive) -> None:
    live.lose(LOST, age_s=9.0)
    focus = events_of(parts, {"focus"})["focus"]
    assert set(focus.values()) == {None}


def test_the_best_sharpness_lasts_until_it_is_forgotten() -> None:
    watch = FocusMemory()
    sharp = painted_frame(1, 2, (200, 150))
    soft = replace(sharp, pixels=np.asarray(cv2.GaussianBlur(sharp.pixels, (0, 0), 2.0), np.uint8), taken_ms=10.0)
    first = watch.see(sharp)
    later = watch.see(soft)
    assert later.sharpness < later.best == first.sharpness
    assert later.aid.level == pytest.approx(later.sharpness / first.sharpness)
    watch.forget()
    assert watch.see(replace(soft, taken_ms=20.0)).best == pytest.approx(later.sharpness)


def test_a_slow_viewers_pictures_are_smaller_and_nobody_elses(parts: WebParts, live: PaintedLive) -> None:
    """A viewer who takes a second for each picture, beside one who takes them at once."""
    pictures = shared_pictures()
    large = painted_frame(1, 2, (1200, 900))

    async def sizes(wait_s: float, count: int) -> list[int]:
        came, now_s = [], 0.0
        stream = picture_stream(parts, pictures, Pace(), STAYS, lambda: now_s)
        await anext(stream)
        for _ in range(count):
            live.show(replace(large, pixels=large.pixels.copy()))
            came.append(Image.open(BytesIO(await anext(stream))).width)
            now_s += wait_s
        return came

    async def both() -> list[list[int]]:
        return list(await asyncio.gather(sizes(0.45, 4), sizes(0.0, 6)))

    slow, fast = asyncio.run(both())
    assert slow[0] == LIVE_SIDE_PX
    assert slow[-1] < LIVE_SIDE_PX
    assert set(fast) == {LIVE_SIDE_PX}
