"""What is kept of a calibration: whole or refused, never half, and only for the bundle it was fitted with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edge.calibration import FILE, PICTURE, Calibration, forget_calibration, load_calibration, save_calibration
from edge.commands.calibrated import calibration as check
from edge.commands.findings import Place
from edge.errors import CalibrationDamaged, RecordFault
from edge.station import StationOptions, open_station
from edge.types import Frame
from firmware_bridge import durable
from tests.cases import site_calibration
from tests.stations import density_bundle, simulated_field
from tests.tiny import trusting

PLAIN: dict[str, Any] = site_calibration().model_dump(mode="json")

DAMAGED: list[tuple[str, bytes]] = [
    ("cut short", site_calibration().model_dump_json().encode()[:-9]),
    ("empty", b""),
    ("not text", b"\xff\xfe"),
    ("of another schema", json.dumps(PLAIN | {"schema_version": 2}).encode()),
    ("with a field more", json.dumps(PLAIN | {"mood": 1}).encode()),
    ("without scale", json.dumps({k: v for k, v in PLAIN.items() if k != "scale"}).encode()),
    ("a bias beyond the law", json.dumps(PLAIN | {"threshold": PLAIN["threshold"] | {"bias": 0.9}}).encode()),
    ("an infinite dye", json.dumps(PLAIN | {"stain": PLAIN["stain"] | {"nuclear": [0.1, 0.2, 1e999]}}).encode()),
    ("a scale of nothing", json.dumps(PLAIN | {"scale": PLAIN["scale"] | {"um_per_px": 0}}).encode()),
    ("text for a number", json.dumps(PLAIN | {"scale": PLAIN["scale"] | {"um_per_px": "0.1"}}).encode()),
]


def test_what_is_kept_is_what_was_fitted(tmp_path: Path) -> None:
    save_calibration(site_calibration(), b"picture", tmp_path / "new")
    assert load_calibration(tmp_path / "new") == site_calibration()
    assert (tmp_path / "new" / PICTURE).read_bytes() == b"picture"


def test_a_station_without_one_has_none(tmp_path: Path) -> None:
    assert load_calibration(tmp_path) is None
    assert load_calibration(tmp_path / "nowhere") is None
    assert not forget_calibration(tmp_path)


@pytest.mark.parametrize("content", [case[1] for case in DAMAGED], ids=[case[0] for case in DAMAGED])
def test_a_damaged_one_is_said_and_can_be_forgotten(content: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(CalibrationDamaged, match=r"calibration\.json") as caught:
        load_calibration(tmp_path)
    assert "calibrate" in caught.value.remedy
    assert [finding.level for finding in check(Place(tmp_path))] == ["ISSUE"]
    assert forget_calibration(tmp_path)
    assert load_calibration(tmp_path) is None


def test_one_that_cannot_be_read_is_not_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(CalibrationDamaged, match="cannot be read"):
        load_calibration(tmp_path)


def test_a_full_disk_leaves_the_older_one_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_calibration(site_calibration(), b"old", tmp_path)

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable, "write_synced", full)
    with pytest.raises(RecordFault, match="No space left"):
        save_calibration(site_calibration(um_per_px=0.3), b"new", tmp_path)
    assert load_calibration(tmp_path) == site_calibration()
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE, PICTURE]


def test_a_station_uses_its_own_and_no_other_bundles(tmp_path: Path) -> None:
    data, bundle = trusting(tmp_path / "data"), density_bundle(tmp_path / "b")
    for digest, scale, bias in ((bundle.digest, 0.12, -0.4), ("of another", None, 0.0)):
        save_calibration(site_calibration(digest=digest), b"", data)
        station = open_station(str(bundle.path), data)
        assert station.jury.fusion.bias == pytest.approx(bias)
        assert (station.site_scale and station.site_scale.um_per_px) == scale
        station.close()


def test_a_station_can_be_asked_what_the_bundle_alone_says(tmp_path: Path) -> None:
    data, bundle = trusting(tmp_path / "data"), density_bundle(tmp_path / "b")
    (data / FILE).write_bytes(b"damaged")
    with pytest.raises(CalibrationDamaged):
        open_station(str(bundle.path), data)
    station = open_station(str(bundle.path), data, StationOptions(ignore_calibration=True))
    assert (station.jury.fusion.bias, station.site_scale) == (0.0, None)
    station.close()


def test_red_cells_that_contradict_the_calibration_are_a_concern(tmp_path: Path) -> None:
    data, bundle = trusting(tmp_path / "data"), density_bundle(tmp_path / "b", urgent_labels=[])
    save_calibration(site_calibration(um_per_px=0.18, digest=bundle.digest), b"", data)
    station = open_station(str(bundle.path), data)
    examination = station.examine(Frame(simulated_field(cells=40)))
    station.close()
    assert examination.scale is not None
    assert (examination.scale.um_per_px, examination.scale.source) == (0.18, "given")
    assert examination.scale.red_cells_um_per_px == pytest.approx(0.11, rel=0.12)
    assert "scale.disagrees" in {reason.code for reason in examination.decision.reasons}


STATES = [("none", None, "INFO"), ("its own", "", "OK"), ("another bundle's", "of another", "WARNING")]


@pytest.mark.parametrize(("digest", "level"), [case[1:] for case in STATES], ids=[case[0] for case in STATES])
def test_the_doctor_tells_its_state(digest: str | None, level: str, tmp_path: Path) -> None:
    data, bundle = trusting(tmp_path / "data"), density_bundle(tmp_path / "b")
    if digest is not None:
        save_calibration(site_calibration(digest=digest or bundle.digest), b"", data)
    (finding,) = check(Place(data, str(bundle.path)))
    assert (finding.level, finding.check) == (level, "calibration")
    assert bool(finding.remedy) == (level != "OK")


def test_the_doctor_names_a_calibration_even_without_a_bundle(tmp_path: Path) -> None:
    save_calibration(site_calibration(), b"", tmp_path)
    (finding,) = check(Place(tmp_path, str(tmp_path / "no-bundle")))
    assert (finding.level, "0.1200" in finding.what) == ("INFO", True)


def test_a_calibration_cannot_be_changed_by_accident() -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(site_calibration(), "fields", ())  # noqa: B010 - mypy would stop it before it is tried
    assert Calibration.model_validate(site_calibration().model_dump()) == site_calibration()
