"""Golden files say something: every number in them is one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import models

FILES = sorted(Path(models.__path__[0]).glob("*/golden.json"))


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


@pytest.mark.parametrize("file", FILES, ids=[file.parent.name for file in FILES])
def test_golden_numbers_are_numbers(file: Path) -> None:
    assert json.loads(file.read_text("utf-8"), parse_constant=_refuse)
