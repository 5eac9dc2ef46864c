"""Faults on purpose: a plan is followed to the letter, and the simulated camera fails as real ones do."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import BadPicture, BadSourceUri, LightDrifted, SourceFault, SourceLost, SourceUnavailable
from firmware_bridge.picture import Picture
from firmware_bridge.sim.body import Body
from firmware_bridge.sim.schedule import AWAY, Planned, Schedule, Span, parse_schedule
from firmware_bridge.sim.troubles import KINDS
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.supervision import Supervised, watch_of
from firmware_bridge.supervision.feed import Delivered
from firmware_bridge.supervision.supervised import Timing
from firmware_bridge.uri import parse_uri

SMALL = "sim:?width=64&height=64&um_per_px=0.5&fps=10&dwell=1000"


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s

    def wait(self, seconds: float) -> None:
        self.now_s += seconds


def sim(faults: str, clock: Clock, more: str = "") -> SimSource:
    return SimSource(parse_uri(f"{SMALL}&faults={faults}{more}"), clock=clock, wait=clock.wait)


def seen(source: SimSource, count: int) -> list[Picture | type[SourceFault]]:
    """What each of so many reads gave."""

    def one() -> Picture | type[SourceFault]:
        try:
            picture = source.read()
        except SourceFault as fault:
            return type(fault)
        assert picture is not None
        return picture

    return [one() for _ in range(count)]


SPANS = st.builds(lambda n: Span(count=n), st.integers(0, 99)) | st.builds(
    lambda s: Span(seconds=s / 2), st.integers(0, 99)
)
COUNTED = st.builds(Planned, st.sampled_from(sorted(KINDS.keys() - AWAY)), SPANS, st.none() | SPANS)
ABSENT = st.builds(Planned, st.sampled_from(AWAY), SPANS, st.none() | SPANS.filter(lambda span: span.count is None))
PLANS = st.lists(COUNTED | ABSENT, max_size=5)


def written(span: Span) -> str:
    return str(span.count) if span.count is not None else f"{span.seconds}s"


@given(PLANS)
def test_a_plan_written_and_read_is_the_same(plan: list[Planned]) -> None:
    text = ",".join(f"{f.kind}@{written(f.when)}{':' + written(f.lasts) if f.lasts else ''}" for f in plan)
    assert list(parse_schedule(text, KINDS)) == plan


@given(st.text())
def test_any_text_is_a_plan_or_refused(text: str) -> None:
    with suppress(BadSourceUri):
        parse_schedule(text, KINDS)


@pytest.mark.parametrize(
    "text", ["fire@3", "unplug", "unplug@", "unplug@3:", "unplug@-1", "unplug@3,,frozen@4", "unplug@3:4"]
)
def test_what_is_no_plan_says_how_to_write_one(text: str) -> None:
    with pytest.raises(BadSourceUri) as caught:
        parse_schedule(text, KINDS)
    assert "unplug" in caught.value.remedy


@given(st.integers(0, 20), st.integers(1, 20))
def test_a_fault_goes_on_from_its_beginning_for_its_time(begin: int, lasts: int) -> None:
    schedule = Schedule([Planned("dark", Span(count=begin), Span(count=lasts))])
    dark = [schedule.goes_on("dark", count, 0.0) for count in range(60)]
    assert dark == [begin <= count < begin + lasts for count in range(60)]


def test_a_fault_without_a_time_lasts_until_it_is_cured() -> None:
    schedule = Schedule([Planned("frozen", Span(seconds=1.0))])
    assert [schedule.goes_on("frozen", 0, at) for at in (0.5, 1.0, 9.0)] == [False, True, True]
    schedule.cure("frozen")
    assert not schedule.goes_on("frozen", 0, 10.0)


def test_unplugged_it_is_gone_for_its_time_and_back_under_another_number_with_other_settings() -> None:
    clock = Clock()
    source = sim("replug-as@2:3s", clock)
    first, second, lost = seen(source, 3)
    assert isinstance(first, Picture)
    assert lost is SourceLost
    with pytest.raises(SourceUnavailable):
        source.again()
    clock.now_s += 3.0
    picture = source.again().read()
    assert picture is not None
    assert (first.settings["device"], picture.settings["device"]) == ("/dev/video0", "/dev/video1")
    assert picture.settings["exposure"] != first.settings["exposure"]
    assert isinstance(second, Picture)
    assert picture.sequence > second.sequence


def test_what_was_locked_is_given_to_it_again() -> None:
    clock = Clock()
    source = sim("unplug@40:1s", clock, "&lock=1")
    pictures = seen(source, 41)
    clock.now_s += 1.0
    after = source.again().read()
    assert after is not None
    assert isinstance(pictures[0], Picture)
    assert after.settings["exposure"] == pictures[0].settings["exposure"]
    assert abs(after.pixels.mean() - pictures[0].pixels.mean()) < 6
    assert source.complaints == ()


def test_light_that_drifts_after_it_was_locked_is_told() -> None:
    source = sim("", Clock(), "&lock=1&lamp_drift=-1")
    seen(source, 40)
    assert not source.complaints
    seen(source, 260)
    assert [type(each) for each in source.complaints] == [LightDrifted]
    assert "darker" in str(source.complaints)


@pytest.mark.parametrize("fps", [10, 12, 15])
def test_a_lamp_that_flickers_is_told_at_any_rate_and_taken_back(fps: int) -> None:
    clock = Clock()
    address = parse_uri(f"{SMALL.replace('fps=10', f'fps={fps}')}&lock=1&faults=flicker@5s:12s")
    source = SimSource(address, Body(clock=clock), clock, clock.wait)
    seen(source, 5 * fps)
    assert not source.complaints
    seen(source, 10 * fps)
    assert "flickers" in str(source.complaints)
    assert source.complaints[0].remedy
    seen(source, 10 * fps)
    assert not source.complaints


def test_frozen_is_the_same_to_the_last_bit_and_opening_cures_it() -> None:
    source = sim("frozen@3", Clock())
    pictures = [each.pixels.tobytes() for each in seen(source, 9) if isinstance(each, Picture)]
    assert len(set(pictures)) == 3
    assert pictures[2:] == pictures[2:3] * 7
    again = source.again().read()
    assert again is not None
    assert again.pixels.tobytes() != pictures[-1]


def test_a_torn_picture_is_what_a_decoder_says_of_half_a_jpeg() -> None:
    kinds = seen(sim("torn@1:2", Clock()), 4)
    assert [isinstance(each, Picture) for each in kinds] == [True, False, False, True]
    assert kinds[1] is BadPicture


@pytest.mark.parametrize(("kind", "dimmed"), [("flicker", [1, 3]), ("dark", [1, 2, 3])])
def test_the_lamp_flickers_or_goes_out(kind: str, dimmed: list[int]) -> None:
    levels = [each.pixels.mean() for each in seen(sim(f"{kind}@1:3", Clock()), 5) if isinstance(each, Picture)]
    usual = np.median([levels[0], levels[4]])
    assert [k for k, level in enumerate(levels) if level < 0.8 * usual] == dimmed


def test_silence_lasts_its_time_and_closing_ends_it() -> None:
    clock = Clock()
    source = sim("silence@1:4s", clock)
    assert len(seen(source, 2)) == 2
    assert clock.now_s == pytest.approx(4.0, abs=0.3)
    silent = SimSource(parse_uri(f"{SMALL}&faults=silence@0"))
    threading.Timer(0.02, silent.close).start()
    assert silent.read() is None


SCHEDULE = "unplug@10:3s,torn@20:2,frozen@30,silence@100,replug-as@110:5s,flicker@120:4,dark@130:2"


def test_under_supervision_every_fault_is_survived_and_no_picture_comes_twice() -> None:
    clock = Clock()

    def waited(_closing: threading.Event, seconds: float) -> bool:
        clock.now_s += seconds
        return False

    address = parse_uri(f"{SMALL}&faults={SCHEDULE}")
    opened: list[SimSource] = []

    def open_() -> SimSource:
        opened.append(sim(SCHEDULE, clock))
        return opened[-1]

    source = Supervised(str(address), open_, replace(watch_of(address), silent_s=0.5), Timing(clock, waited))
    numbers, unreadable = read_up_to(source, 140)
    link = source.link
    source.close()
    assert len(opened) == 1
    assert numbers == sorted(set(numbers))
    missing = set(range(140)) - set(numbers)
    assert missing <= {10, 20, 21, *range(30, 70), 100, 110}
    assert unreadable == 2
    assert (link.counts.losses, link.counts.freezes, link.counts.recoveries) == (4, 1, 4)
    assert link.phase == "live"


def read_up_to(source: Supervised, last: int) -> tuple[list[int], int]:
    numbers, unreadable = [-1], [0]

    def take(each: Delivered) -> bool:
        if isinstance(each, BadPicture):
            unreadable[0] += 1
        else:
            numbers.append(each.sequence)
        return numbers[-1] < last - 1

    source.run(take)
    return numbers[1:], unreadable[0]
