"""How much faster the compiled rules are than scikit-fuzzy's simulation in a loop: both in one run, as a ratio."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter

import numpy as np
import typer
from numpy.typing import NDArray
from skfuzzy import control

from edge.decide.fuzzy import FuzzySystem
from models.ordaz2014_fuzzy_rbf.compile import compiled
from models.ordaz2014_fuzzy_rbf.definition import Definition, load
from models.ordaz2014_fuzzy_rbf.system import build, score

ROUNDS = 30


@dataclass(frozen=True, slots=True)
class FuzzyBench:
    """Microseconds per cell of both, their ratio, and the largest difference of their scores (0–100)."""

    cells: int
    skfuzzy_us: float
    runtime_us: float
    ratio: float
    largest_difference: float


def measure(cells: int, seed: int = 0) -> FuzzyBench:
    """Time both on the same random cells; the runtime's median of several rounds, as its single run is so short."""
    definition = load()
    system = FuzzySystem.from_document(compiled(definition))
    values = _cells(definition, cells, seed)
    slow, expected = _simulated(definition, values)
    system.infer(values)  # builds the cached tables once, as the kit does when it opens a bundle
    fast = median(_timed(system, values) for _ in range(ROUNDS))
    result = system.infer(values)
    difference = np.abs(result.scores - expected)[result.fired].max(initial=0.0)
    return FuzzyBench(cells, 1e6 * slow / cells, 1e6 * fast / cells, slow / fast, float(difference))


def command(
    cells: int = typer.Option(40, help="Cells in the batch: 40 is a usual field."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object instead of a sentence."),
) -> None:
    """Compare the compiled fuzzy rules with scikit-fuzzy's ControlSystemSimulation in a loop."""
    bench = measure(cells)
    sentence = (
        f"{bench.cells} cells: scikit-fuzzy {bench.skfuzzy_us:.0f} µs per cell, runtime {bench.runtime_us:.2f} µs, "
        f"{bench.ratio:.0f} times faster, scores differ by {bench.largest_difference:.1e} at most"
    )
    typer.echo(json.dumps(asdict(bench)) if as_json else sentence)


def _cells(definition: Definition, count: int, seed: int) -> NDArray[np.float64]:
    low, high = np.array([(each.low, each.high) for each in definition.inputs]).T
    return np.random.default_rng(seed).uniform(low, high, (count, len(definition.inputs)))


def _simulated(definition: Definition, values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Seconds for all cells, and their scores; NaN where no rule fires."""
    simulation = control.ControlSystemSimulation(build(definition))
    rows = [{each.name: float(value) for each, value in zip(definition.inputs, row, strict=True)} for row in values]
    begun = perf_counter()
    scores = [score(simulation, row, definition.output.name) for row in rows]
    return perf_counter() - begun, np.array([np.nan if each is None else each for each in scores])


def _timed(system: FuzzySystem, values: NDArray[np.float64]) -> float:
    begun = perf_counter()
    system.infer(values)
    return perf_counter() - begun


if __name__ == "__main__":
    typer.run(command)
