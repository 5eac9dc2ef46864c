"""Scans: planned, refocused by need, empty fields skipped, and no field kept twice or lost, whatever ends them."""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as tuned
from hypothesis import strategies as st

from firmware_bridge.errors import BadScopeSettings, BeyondLimits, Fault, MotionLocked, OriginLost, ScopeFault
from firmware_bridge.imagefile import read_image
from firmware_bridge.picture import Pixels
from firmware_bridge.scope import FocusPlan, FolderKeeper, Optics, Region, Scan, ScanOptions, ScanState, plan_scan
from firmware_bridge.scope.autofocus import Look
from firmware_bridge.scope.memory import PlaceFile
from firmware_bridge.scope.scan import Keeper
from firmware_bridge.scope.scan.empty import is_empty
from firmware_bridge.scope.scan.plan import Stop, digest
from firmware_bridge.sim.slide import Terrain
from tests.boards import Stand, reopened, stand
from tests.eyes import GLASS_UM, VIEW, Eye, SlideEye, eye

REGION = Region(0.0, 0.0, 250.0, 120.0)
FIELD = (64.0, 48.0)
STOPS = plan_scan(REGION, FIELD)
OPTIONS = ScanOptions(FocusPlan(travel_um=10.0, fine_um=1.0, fine_images=5, contrast=1.1))

EDGES = st.floats(-1000, 1000)
SPANS = st.floats(1, 400)
WIDTHS = st.floats(40, 200)


@given(EDGES, EDGES, SPANS, SPANS, WIDTHS, WIDTHS, st.floats(0, 0.6))
def test_a_plan_covers_the_region_with_the_overlap(
    left: float, top: float, width: float, height: float, field_w: float, field_h: float, overlap: float
) -> None:
    stops = plan_scan(Region(left, top, left + width, top + height), (field_w, field_h), overlap)
    for centres, low, span, field in (
        (sorted({stop.x_um for stop in stops}), left, width, field_w),
        (sorted({stop.y_um for stop in stops}), top, height, field_h),
    ):
        assert centres[0] - field / 2 <= low + 1e-6
        assert centres[-1] + field / 2 >= low + span - 1e-6
        gaps = np.diff(centres)
        assert not len(gaps) or gaps.max() <= field * (1 - overlap) + 1e-6
    assert [stop.index for stop in stops] == list(range(len(stops)))


def test_a_serpentine_never_jumps_and_a_raster_begins_at_the_left() -> None:
    for one, other in pairwise(STOPS):
        assert abs(one.row - other.row) + abs(one.column - other.column) == 1
    rows = [stop for stop in plan_scan(REGION, FIELD, order="raster") if stop.column == 0]
    assert [stop.index for stop in rows] == [0, 5, 10]


