"""Pictures that are handed in: large ones are refused by their head, and one at a time is held."""

from __future__ import annotations

import struct
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from edge.types import Examination, Frame, Pixels
from edge.web import create_app
from edge.web.api.fields import MOST_PIXELS
from firmware_bridge.imagefile import decode_image
from tests.cases import PaintedExaminer, PaintedLive, painted_frame, painted_parts

FIELDS = "/api/v1/cases/1/fields"
SIZE = (96, 72)
AT_ONCE = 6


@dataclass
class Held(PaintedExaminer):
    """Reads and examines pictures, and counts how many lie in memory between the two, and how many were decoded."""

    now: int = 0
    most: int = 0
    decoded: int = 0
    door: Any = field(default_factory=threading.Lock)

    def read(self, data: bytes, name: str, most_pixels: int) -> Pixels:
        """One more."""
        pixels = decode_image(data, name, most_pixels)
        with self.door:
            self.decoded += 1
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.01)  # so that another may come meanwhile
        return pixels

    def examine(self, frame: Frame) -> Examination:
        """One less."""
        examination = super().examine(frame)
        with self.door:
            self.now -= 1
        return examination


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def client(tmp_path: Path, held: Held) -> Iterator[TestClient]:
    parts = replace(
        painted_parts(tmp_path, PaintedLive(painted_frame(1, 2, SIZE))), read_picture=held.read, examiner=held
    )
    with TestClient(create_app(parts), "http://localhost") as visitor:
        visitor.post("/api/v1/cases", json={"pseudonym": "A-17"})
        yield visitor
    parts.record.close()


def png(frame: Frame) -> bytes:
    buffer = BytesIO()
    Image.fromarray(frame.pixels).save(buffer, "PNG")
    return buffer.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of one colour, which is small until it is decoded."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packing = zlib.compressobj(9)
    rows = b"".join(packing.compress(bytes(width // 8 + 1)) for _ in range(height)) + packing.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def hand_in(client: TestClient, content: bytes) -> Any:
    return client.post(FIELDS, files={"picture": ("field.png", content)})


def test_a_picture_beyond_the_limit_is_refused_by_its_head(client: TestClient, held: Held) -> None:
    packed = bomb(8000, 8000)
    assert len(packed) < 100_000 < MOST_PIXELS < 8000 * 8000
    answer = hand_in(client, packed)
    assert (answer.status_code, answer.json()["code"], held.decoded) == (422, "picture.unreadable", 0)
    assert answer.json()["detail"] == "field.png has 64 megapixels; the limit is 60."
    assert decode_image(bomb(80, 60), "x", 80 * 60).shape == (60, 80, 3)


def test_of_pictures_handed_in_together_one_at_a_time_is_held(client: TestClient, held: Held) -> None:
    pictures = [png(painted_frame(seed, 2, SIZE)) for seed in range(2, 2 + AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as people:
        answers = list(people.map(lambda content: hand_in(client, content), pictures))
    assert [answer.status_code for answer in answers] == [201] * AT_ONCE
    assert (held.decoded, held.most, held.now) == (AT_ONCE, 1, 0)


def test_one_that_cannot_be_read_holds_nobody_up(client: TestClient, held: Held) -> None:
    assert hand_in(client, b"no picture").status_code == 422
    assert hand_in(client, png(painted_frame(2, 2, SIZE))).status_code == 201
