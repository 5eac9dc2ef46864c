"""The bundles that a person may choose from: all that are there, broken ones too, and how to ask for each."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from edge.bundle import Bundle, install, load_keys, shelf, use_bundle
from edge.bundle.offered import offered_bundles
from edge.errors import BundleDamaged, BundleUnsupported, BundleUntrusted
from tests.tiny import OTHER_KEY, tiny_bundle, trusting


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with versions 1 and 2 of `tiny`, the latter in use, over a kit that came with version 1 of it."""
    monkeypatch.setattr(shelf, "shipped_folder", lambda: tmp_path / "shipped")
    tiny_bundle(tmp_path / "shipped" / "tiny", title="Shipped")
    folder = trusting(tmp_path / "data")
    for version in (1, 2):
        made = tiny_bundle(tmp_path / f"made{version}", version=version, title=f"Number {version}")
        install(made.path, folder, load_keys(folder), proven)
    return folder


def proven(bundle: Bundle) -> None:
    """Every variant passes."""


def test_each_is_told_by_its_manifest_and_opened_by_what_it_asks_for(data: Path) -> None:
    told = offered_bundles(data)
    assert [(each.name, each.version, each.in_use) for each in told] == [
        ("tiny", 1, False),
        ("tiny", 2, True),
        ("tiny", 1, False),
    ]
    assert [each.manifest.title for each in told if each.manifest] == ["Number 1", "Number 2", "Shipped"]
    assert told[1].ask == "tiny"
    for each in told:
        assert use_bundle(each.ask, data).digest == each.digest


def test_installed_ones_tell_when_and_those_that_came_with_the_kit_do_not(data: Path) -> None:
    first, second, shipped = offered_bundles(data)
    assert shipped.installed_hint is None
    for each in (first, second):
        age = datetime.now(timezone.utc) - datetime.fromisoformat(each.installed_hint or "")
        assert timedelta(seconds=-1) < age < timedelta(minutes=5)


def test_what_is_broken_is_there_with_its_fault_and_hides_no_other(data: Path, tmp_path: Path) -> None:
    (data / "bundles/tiny/2/opinion.onnx").write_bytes(b"another")
    stranger = tiny_bundle(tmp_path / "stranger", version=3, key=OTHER_KEY)
    shutil.copytree(stranger.path, data / "bundles/tiny/3")
    told = {(each.version, each.installed_hint is None): each for each in offered_bundles(data)}
    assert isinstance(told[2, False].fault, BundleDamaged)
    assert isinstance(told[3, False].fault, BundleUntrusted)
    assert (told[2, False].manifest, told[2, False].digest) == (None, "")
    assert told[1, False].fault is None
    assert told[1, True].fault is None


def test_a_bundle_that_sees_what_this_kit_cannot_make_is_no_choice(data: Path) -> None:
    assert {type(each.fault) for each in offered_bundles(data, views=frozenset())} == {BundleUnsupported}
    assert {each.fault for each in offered_bundles(data, views=frozenset({"rgb"}))} == {None}


def test_a_kit_without_any_offers_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "shipped_folder", lambda: tmp_path / "shipped")
    assert offered_bundles(tmp_path / "data") == ()
