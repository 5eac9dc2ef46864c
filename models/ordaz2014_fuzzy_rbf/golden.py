"""The room's golden run: a seed's inputs and what scikit-fuzzy and the RBF formula make of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from skfuzzy import control

from models.ordaz2014_fuzzy_rbf.compile import compiled
from models.ordaz2014_fuzzy_rbf.definition import Definition, load
from models.ordaz2014_fuzzy_rbf.fit import FitOptions, evaluate, fit, with_fuzzy_score
from models.ordaz2014_fuzzy_rbf.system import build, score, strengths
from models.ordaz2014_fuzzy_rbf.training_set import training_set

GOLDEN_FILE = Path(__file__).with_name("golden.json")
SEED = 20141118
CELLS = 60
SHOWN = 6

# (low, high) of each input: small mature cells, then large ones with a high nuclear share
SMALL = ((6, 11), (0.55, 0.85), (0.75, 0.97), (1, 1.6), (0.05, 0.5), (0, 0.05), (0.1, 0.6), (0.2, 0.4))
LARGE = ((11, 18), (0.70, 0.95), (0.65, 0.97), (1, 1.9), (0.0, 0.3), (0, 0.10), (0.4, 0.9), (0.1, 0.3))


def golden() -> dict[str, Any]:
    """The compiled rules, inputs, fuzzy scores and strengths, and a tiny RBF network trained on them.

    The same on every run. The cells are drawn, not measured: the figures prove that two programs agree, and say
    nothing about medicine.
    """
    definition = load()
    random = np.random.default_rng(SEED)
    values = np.concatenate([_drawn(random, SMALL), _drawn(random, LARGE)])
    scores, fired = _inferred(definition, values)
    labels = ["other"] * CELLS + ["blast"] * CELLS
    measures, names = with_fuzzy_score(values, scores, [each.name for each in definition.inputs])
    document = fit(training_set(measures, labels, names), FitOptions(units_per_label=3))
    probability = evaluate(document, measures)
    shown = np.r_[:SHOWN, CELLS : CELLS + SHOWN]
    return {
        "seed": SEED,
        "fuzzy": compiled(definition),
        "inputs": names[:-1],
        "values": values[shown].tolist(),
        "scores": scores[shown].tolist(),
        "strengths": [fired[each] for each in shown],
        "rbf": document,
        "probability": probability[shown].tolist(),
    }


def _drawn(random: np.random.Generator, ranges: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
    low, high = np.array(ranges, dtype=np.float64).T
    return random.uniform(low, high, (CELLS, len(ranges))).round(4)


def _inferred(
    definition: Definition, values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], list[dict[str, float]]]:
    simulation = control.ControlSystemSimulation(build(definition))
    names = [each.name for each in definition.inputs]
    scores, fired = [], []
    for row in values:
        crisp = score(simulation, dict(zip(names, row, strict=True)), definition.output.name)
        scores.append(50.0 if crisp is None else crisp)
        fired.append({rule: strength for rule, strength in strengths(simulation).items() if strength > 0})
    return np.array(scores), fired
