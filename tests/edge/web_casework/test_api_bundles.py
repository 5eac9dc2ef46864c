"""`GET /api/v1/bundles`: what is there, in the reader's words, and which of them examines fields now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from edge.bundle.offered import Offered
from edge.errors import BundleDamaged
from edge.web import WebParts
from tests.cases import MODEL
from tests.tiny import tiny_bundle
from tests.visits import API, code_of, good, visiting


@pytest.fixture
def shelved(parts: WebParts, tmp_path: Path) -> WebParts:
    """The kit with the bundle in use, and one whose files are another's."""
    manifest = tiny_bundle(tmp_path / "tiny").manifest
    fault = BundleDamaged("It is not what was signed.", "Copy it again.")
    known = (
        Offered("painted", "painted", 3, True, None, manifest, MODEL.ref.digest),
        Offered("broken", "/b/broken/2", 2, False, "2026-11-20T10:00:00+00:00", fault=fault),
    )
    return replace(parts, casework=replace(parts.casework, offered=lambda: known))


def test_bundles_are_listed_with_what_they_answer(shelved: WebParts) -> None:
    with visiting(shelved) as client:
        painted, broken = good(client.get(f"{API}/bundles", headers={"Accept-Language": "fr"}))
    assert painted == {
        "ask": "painted",
        "name": "painted",
        "version": 3,
        "current": True,
        "in_use": True,
        "installed_hint": None,
        "title": "A tiny bundle",
        "classes": ["blast", "other"],
        "blasts": ["blast"],
        "specimens": ["blood"],
        "stains": ["Wright"],
        "fault": None,
    }
    assert (broken["current"], broken["title"], broken["classes"]) == (False, None, [])
    assert broken["fault"]["code"] == "bundle.damaged"
    assert "fichier" in broken["fault"]["detail"]


def test_strangers_are_shown_none_where_cases_are_not(shelved: WebParts) -> None:
    with visiting(shelved) as client:
        good(client.patch(f"{API}/settings", json={"operator_required": True}))
        good(client.post(f"{API}/operators", json={"name": "Amina", "pin": "2468"}), 201)
        assert code_of(client.get(f"{API}/bundles"), 401) == "session.none"
