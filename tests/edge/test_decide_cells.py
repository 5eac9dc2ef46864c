"""All opinions on a field's cells: measures in, results out."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from edge.decide.cells import FuzzyRbf, Jury
from edge.decide.fuzzy import FuzzySystem
from edge.decide.measures import table
from edge.decide.rbf import RbfNetwork
from edge.decide.roles import Roles
from edge.errors import BadMeasures, BundleDamaged
from edge.types import Box, Cell, Features
from tests.documents import TINY_FUZZY, TINY_RBF

SYSTEM = FuzzyRbf(FuzzySystem.from_document(TINY_FUZZY), RbfNetwork.from_document(TINY_RBF))
JURY = Jury(SYSTEM, ("blast", "lymphocyte", "granulocyte"), Roles(frozenset({"blast"})), network_name="tiny")
BLAST = replace(Features(*([1.0] * len(fields(Features)))), diameter_um=15.0, nc_ratio=0.9, lobes=1.0)
OTHER = replace(BLAST, diameter_um=8.0, nc_ratio=0.2)
CELLS = [Cell(k, (0.0, 0.0), Box(0, 0, 1, 1), features) for k, features in enumerate((BLAST, OTHER), 1)]
NETWORK = np.array([[0.9, 0.08, 0.02], [0.05, 0.15, 0.8]])


def test_every_cell_gets_every_opinion_and_a_label() -> None:
    blast, other = JURY.results(CELLS, NETWORK)
    assert (blast.label, other.label) == ("blast", "granulocyte")
    assert blast.cell is CELLS[0]
    assert blast.fuzzy.rules[0].rule == "Little cytoplasm, one nucleus."
    assert blast.network.probability == {"blast": 0.9, "lymphocyte": 0.08, "granulocyte": 0.02}
    assert set(blast.rbf.probability) == {"blast", "other"}
    assert sum(blast.probability.values()) == pytest.approx(1)


def test_the_rbf_network_reads_the_fuzzy_score() -> None:
    fuzzy, rbf = SYSTEM.judge([BLAST, OTHER])
    alone = SYSTEM.rbf.predict(np.array([[15.0, fuzzy.scores[0]], [8.0, fuzzy.scores[1]]]))
    assert np.array_equal(rbf.probability, alone.probability)


def test_no_cells_give_no_results() -> None:
    assert JURY.results([], np.empty((0, 3))) == ()


def test_probabilities_that_are_not_finite_are_refused() -> None:
    with pytest.raises(BadMeasures):
        JURY.results(CELLS, NETWORK * np.nan)


def test_a_measure_that_the_kit_does_not_take_is_named() -> None:
    with pytest.raises(BadMeasures, match="smell"):
        table([BLAST], ["diameter_um", "smell"])


@pytest.mark.parametrize("blast", [set(), {"myeloblast"}, {"blast", "other", "lymphocyte", "granulocyte"}])
def test_labels_that_do_not_tell_blasts_from_others_are_refused(blast: set[str]) -> None:
    with pytest.raises(BundleDamaged, match="do not tell blasts"):
        replace(JURY, roles=Roles(frozenset(blast)))
