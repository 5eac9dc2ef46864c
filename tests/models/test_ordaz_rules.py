"""The rule base as data: it fits the kit's measures, keeps its safety promise, and every contradiction is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.decide.fuzzy import FuzzySystem
from edge.types import Features
from models.ordaz2014_fuzzy_rbf.compile import compiled
from models.ordaz2014_fuzzy_rbf.definition import RULES_FILE, DefinitionFault, load

DEFINITION = load()
SYSTEM = FuzzySystem.from_document(compiled(DEFINITION))
BLAST_RULES = [k for k, rule in enumerate(SYSTEM.rules) if rule.then == "suspicious"]
RULES = RULES_FILE.read_text(encoding="utf-8")

TYPICAL = {
    "L1 blast": ((12.5, 0.88, 0.95, 1, 0.1, 0.0, 0.5, 0.15), "suspicious"),
    "L2 blast": ((15.0, 0.78, 0.65, 1, 0.1, 0.0, 0.5, 0.15), "suspicious"),
    "large blast": ((18.0, 0.85, 0.93, 1, 0.1, 0.0, 0.5, 0.15), "suspicious"),
    "L3 blast": ((18.0, 0.70, 0.95, 1, 0.3, 0.1, 0.8, 0.15), "suspicious"),
    "small lymphocyte": ((7.5, 0.88, 0.95, 1, 0.1, 0.0, 0.5, 0.35), "not suspicious"),
    "segmented neutrophil": ((13.0, 0.45, 0.50, 3, 0.5, 0.0, 0.1, 0.35), "not suspicious"),
    "neutrophil with pale granules": ((13.0, 0.60, 0.50, 3, 0.1, 0.0, 0.1, 0.35), "not suspicious"),
    "myelocyte": ((16.0, 0.70, 0.85, 1, 0.7, 0.0, 0.3, 0.25), "not suspicious"),
    "plasma cell": ((15.0, 0.40, 0.95, 1, 0.1, 0.0, 0.9, 0.40), "not suspicious"),
    "monocyte": ((17.0, 0.70, 0.83, 1, 0.2, 0.0, 0.3, 0.15), "indeterminate"),
    "platelet": ((3.0, 0.50, 0.90, 1, 0.1, 0.0, 0.3, 0.20), "indeterminate"),
    "megakaryocyte": ((40.0, 0.70, 0.60, 1, 0.1, 0.0, 0.3, 0.20), "indeterminate"),
}

FAULTS = {
    "no TOML": ("version = 1", "version = = 1"),
    "a missing key": ('sentence = "Smaller', 'words = "Smaller'),
    "corners out of order": ("small = [4, 6, 8, 10]", "small = [4, 8, 6, 10]"),
    "three corners": ("small = [4, 6, 8, 10]", "small = [4, 6, 8]"),
    "a gap between terms": ("small = [4, 6, 8, 10]", "small = [4, 6, 7, 8]"),
    "outside the range": ("giant = [26, 30, 40, 40]", "giant = [26, 30, 40, 50]"),
    "an upright edge": ("several = [1.2, 1.8, 6, 6]", "several = [1.5, 1.5, 6, 6]"),
    "a step too wide": ("step = 1 ", "step = 100 "),
    "an empty range": ("range = [0, 40]", "range = [40, 40]"),
    "an unknown input": ("when.vacuoles", "when.holes"),
    "an unknown term": ('when.vacuoles = ["present"]', 'when.vacuoles = ["many"]'),
    "an empty choice": ('when.vacuoles = ["present"]', "when.vacuoles = []"),
    "an unknown conclusion": ('then = "suspicious"', 'then = "leukaemia"'),
    "a rule twice": ('id = "too-large"', 'id = "too-small"'),
    "an input twice": ('name = "vacuoles"', 'name = "lobes"'),
    "a calibration of nothing": ('between = ["pale", "blue"]', 'between = ["pale", "red"]'),
}


def test_every_input_is_a_measure_of_the_kit() -> None:
    assert set(SYSTEM.names) <= set(Features.__dataclass_fields__)


def test_sentences_are_sentences_and_each_says_something_else() -> None:
    sentences = [rule.sentence for rule in SYSTEM.rules]
    assert len(set(sentences)) == len(sentences)
    assert all(each[0].isupper() and each.endswith(".") for each in sentences)


@pytest.mark.parametrize("name", TYPICAL)
def test_textbook_cells_score_as_the_textbook_says(name: str) -> None:
    values, band = TYPICAL[name]
    result = SYSTEM.infer(np.array([values]))
    assert SYSTEM.band(float(result.scores[0])) == band


@given(st.tuples(*(st.floats(each.low, each.high) for each in DEFINITION.inputs)))
def test_an_irregular_outline_never_accuses_a_lobed_or_granular_cell(values: tuple[float, ...]) -> None:
    cell = dict(zip(SYSTEM.names, values, strict=True)) | {"circularity": 0.5}
    lobed, granular = cell | {"lobes": 3.0}, cell | {"granularity": 0.9}
    rows = np.array([[each[name] for name in SYSTEM.names] for each in (lobed, granular)])
    assert not SYSTEM.infer(rows).strengths[:, BLAST_RULES].any()


def test_nearly_every_countable_cell_meets_a_rule() -> None:
    low = [each.low for each in DEFINITION.inputs]
    high = [each.high for each in DEFINITION.inputs]
    cells = np.random.default_rng(0).uniform(low, high, (5000, len(low)))
    assert SYSTEM.infer(cells).fired.mean() > 0.999


@pytest.mark.parametrize("name", FAULTS)
def test_a_contradiction_is_refused_with_a_remedy(name: str, tmp_path: Path) -> None:
    old, new = FAULTS[name]
    assert old in RULES
    file = tmp_path / "rules.toml"
    file.write_text(RULES.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionFault) as caught:
        load(file)
    assert caught.value.remedy
