"""Each viewer's pace: as large and as often as its connection takes, and no hiccup is taken for slowness."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.web.pace import FREE_S, LEVELS, MOST_FREE_S, Pace

BYTES = {level: 60_000 * (level.side_px / 960) ** 2 * level.quality / 80 for level in LEVELS}
BUFFER_BYTES = 192_000


class Link:
    """A connection of so many bytes a second with a buffer before it, and a pace that serves it."""

    def __init__(self, bytes_per_s: float) -> None:
        self.bytes_per_s = bytes_per_s
        self.pace = Pace()
        self.now_s = 0.0
        self.buffered = 0.0
        self.pictures = 0
        self.longest_wait_s = 0.0

    def run(self, seconds: float) -> None:
        """So much longer."""
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            size = BYTES[self.pace.level]
            waited_s = max(0.0, (self.buffered + size - BUFFER_BYTES) / self.bytes_per_s)
            self.longest_wait_s = max(self.longest_wait_s, waited_s)
            self._pass(waited_s)
            self.buffered += size
            self.pictures += 1
            self.pace.sent(waited_s, self.now_s)
            self._pass(self.pace.rest_s(waited_s))

    def _pass(self, seconds: float) -> None:
        self.now_s += seconds
        self.buffered = max(0.0, self.buffered - seconds * self.bytes_per_s)


def level_of(link: Link) -> int:
    return LEVELS.index(link.pace.level)


def test_levels_halve_what_is_sent() -> None:
    rates = [BYTES[level] * level.per_s for level in LEVELS]
    assert all(second <= 0.62 * first for first, second in pairwise(rates))


def test_a_viewer_that_keeps_up_gets_everything() -> None:
    link = Link(2_000_000)
    link.run(60)
    assert level_of(link) == 0
    assert link.pictures >= 6 * 60 - 1


@settings(max_examples=40, deadline=None)
@given(bytes_per_s=st.floats(8_000, 1_000_000))
def test_a_slow_viewer_gets_what_its_connection_takes(bytes_per_s: float) -> None:
    link = Link(bytes_per_s)
    link.run(60)
    before, settled = link.pictures, link.longest_wait_s
    link.longest_wait_s = 0.0
    fits = []
    for _ in range(120):  # larger ones are tried now and then
        link.run(1)
        fits.append(
            BYTES[link.pace.level] * link.pace.level.per_s <= 1.8 * bytes_per_s or link.pace.level == LEVELS[-1]
        )
    assert sum(fits) > 0.6 * len(fits)
    assert link.pictures > before
    assert link.longest_wait_s <= settled + BYTES[LEVELS[0]] / bytes_per_s


def test_what_is_tried_in_vain_is_tried_less_and_less() -> None:
    link = Link(0.7 * BYTES[LEVELS[0]] * LEVELS[0].per_s)
    raised = []
    level = 0
    for _ in range(600):
        link.run(1.0)
        if level_of(link) < level:
            raised.append(link.now_s)
        level = level_of(link)
    assert 2 <= len(raised) < 40
    assert raised[-1] - raised[-2] > raised[1] - raised[0]


def test_a_viewer_who_comes_near_again_gets_large_pictures_again() -> None:
    link = Link(30_000)
    link.run(60)
    assert level_of(link) >= 2
    link.bytes_per_s = 5_000_000
    link.run((len(LEVELS) - 1) * MOST_FREE_S + 10)
    assert level_of(link) == 0


def test_one_hiccup_changes_nothing() -> None:
    pace = Pace()
    for k in range(40):
        pace.sent(0.2 if k % 7 == 3 else 0.0, k / 6)
        assert pace.level == LEVELS[0]


def test_a_long_silence_is_slow_at_once() -> None:
    pace = Pace()
    pace.sent(0.5, 1.0)
    assert pace.level == LEVELS[1]


def test_the_slower_the_further_down_at_once() -> None:
    levels = []
    for waited_s in (0.5, 1.0, 2.0, 10.0):
        pace = Pace()
        pace.sent(waited_s, waited_s)
        levels.append(LEVELS.index(pace.level))
    assert levels == [1, 2, 3, 4]


def test_patience_is_asked_of_the_free_only() -> None:
    pace = Pace()
    pace.sent(0.5, 0.0)
    now_s = 0.0
    while pace.level != LEVELS[0]:
        now_s += 0.2
        pace.sent(0.0, now_s)
    assert now_s == pytest.approx(FREE_S, abs=0.5)


@settings(max_examples=60, deadline=None)
@given(waits=st.lists(st.floats(0, 30), max_size=60))
def test_rest_is_never_negative_and_levels_are_known(waits: list[float]) -> None:
    pace, now_s = Pace(), 0.0
    for waited_s in waits:
        now_s += waited_s
        pace.sent(waited_s, now_s)
        assert pace.level in LEVELS
        assert 0 <= pace.rest_s(waited_s) <= 1 / pace.level.per_s
