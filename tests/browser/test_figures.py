"""Figures on paper are those that a real browser writes on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from edge.web.local import WRITINGS, paper_reader
from tests.browser.chromium import visiting
from tests.browser.kit import painted_live, running

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DIGITS = (0, 1, 2, 4)
HALVES = (6.25, 6.35, 1.005, 0.285, 2.5, 3.5, 0.5, 0.05, 0.045, 8.345, 33.349999999999994, 12345.675)
LARGE = (1234.5, 9999.5, 99999.949, 1234567.25, 12345)
BELOW = (-6.25, -2.5, -0.04)
SHORT = tuple(hundredths / 200 for hundredths in range(0, 4001, 7))
VALUES = (*HALVES, *BELOW, *LARGE, *SHORT, 0.0, -0.0, 5e-324, 1e-7)
SHARES = (0.285, 0.145, 0.005, 0.995, 1 / 3, *(thousandths / 1000 for thousandths in range(0, 1001, 5)))
ON_THE_PAGE = """async ([values, digits, shares]) => {
  const { figure, percent } = await import("/static/words.js");
  return [values.map((value) => digits.map((count) => figure(value, count))), shares.map((share) => percent(share))];
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("kit"), painted_live()) as (started, _):
        yield started


@pytest.mark.parametrize("code", WRITINGS)
def test_the_paper_writes_what_the_page_writes(browser: Browser, address: str, code: str) -> None:
    with visiting(browser, address, language=code) as visit:
        visit.page.goto("/", wait_until="domcontentloaded")
        assert visit.page.evaluate("document.documentElement.lang") == code
        figures, shares = visit.page.evaluate(ON_THE_PAGE, [VALUES, DIGITS, SHARES])
    reader = paper_reader(code)
    assert [[reader.figure(value, count) for count in DIGITS] for value in VALUES] == figures
    assert [reader.percent(share) for share in SHARES] == [re.sub(r"\D", "", share) for share in shares]
