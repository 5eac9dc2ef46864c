"""Whatever a control run measures has a name, and advice for when it is out of its limits."""

from __future__ import annotations

from edge.casework.control_measures import BLASTS, BY_GATE, CELLS, FIXED, GOOD, LEAST_RELATIVE_SD, LEAST_SD, SCALE
from edge.web.control_names import ADVICE, MEASURES


def test_every_measure_has_its_name_and_its_advice() -> None:
    measured = {*BY_GATE, SCALE, CELLS, BLASTS, GOOD}
    assert set(MEASURES) == set(ADVICE) == measured
    assert {*FIXED, *LEAST_SD, *LEAST_RELATIVE_SD} <= measured
