"""Which fields calibrate, which are examined, and the figures of either."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from edge.types import Examination, Frame
from export.site_gain import ORDINARY, SITES, ExampleFile, figures_of, parted
from export.sources import Example
from tests.cases import UM_PER_PX, PaintedExaminer, painted_frame

LABELS = ("hematogone", "blast")


def _images() -> Iterator[Example]:
    for number in range(60):
        yield Example(f"{number}.png", np.zeros((4, 4, 3), np.uint8), 0.1, f"group {number // 10}", LABELS[number % 2])


@pytest.mark.parametrize(("name", "expected"), [("taleqani", 50), ("bccd", 20)])
def test_what_calibrates_is_ordinary_and_is_not_examined(name: str, expected: int) -> None:
    fields = parted(SITES[name], _images, 1000)
    assert len(fields.calibrating) == ORDINARY
    assert len(fields.examined) == expected
    names = [each.name for each in (*fields.calibrating, *fields.examined)]
    assert len(set(names)) == len(names)
    if name == "taleqani":
        assert {each.label for each in fields.calibrating} == {"hematogone"}
    else:
        assert all(int(each.removesuffix(".png")) % 2 for each in names)


def test_no_more_are_examined_than_asked_for_and_from_the_whole_set() -> None:
    examined = parted(SITES["taleqani"], _images, 8).examined
    assert len(examined) <= 8
    assert int(examined[-1].name.removesuffix(".png")) > 40


class _Painted:
    """A station that makes up its opinions from the cells' size."""

    blast_labels = frozenset({"blast"})

    def examine(self, frame: Frame) -> Examination:
        return PaintedExaminer().examine(frame)


def test_figures_are_of_the_countable_cells() -> None:
    fields = [
        Example(f"{seed}.png", painted_frame(seed, 20, (1280, 960)).pixels, UM_PER_PX, str(seed), label)
        for seed, label in ((3, "blast"), (4, "hematogone"), (5, "blast"), (6, "hematogone"))
    ]
    figures = {each.name: each for each in figures_of("painted", _Painted(), fields, "field")}
    assert set(figures) == {"AUC", "sensitivity", "specificity"}
    assert all(each.n in (2, 4) and 0 <= each.low <= each.value <= each.high <= 1 for each in figures.values())
    assert figures_of("painted", _Painted(), [], "field") == []


def test_a_calibration_is_not_told_the_scale() -> None:
    assert ExampleFile(next(_images())).frame().um_per_px is None
