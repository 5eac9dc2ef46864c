"""Learning from all laboratories but one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from export.opinion.left_out import BLASTS_OF, left_out
from export.opinion.opinions import AREA, SYSTEMS
from export.opinion.options import TrainOptions
from export.opinion.table import CellTable, joined
from tests.tabled import drawn_cells

FEW_STEPS = TrainOptions(steps=4, batch=16, widths=(4, 4, 4, 4), keep_every=2)


def _of(source: str, cells: CellTable) -> CellTable:
    return replace(cells, sources=np.full(len(cells), source), cut_out=np.full(len(cells), source == "cnmc"))


def test_a_set_is_judged_by_what_learned_from_the_others(tmp_path: Path) -> None:
    cells = joined([_of("cnmc", drawn_cells(24, 1)), _of("blast_fields", drawn_cells(24, 2))])
    results = left_out("blast_fields", cells, tmp_path, FEW_STEPS)
    assert [each.system for each in results] == list(SYSTEMS)
    assert {each.figure.on for each in results} == {"blast_fields, learned from cnmc"}
    assert {each.figure.unit for each in results} == {BLASTS_OF["blast_fields"]}
    by_area = next(each for each in results if each.system == AREA)
    assert by_area.figure.value > 0.8


def test_where_either_side_has_too_few_nothing_is_estimated(tmp_path: Path) -> None:
    many, few = drawn_cells(24, 1), drawn_cells(3, 2)
    for seen, unseen in ((many, few), (few, many)):
        cells = joined([_of("cnmc", seen), _of("taleqani", unseen)])
        assert left_out("taleqani", cells, tmp_path, FEW_STEPS) == []
    assert not list(tmp_path.iterdir())
