"""Ten ordinary fields calibrate a station; two objectives, blasts or too few fields do not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

from edge.__main__ import app
from edge.calibrate import before_and_after, calibrate
from edge.calibrate.bias import fit_threshold, logit, moved_threshold, site_bias
from edge.calibrate.lamp import lamp_coefficients, lamp_surface, mean_lamp, unevenness
from edge.calibrate.limits import SiteLimits
from edge.calibrate.ruler import fit_scale, mixed
from edge.calibration import FILE, LEAST_BIAS, MOST_BIAS, PICTURE, load_calibration
from edge.commands.calibrate import threshold_lines
from edge.errors import BadSetting, CalibrationRefused
from edge.scale import RulerReading, measure
from edge.station import Station, StationOptions, open_station
from edge.types import Frame, Pixels
from firmware_bridge.errors import BadPicture, Fault
from firmware_bridge.sources import open_source
from tests.cases import site_calibration
from tests.stations import density_bundle
from tests.tiny import trusting

THRESHOLDS = st.floats(0.05, 0.95)
LOG_ODDS = st.lists(st.floats(-13.0, 13.0), max_size=200).map(np.array)


def sim(count: int, um_per_px: float = 0.13, blasts: float = 0.0, exposure: float = 1.0) -> list[Pixels]:
    """Fields side by side on one simulated smear."""
    options = f"width=720&height=560&cells=9&dwell=1&seed=3&blast_fraction={blasts}"
    source = open_source(f"sim:?{options}&um_per_px={um_per_px}&exposure={exposure}")
    pictures = [source.read() for _ in range(count)]
    source.close()
    return [picture.pixels for picture in pictures if picture is not None]


ORDINARY = sim(9)
OTHER_OBJECTIVE = sim(4, um_per_px=0.22)


@dataclass(frozen=True, eq=False)
class Painted:
    """A field that was never a file."""

    name: str
    pixels: Pixels

    def frame(self) -> Frame:
        return Frame(self.pixels, name=self.name)


def painted(pictures: Sequence[Pixels]) -> list[Painted | Fault]:
    return [Painted(f"field_{k}", pixels) for k, pixels in enumerate(pictures)]


@contextmanager
def shipped(data: Path) -> Iterator[Station]:
    """The bundle that the kit comes with, before any calibration."""
    with closing(open_station(None, data, StationOptions(ignore_calibration=True))) as station:
        yield station


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    with shipped(tmp_path_factory.mktemp("data")) as opened:
        yield opened


def test_ordinary_fields_tell_scale_light_dyes_and_threshold(station: Station) -> None:
    seen: list[str] = []
    fitted = calibrate(painted(ORDINARY), station, tell=seen.append)
    found = fitted.calibration
    assert found.fields == tuple(seen) == tuple(f"field_{k}" for k in range(9))
    assert found.fits(station.bundle.digest)
    # this simulated person's red cells are small: the ruler calls every red cell 7.5 µm, and says how sure it is
    assert abs(found.scale.um_per_px / 0.13 - 1) < 2 * found.scale.relative_sd
    assert 0.06 <= found.scale.relative_sd < 0.08
    assert 0.02 < found.lamp.unevenness < 0.3
    assert found.stain.nuclear is not None
    assert found.stain.red_cell is not None
    assert max(found.stain.red_cell) < found.stain.nuclear[1]
    assert found.threshold.cells == len(fitted.log_odds) >= 30
    assert found.threshold.share_after <= 0.03


def test_calibrating_twice_gives_the_same(station: Station) -> None:
    first = calibrate(painted(ORDINARY), station).calibration
    knowing = replace(station, site_scale=first.site_scale)
    assert calibrate(painted(ORDINARY), knowing).calibration == first


def test_a_field_that_is_not_good_enough_is_left_out_with_its_reason(station: Station) -> None:
    dark = sim(1, exposure=0.1)[0]
    broken = BadPicture("c.png is cut short.", "Copy it again.")
    fitted = calibrate([*painted(ORDINARY), Painted("dark", dark), broken], station)
    assert len(fitted.used) == 9
    assert "too dark" in fitted.left_out["dark"]
    assert fitted.left_out["c.png is cut short."] == "Copy it again."


@pytest.mark.parametrize(("count", "said"), [(0, "Only 0 of 2"), (7, "Only 7 of 9")])
def test_too_few_good_fields_are_refused_by_name(count: int, said: str, station: Station) -> None:
    bad = [Painted("blank", np.full((560, 720, 3), 230, np.uint8)), Painted("dark", sim(1, exposure=0.1)[0])]
    with pytest.raises(CalibrationRefused, match=said) as caught:
        calibrate([*painted(ORDINARY[:count]), *bad], station)
    assert all(name in caught.value.what for name in ("blank: ", "dark: "))
    assert caught.value.remedy


def test_two_objectives_are_refused(station: Station) -> None:
    with pytest.raises(CalibrationRefused, match="more than one objective") as caught:
        calibrate(painted([*ORDINARY[:5], *OTHER_OBJECTIVE]), station)
    assert caught.value.what.count("µm per pixel") == 9


def test_fields_of_blasts_are_refused(station: Station) -> None:
    with pytest.raises(CalibrationRefused, match="not ordinary fields") as caught:
        calibrate(painted(sim(9, blasts=0.9)), station)
    assert "without leukaemia" in caught.value.remedy


def test_with_few_cells_the_threshold_is_left(station: Station) -> None:
    few = calibrate(painted(ORDINARY), station, SiteLimits(cells=10_000)).calibration
    assert (few.threshold.fitted, few.threshold.bias) == (False, 0.0)
    assert few.threshold.share_before == few.threshold.share_after


def test_where_red_cells_are_rare_the_scale_is_not_told(station: Station) -> None:
    with pytest.raises(CalibrationRefused, match="in only 9 fields; 10 are needed"):
        calibrate(painted(ORDINARY), station, SiteLimits(readings=10))


def test_a_whole_archive_is_not_looked_at(station: Station) -> None:
    with pytest.raises(BadSetting, match="31 pictures"):
        calibrate(painted(ORDINARY[:1] * 31), station)


# the laws of the bias


@given(LOG_ODDS, THRESHOLDS)
def test_the_bias_stays_within_its_bounds(log_odds: np.ndarray, threshold: float) -> None:
    assert LEAST_BIAS <= site_bias(log_odds, threshold) <= MOST_BIAS


@given(LOG_ODDS, THRESHOLDS, st.floats(0.0, 5.0))
def test_cells_that_look_more_like_blasts_never_raise_the_bias(
    log_odds: np.ndarray, threshold: float, more: float
) -> None:
    assert site_bias(log_odds + more, threshold) <= site_bias(log_odds, threshold) + 1e-12


@given(LOG_ODDS, THRESHOLDS)
def test_a_bias_downwards_never_adds_alarms(log_odds: np.ndarray, threshold: float) -> None:
    fitted = fit_threshold(log_odds, threshold)
    assert (fitted.share_after - fitted.share_before) * fitted.bias >= 0
    if len(log_odds) < 30:
        assert fitted.bias == 0.0


def test_no_cells_no_bias() -> None:
    assert site_bias(np.array([]), 0.5) == 0.0


def test_more_cells_are_believed_more() -> None:
    biases = [site_bias(np.full(n, 0.8), 0.5) for n in (1, 30, 100, 1000)]
    assert biases == sorted(biases, reverse=True)
    assert biases[2] == pytest.approx(-0.4)


@given(THRESHOLDS, st.floats(LEAST_BIAS, MOST_BIAS), st.floats(-6, 6))
def test_the_moved_threshold_says_the_same_as_the_bias(threshold: float, bias: float, log_odds: float) -> None:
    if abs(log_odds + bias - logit(threshold)) > 1e-9:
        by_bias = log_odds + bias >= logit(threshold)
        assert (log_odds >= logit(moved_threshold(threshold, bias))) == by_bias


# scale and lamp


@given(st.lists(st.floats(0.1, 0.104), min_size=5, max_size=30), st.integers(0, 4))
def test_a_single_wrong_reading_moves_nothing(values: list[float], k: int) -> None:
    readings = [RulerReading(each, 0.045, 30) for each in values]
    readings[k] = RulerReading(0.5, 0.3, 2)
    assert 0.1 <= fit_scale(readings).um_per_px <= 0.104


def test_two_objectives_on_one_smear_differ_by_what_they_do() -> None:
    fitted = [fit_scale([each for each in map(measure, fields) if each]) for fields in (ORDINARY[:5], OTHER_OBJECTIVE)]
    assert fitted[1].um_per_px / fitted[0].um_per_px == pytest.approx(0.22 / 0.13, rel=0.03)


def test_objectives_that_are_mixed_are_told_from_people_that_differ() -> None:
    people = [RulerReading(0.1 * each, 0.045, 30) for each in np.linspace(0.9, 1.1, 12)]
    assert not mixed(people)
    assert mixed([*people, *(RulerReading(0.16, 0.045, 30) for _ in range(3))])


@given(st.lists(st.floats(-0.1, 0.1), min_size=5, max_size=5), st.floats(20, 250))
def test_a_lamp_is_read_as_it_was_lit(slopes: list[float], level: float) -> None:
    lit = lamp_surface([1.0, *slopes], 48, 64)
    found = lamp_coefficients(np.repeat(level * lit[:, :, None], 3, axis=2).astype(np.float32))
    assert lamp_surface(found, 48, 64) == pytest.approx(lit / np.median(lit), abs=1e-4)
    assert np.median(lamp_surface(mean_lamp([found, found]))) == pytest.approx(1.0)
    assert unevenness(found) >= 0


# the picture and the command


def test_the_picture_is_one_sheet_whatever_the_cells() -> None:
    for log_odds in (np.array([]), np.array([-9.0, 0.1, 9.0])):
        sheet = before_and_after(Frame(ORDINARY[0]), site_calibration(um_per_px=0.13), log_odds, 0.5)
        assert sheet.shape == (1058, 1288, 3)
        assert sheet.dtype == np.uint8
        assert len(np.unique(sheet.reshape(-1, 3), axis=0)) > 100


def saved(folder: Path, pictures: Sequence[Pixels]) -> str:
    folder.mkdir()
    for k, pixels in enumerate(pictures):
        Image.fromarray(pixels).save(folder / f"field_{k}.png", compress_level=1)
    return str(folder)


def told(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["calibrate", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_the_command_keeps_reports_and_forgets(tmp_path: Path) -> None:
    fields, data = saved(tmp_path / "fields", ORDINARY), str(tmp_path / "data")
    said = told(fields, "--data", data)
    found = load_calibration(tmp_path / "data")
    assert found is not None
    assert f"→ {found.scale.um_per_px:.4f} µm per pixel" in said
    assert said.startswith("Fitted on 9 fields with marrowkit-default")
    with Image.open(tmp_path / "data" / PICTURE) as picture:
        assert picture.size == (1288, 1058)
    again = json.loads(told(fields, "--data", data, "--json"))
    assert again.pop("left_out") == {}
    assert again == found.model_dump(mode="json")
    assert "forgotten" in told("--reset", "--data", data)
    assert json.loads(told("--reset", "--data", data, "--json")) == {"forgotten": False}
    assert not (tmp_path / "data" / FILE).exists()


def test_what_is_refused_changes_nothing_that_was_kept(tmp_path: Path) -> None:
    bundle, data = density_bundle(tmp_path / "b"), trusting(tmp_path / "data")
    (data / FILE).write_bytes(b"whatever it was")
    arguments = [
        "calibrate",
        saved(tmp_path / "fields", ORDINARY[:2]),
        "--data",
        str(data),
        "--bundle",
        str(bundle.path),
    ]
    with pytest.raises(CalibrationRefused):
        CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert (data / FILE).read_bytes() == b"whatever it was"


def test_no_site_may_become_so_strict_that_it_loses_blasts() -> None:
    """At −1.48 half of the blasts of *pre* fields were lost (DECISIONS.md)."""
    assert site_bias(np.full(1000, 9.0), 0.26) == -0.75
    assert site_bias(np.full(1000, -9.0), 0.26) == 0.3


WORDS = [(-0.4, 80, "p = 0.50 → 0.60"), (-0.6, 80, "also loses blasts"), (0.0, 12, "left at p = 0.50: 12 countable")]


@pytest.mark.parametrize(("bias", "cells", "said"), WORDS)
def test_the_report_says_what_a_threshold_costs(bias: float, cells: int, said: str) -> None:
    fitted = site_calibration().threshold.model_copy(update={"bias": bias, "cells": cells, "fitted": cells >= 30})
    assert said in "\n".join(threshold_lines(fitted, 0.5))


@pytest.mark.parametrize("arguments", [[], ["fields", "--reset"]])
def test_either_fields_or_reset(arguments: list[str]) -> None:
    with pytest.raises(BadSetting, match="either"):
        CliRunner().invoke(app, ["calibrate", *arguments], catch_exceptions=False)
