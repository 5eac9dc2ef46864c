"""A case goes on through everything that can happen to a camera: each fault is told with its remedy, no field is lost
or counted twice, and the picture comes back by itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge.recording import read_index
from tests.kits import answer, asked, served

pytestmark = pytest.mark.slow
FPS = 20
FAULTS = {
    "unplug@0:1.5s": {"source.lost", "source.unavailable"},
    "torn@60:8": {"picture.unreadable"},
    "replug-as@90:2s": {"source.lost", "source.unavailable"},
    "frozen@130": {"source.frozen"},
    "silence@240": {"source.silent"},
    "dark@290:140": {"source.light darker"},
    "flicker@480:120": {"source.light flickers"},
}
PICTURES = 500
"""All that come until the last fault is nearly over; repeated, torn and missing ones do not."""
SIM = f"sim:?width=320&height=240&um_per_px=0.3&fps={FPS}&dwell=8&seed=2&lock=1"
PATIENCE_S = 90.0


@dataclass
class Diary:
    """What the kit has told while its camera had its troubles, and what it took."""

    codes: set[str] = field(default_factory=set)
    phases: list[str] = field(default_factory=list)
    remedies: dict[str, str] = field(default_factory=dict)
    taken: list[dict[str, Any]] = field(default_factory=list)
    refused_codes: set[str] = field(default_factory=set)

    def note(self, source: dict[str, Any]) -> None:
        if not self.phases or self.phases[-1] != source["phase"]:
            self.phases.append(source["phase"])
        if source["fault"]:
            self.codes.add(source["fault"]["code"])
            self.remedies[source["fault"]["code"]] = source["fault"]["remedy"]
        for warning in source["warnings"]:
            code = (
                f"{warning['code']} {'flickers' if 'flickers' in warning['detail'] else warning['detail'].split()[5]}"
            )
            self.codes.add(code)
            self.remedies[code] = warning["remedy"]

    def capture(self, port: int) -> None:
        try:
            captured = answer(port, "/api/v1/cases/1/fields", {})
        except RuntimeError as refusal:
            self.refused_codes.add(refusal.args[0]["code"])
            return
        if captured["is_new"]:
            self.taken.append(captured["field"])


def looks(port: int) -> Iterator[dict[str, Any]]:
    """What /health says of the source, again and again, until the schedule is over."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        source = health(port)
        yield source
        if source["counts"]["pictures"] and source["phase"] == "live" and source["counts"]["recoveries"] >= 4:
            return
        time.sleep(0.05)
    raise TimeoutError(source)


def health(port: int) -> dict[str, Any]:
    with asked(port, "/health") as response:
        body: dict[str, Any] = json.loads(response.read())
    assert response.status == (200 if body["source"]["phase"] in ("live", "waiting") else 503)
    return dict(body["source"])


def test_a_case_survives_every_trouble_of_its_camera(tmp_path: Path) -> None:
    diary = Diary()
    with served(f"{SIM}&faults={','.join(FAULTS)}", tmp_path / "data", record=str(tmp_path / "film")) as (_, port):
        answer(port, "/api/v1/cases", {"pseudonym": "A-17"})
        for source in looks(port):
            diary.note(source)
            diary.capture(port)
        while (source := health(port))["counts"]["pictures"] < PICTURES:  # whatever the lamp does, pictures go on
            diary.note(source)
            diary.capture(port)
            time.sleep(0.1)
        case = answer(port, "/api/v1/cases/1")
        counts = health(port)["counts"]
    expected: set[str] = set().union(*FAULTS.values())
    assert expected <= diary.codes
    assert all(diary.remedies[code] for code in expected)
    assert {"live", "reconnecting", "frozen"} <= set(diary.phases) <= {"waiting", "live", "reconnecting", "frozen"}
    assert diary.refused_codes <= {"source.lost", "source.unavailable"}
    assert [each["number"] for each in case["fields"]] == list(range(1, len(diary.taken) + 1))
    assert case["fields"] == diary.taken
    assert len({each["digest"] for each in case["fields"]}) == len(case["fields"]) >= 10
    assert any(not each["ok"] for each in case["fields"])
    assert (counts["losses"], counts["freezes"], counts["recoveries"]) == (3, 1, 4)
    numbers = [entry.sequence for entry in read_index(tmp_path / "film")]
    assert len(numbers) > 20
    assert numbers == sorted(set(numbers))
