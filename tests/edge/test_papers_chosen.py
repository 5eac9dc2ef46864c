"""Which cells a paper shows: laws over any case."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.papers.case_file import CaseFile, CellFacts
from edge.papers.chosen import classes_present, doubtful, typical
from edge.types import Reason
from tests.case_files import LABELS, case_of, sim_cells

KNOWN = sim_cells(60)


@st.composite
def cases(draw: st.DrawFn) -> CaseFile:
    """Cells with any class, doubt, correction and exclusion."""
    cells = [draw(_cells(at)) for at in range(draw(st.integers(0, 25)))]
    return case_of(cells)


@st.composite
def _cells(draw: st.DrawFn, at: int) -> CellFacts:
    label, machine = draw(st.sampled_from(LABELS)), draw(st.sampled_from(LABELS))
    return replace(
        KNOWN[at],
        label=label,
        machine=machine,
        blast=label == "blast",
        doubt=draw(st.sampled_from([0.0, 0.1, 0.5, 0.9])),
        probability=dict.fromkeys(LABELS, draw(st.sampled_from([0.05, 0.3, 0.8]))),
        doubtful=draw(st.booleans()),
        excluded=(Reason("cell.cut"),) if draw(st.booleans()) else (),
        crop=KNOWN[at].crop if draw(st.booleans()) else None,
    )


def untypical(cell: CellFacts) -> tuple[bool, float]:
    return cell.corrected, -cell.probability[cell.label]


@given(cases(), st.integers(0, 8))
@settings(max_examples=40)
def test_typical_cells_are_counted_ones_of_the_class_likeliest_first(file: CaseFile, most: int) -> None:
    for label in LABELS:
        cells = typical(file, label, most)
        assert len(cells) <= most
        assert all(cell.label == label and cell.counted and cell.crop_jpeg for cell in cells)
        order = [untypical(cell) for cell in cells]
        assert order == sorted(order)


@given(cases(), st.integers(0, 8))
@settings(max_examples=40)
def test_no_surer_cell_of_the_class_is_left_out(file: CaseFile, most: int) -> None:
    for label in LABELS:
        shown = typical(file, label, most)
        names = {cell.name for cell in shown}
        left = [cell for cell in file.cells
                if cell.label == label and cell.counted and cell.crop_jpeg and cell.name not in names]  # fmt: skip
        assert not (left and len(shown) < most)
        assert all(untypical(cell) >= untypical(shown[-1]) for cell in left if shown)


@given(cases(), st.integers(0, 20))
@settings(max_examples=40)
def test_doubtful_cells_are_those_that_a_person_should_see_first(file: CaseFile, most: int) -> None:
    cells = doubtful(file, most)
    assert all(cell.counted and cell.crop_jpeg and (cell.doubtful or cell.corrected) for cell in cells)
    order = [(not cell.doubtful, -cell.doubt) for cell in cells]
    assert order == sorted(order)
    everything = [cell for cell in file.cells if cell.counted and cell.crop_jpeg and (cell.doubtful or cell.corrected)]
    assert len(cells) == min(most, len(everything))


@given(cases())
def test_classes_come_blasts_first_and_only_those_that_were_seen(file: CaseFile) -> None:
    present = classes_present(file)
    assert set(present) == {cell.label for cell in file.cells if cell.counted}
    assert "blast" not in present or present[0] == "blast"
    frequency = {each.label: each.cells for each in file.by_class}
    others = [frequency[label] for label in present if label != "blast"]
    assert others == sorted(others, reverse=True)


@given(cases(), st.randoms(use_true_random=False))
def test_the_choice_does_not_hang_on_the_order_of_the_cells(file: CaseFile, random: object) -> None:
    cells = list(file.cells)
    random.shuffle(cells)  # type: ignore[attr-defined] # Hypothesis gives a random.Random
    again = replace(file, cells=tuple(cells))
    assert [cell.name for cell in doubtful(again, 9)] == [cell.name for cell in doubtful(file, 9)]
    assert [cell.name for cell in typical(again, "blast", 5)] == [cell.name for cell in typical(file, "blast", 5)]
