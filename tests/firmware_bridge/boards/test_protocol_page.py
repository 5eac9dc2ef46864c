"""PROTOCOL.md says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_bridge.boards import DIALECTS
from tests.protocol_tables import all_tables

PAGE = (Path(__file__).parents[3] / "firmware_bridge" / "PROTOCOL.md").read_text("utf-8")
TABLES = all_tables(DIALECTS)
BY_HAND = 1  # the smallest command set, whose sentences stand in the Sangaboard's table too


@pytest.mark.parametrize("table", TABLES, ids=[str(number) for number in range(len(TABLES))])
def test_the_page_has_every_table_of_the_code(table: str) -> None:
    assert table in PAGE


def test_the_page_has_no_other_table() -> None:
    rulers = [line for line in PAGE.splitlines() if line.startswith("| ---")]
    assert len(rulers) == len(TABLES) + BY_HAND