@pytest.mark.parametrize(
    ("region", "field", "overlap"),
    [
        (Region(0, 0, 0, 10), FIELD, 0.1),
        (REGION, (0.0, 10.0), 0.1),
        (REGION, FIELD, 0.95),
        (Region(0, 0, float("nan"), 10), FIELD, 0.1),
        (Region(0, 0, 1e6, 1e6), FIELD, 0.1),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(region: Region, field: tuple[float, float], overlap: float) -> None:
    with pytest.raises(ValueError, match="fields"):
        plan_scan(region, field, overlap)


class Counting:
    """Keeps in memory, and counts."""

    def __init__(self) -> None:
        self.kept: dict[int, Pixels] = {}
        self.times: dict[int, int] = {}

    def has(self, stop: Stop) -> bool:
        return stop.index in self.kept

    def keep(self, stop: Stop, pixels: Pixels) -> None:
        self.kept[stop.index] = pixels
        self.times[stop.index] = self.times.get(stop.index, 0) + 1


def scan(stood: Stand, look: Look, keeper: Keeper, path: Path, origin_kept: bool = True) -> Scan:
    made = Scan(stood.scope, look, STOPS, keeper, path / "progress.json", OPTIONS, origin_kept)
    made._clock = stood.clock
    return made


def test_every_field_is_kept_once(tmp_path: Path) -> None:
    stood, keeper, told = stand("grbl"), Counting(), list[ScanState]()
    ended = scan(stood, SlideEye(stood.body), keeper, tmp_path).run(told.append)
    assert (ended.phase, ended.kept, ended.left) == ("done", len(STOPS), 0)
    assert set(keeper.times.values()) == {1}
    assert keeper.kept.keys() == {stop.index for stop in STOPS}
    assert [state.at.index for state in told if state.at] == list(range(len(STOPS)))
    assert told[-1] == ended


def test_empty_fields_are_skipped_and_counted(tmp_path: Path) -> None:
    stood, keeper = stand("grbl"), Counting()
    ended = scan(stood, SlideEye(stood.body, edge_um=120.0), keeper, tmp_path).run()
    assert ended.empty == sum(stop.x_um >= 120.0 for stop in STOPS)
    assert keeper.kept.keys() == {stop.index for stop in STOPS if stop.x_um < 120.0}


def test_focus_follows_a_tilted_slide_by_need(tmp_path: Path) -> None:
    pictures = {}
    for tilt in (0.0, 0.03):
        stood, folder = stand("grbl"), tmp_path / str(tilt)
        folder.mkdir()
        look = SlideEye(stood.body, tilt=tilt)
        assert scan(stood, look, Counting(), folder).run().blurred == 0
        assert stood.body.pose.z_um == pytest.approx(tilt * stood.body.pose.x_um, abs=1.0)
        pictures[tilt] = look.pictures
    assert pictures[0.0] < pictures[0.03]


def test_through_the_simulated_camera_over_the_endless_slide_every_field_is_sharp(tmp_path: Path) -> None:
    """From the clear glass beside the smear into it, on a plane of focus that is tilted and uneven."""
    stood, keeper, terrain = stand("sangaboard", reach_um=2000.0), Counting(), Terrain(VIEW.seed)
    stops = plan_scan(Region(-700.0, 0.0, -300.0, 90.0), (80.0, 45.0), overlap=0.0)
    made = Scan(stood.scope, Eye(stood.body, stood.clock), stops, keeper, tmp_path / "p.json", ScanOptions(dull=0.7))
    made._clock = stood.clock
    off_um: list[float] = []

    def watch(state: ScanState) -> None:
        pose = stood.body.pose
        off_um.append(pose.z_um - terrain.height_um(pose.x_um, pose.y_um))

    ended = made.run(watch)
    assert (ended.phase, ended.left, ended.blurred) == ("done", 0, 0)
    assert ended.empty >= 2
    assert keeper.times == dict.fromkeys(keeper.kept, 1)
    assert ended.kept == len(keeper.kept) >= 4
    assert abs(off_um[-1]) < 2 * Optics().depth_of_field_um


def test_a_scan_that_begins_far_from_focus_takes_no_field_for_empty(tmp_path: Path) -> None:
    stood, keeper = stand("grbl"), Counting()
    stood.scope.move_to(z_um=9.0)
    assert scan(stood, SlideEye(stood.body), keeper, tmp_path).run().kept == len(STOPS)


def test_where_no_focus_is_found_the_field_is_kept_and_marked(tmp_path: Path) -> None:
    stood, keeper = stand("grbl"), Counting()
    look = SlideEye(stood.body)
    made = Scan(stood.scope, look, STOPS[:2], keeper, tmp_path / "p.json", ScanOptions(FocusPlan(most_images=2)))
    made._clock = stood.clock
    ended = made.run()
    assert (ended.kept, ended.blurred) == (2, 2)


class Crash(BaseException):
    """The power goes."""


class Power:
    """Goes after so many steps."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def step(self) -> None:
        if self._left <= 0:
            raise Crash
        self._left -= 1


def run_until_crash(stood: Stand, keeper: Counting, path: Path, power: Power) -> None:
    """Scan while there is power: it goes before or after a picture is kept, and before or after a file is renamed."""
    kept, renamed = keeper.keep, Path.replace

    def keep(stop: Stop, pixels: Pixels) -> None:
        power.step()
        kept(stop, pixels)
        power.step()

    def rename(self: Path, target: Path) -> Path:
        power.step()
        moved = renamed(self, target)
        power.step()
        return moved

    with pytest.MonkeyPatch.context() as patch, suppress(Crash):
        patch.setattr(keeper, "keep", keep)
        patch.setattr(Path, "replace", rename)
        scan(stood, SlideEye(stood.body, edge_um=120.0), keeper, path).run()


@tuned(max_examples=12)
@given(crashes=st.lists(st.integers(0, 40), min_size=1, max_size=4))
def test_after_any_crash_it_goes_on_and_no_field_is_lost_or_kept_twice(
    tmp_path_factory: pytest.TempPathFactory, crashes: list[int]
) -> None:
    path, keeper = tmp_path_factory.mktemp("scan"), Counting()
    for steps in crashes:
        run_until_crash(stand("grbl"), keeper, path, Power(steps))
    stood = stand("grbl")
    ended = scan(stood, SlideEye(stood.body, edge_um=120.0), keeper, path).run()
    wanted = {stop.index for stop in STOPS if stop.x_um < 120.0}
    assert ended.phase == "done"
    assert keeper.times == dict.fromkeys(wanted, 1)
    assert ended.kept == len(wanted)
    assert [each.name for each in path.iterdir()] == ["progress.json"]


@pytest.mark.parametrize("fault", ["stall@40:999", "silence@40:999", "unplug@40", "reboot@40", "limit@40:999"])
def test_a_fault_of_the_stage_ends_it_with_all_written_down_and_a_new_one_goes_on(tmp_path: Path, fault: str) -> None:
    keeper = Counting()
    stood = stand("grbl", fault)
    with pytest.raises(ScopeFault) as told:
        scan(stood, SlideEye(stood.body), keeper, tmp_path).run()
    done = set(keeper.kept)
    assert len(done) < len(STOPS)
    assert told.value.remedy
    again = stand("grbl")
    ended = scan(again, SlideEye(again.body), keeper, tmp_path).run()
    assert ended.kept == len(STOPS)
    assert set(keeper.times.values()) == {1}


def cut_short(stood: Stand, keeper: Counting, path: Path) -> None:
    """The program is killed in mid-scan, away from where it began."""
    stood.scope.place(10.0, 20.0, 5.0)
    made = scan(stood, SlideEye(stood.body), keeper, path)

    def watch(state: ScanState) -> None:
        if state.kept == 4:
            raise Crash

    with pytest.raises(Crash):
        made.run(watch)


@pytest.mark.parametrize("name", ["sangaboard", "marlin", "grbl"])
def test_after_a_power_cut_no_saved_place_is_driven_to_before_somebody_says_where_it_is(
    name: str, tmp_path: Path
) -> None:
    memory, keeper = PlaceFile(tmp_path / "place.json"), Counting()
    stood = reopened(stand(name), memory)
    cut_short(stood, keeper, tmp_path)
    stood.board.reset()
    again, before = reopened(stood, memory), stood.body.pose
    with pytest.raises(MotionLocked, match="not known"):
        scan(again, SlideEye(stood.body), keeper, tmp_path, origin_kept=False).run()
    stood.clock.sleep(10)
    assert stood.body.pose == before
    again.scope.place(before.x_um + 10.0, before.y_um + 20.0, before.z_um + 5.0)
    assert scan(again, SlideEye(stood.body), keeper, tmp_path, origin_kept=False).run().phase == "done"
    assert set(keeper.times.values()) == {1}
    assert len(keeper.kept) == len(STOPS)
    assert stood.body.pose.x_um == pytest.approx(STOPS[-1].x_um - 10.0, abs=0.7)


def test_a_killed_program_goes_on_by_itself_where_the_board_kept_its_count(tmp_path: Path) -> None:
    memory, keeper = PlaceFile(tmp_path / "place.json"), Counting()
    stood = reopened(stand("grbl"), memory)
    cut_short(stood, keeper, tmp_path)
    again = reopened(stood, memory)
    assert scan(again, SlideEye(stood.body), keeper, tmp_path, origin_kept=False).run().phase == "done"
    assert stood.body.pose.x_um == pytest.approx(STOPS[-1].x_um - 10.0, abs=0.7)


def test_without_a_memory_a_begun_scan_is_refused_with_its_last_field_until_somebody_vouches(tmp_path: Path) -> None:
    stood, keeper = stand("grbl"), Counting()
    cut_short(stood, keeper, tmp_path)
    again, before = reopened(stood), stood.body.pose
    refused = scan(again, SlideEye(stood.body), keeper, tmp_path, origin_kept=False)
    with pytest.raises(OriginLost) as told:
        refused.run()
    stood.clock.sleep(10)
    assert stood.body.pose == before
    assert refused.state.phase == "failed"
    assert f"field 3 is at {STOPS[3].x_um:g}, {STOPS[3].y_um:g} µm" in told.value.remedy
    assert "--origin-kept" in told.value.remedy


def test_a_scan_of_places_beyond_the_limits_never_begins(tmp_path: Path) -> None:
    stood = stand("grbl", reach_um=200.0)
    with pytest.raises(BeyondLimits, match="from 32 to 218 µm in x") as told:
        scan(stood, SlideEye(stood.body), Counting(), tmp_path).run()
    assert "from -195 to 200 µm" in told.value.remedy
    stood.clock.sleep(10)
    assert stood.body.pose.x_um == 0.0
    assert not list(tmp_path.iterdir())


def test_a_failed_scan_says_why(tmp_path: Path) -> None:
    stood = stand("grbl", "stall@40:999")
    made = scan(stood, SlideEye(stood.body), Counting(), tmp_path)
    with pytest.raises(Fault):
        made.run()
    assert made.state.phase == "failed"
    assert "did not arrive" in made.state.problem


def test_a_disk_that_fills_ends_a_scan_with_the_file_and_what_to_do_and_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    stood, keeper = stand("grbl"), FolderKeeper(tmp_path / "fields")
    made = scan(stood, SlideEye(stood.body), keeper, tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            made.run()
    assert made.state.problem.startswith(f"{tmp_path}")
    assert "No space left on device. Make room" in made.state.problem
    assert scan(stood, SlideEye(stood.body), keeper, tmp_path).run().kept == len(STOPS)


def test_it_can_be_paused_resumed_and_cancelled(tmp_path: Path) -> None:
    stood, keeper, paused = stand("grbl"), Counting(), threading.Event()

    def watch(state: ScanState) -> None:
        if state.phase == "paused":
            paused.set()
        elif state.at is not None and state.at.index == 3:
            made.pause()
        elif state.at is not None and state.at.index == 6:
            made.cancel()

    made = scan(stood, SlideEye(stood.body), keeper, tmp_path)
    thread = threading.Thread(target=made.run, args=(watch,))
    thread.start()
    assert paused.wait(20)
    assert len(keeper.kept) == 4
    made.resume()
    thread.join(20)
    assert made.state.phase == "cancelled"
    assert len(keeper.kept) == 7
    ended = scan(stood, SlideEye(stood.body), keeper, tmp_path).run()
    assert (ended.phase, ended.kept) == ("done", len(STOPS))
    assert set(keeper.times.values()) == {1}


def test_a_paused_scan_can_be_cancelled(tmp_path: Path) -> None:
    stood = stand("grbl")
    made = scan(stood, SlideEye(stood.body), Counting(), tmp_path)
    made.pause()
    made.cancel()
    assert made.run().phase == "cancelled"


def test_a_folder_keeps_whole_pictures_under_their_number(tmp_path: Path) -> None:
    keeper = FolderKeeper(tmp_path / "fields")
    picture = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    assert not keeper.has(STOPS[7])
    keeper.keep(STOPS[7], picture)
    assert keeper.has(STOPS[7])
    assert np.array_equal(read_image(tmp_path / "fields" / "field-00007.png"), picture)
    assert len(list((tmp_path / "fields").iterdir())) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"plan": "PLAN"}',
        '{"plan": "PLAN", "fields": {"0": "lost"}, "taking": null, "z_um": null}',
        '{"plan": "PLAN", "fields": {"999": "kept"}, "taking": null, "z_um": null}',
        '{"plan": "PLAN", "fields": {}, "taking": [-1, "kept"], "z_um": null}',
        '{"plan": "PLAN", "fields": {"x": "kept"}, "taking": null, "z_um": null}',
    ],
)
def test_a_damaged_progress_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "progress.json").write_text(text.replace("PLAN", digest(STOPS)))
    stood = stand("grbl")
    with pytest.raises(BadScopeSettings, match="no progress") as told:
        scan(stood, SlideEye(stood.body), Counting(), tmp_path)
    assert "remove" in told.value.remedy


def test_the_progress_of_another_plan_is_refused(tmp_path: Path) -> None:
    other: dict[str, object] = {"plan": digest(STOPS[:3]), "fields": {}, "taking": None, "z_um": None}
    (tmp_path / "progress.json").write_text(json.dumps(other))
    stood = stand("grbl")
    with pytest.raises(BadScopeSettings, match="another region"):
        scan(stood, SlideEye(stood.body), Counting(), tmp_path)


@pytest.mark.parametrize("defocus_um", [0.0, 5.0, -10.0])
def test_glass_is_empty_and_cells_are_not_in_focus_or_out_of_it(defocus_um: float) -> None:
    stood = stand("grbl", reach_um=2000.0)
    stood.scope.move_to(z_um=defocus_um)
    assert not any(is_empty(eye(stood, slide)()) for slide in range(4))
    stood.scope.move_to(x_um=GLASS_UM)
    assert is_empty(eye(stood)())
