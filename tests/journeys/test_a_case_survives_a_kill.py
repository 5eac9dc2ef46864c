"""The kit is killed in the middle of a case: whatever it had answered is there afterwards, and the case goes on."""

from __future__ import annotations

import threading
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.cases import painted_frame, write_png
from tests.kits import answer, post_picture, served

pytestmark = pytest.mark.slow
SIZE = (640, 480)


def png(seed: int) -> bytes:
    buffer = BytesIO()
    Image.fromarray(painted_frame(seed, 6, SIZE).pixels).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_case_survives_the_kit_being_killed(tmp_path: Path) -> None:
    (tmp_path / "smear").mkdir()
    write_png(tmp_path / "smear" / "live.png", painted_frame(1, 6, SIZE))
    source, data = f"folder://{tmp_path}/smear", tmp_path / "data"
    with served(source, data) as (process, port):
        answer(port, "/api/v1/cases", {"pseudonym": "A-17"})
        acknowledged = [answer(port, "/api/v1/cases/1/fields", {})["field"]]
        acknowledged += [post_picture(port, 1, f"{seed}.png", png(seed))["field"] for seed in (2, 3)]
        unanswered = threading.Thread(target=_hand_in_vainly, args=(port, png(4)))
        unanswered.start()
        process.kill()
        unanswered.join()
    with served(source, data) as (_, port):
        case = answer(port, "/api/v1/cases/1")
        assert case["fields"][: len(acknowledged)] == acknowledged
        again = post_picture(port, 1, "4.png", png(4))
        assert again["field"]["number"] == 4
        assert again["is_new"] == (len(case["fields"]) == 3)
        assert answer(port, "/api/v1/cases/1")["counts"]["countable"] >= 4 * 5


def _hand_in_vainly(port: int, content: bytes) -> None:
    try:
        post_picture(port, 1, "4.png", content)
    except OSError:
        return
