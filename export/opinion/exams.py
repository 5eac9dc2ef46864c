"""What is measured: on patients that a fold has not seen, and on sets that nothing was learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from export.cells.figures import Figure
from export.opinion.figures import auc_figure, hit_figure, numbered
from export.opinion.opinions import Opinions
from export.opinion.table import CellTable, joined


@dataclass(frozen=True, slots=True, eq=False)
class Sitting:
    """Cells and what every system makes of them."""

    cells: CellTable
    opinions: Opinions

    def rows(self, chosen: NDArray[np.bool_]) -> Sitting:
        """Some of the cells."""
        return Sitting(self.cells.rows(chosen), {name: values[chosen] for name, values in self.opinions.items()})


@dataclass(frozen=True, slots=True)
class Result:
    """One figure of one system."""

    system: str
    figure: Figure


def together(sittings: Sequence[Sitting]) -> Sitting:
    """At least one sitting, one under the other."""
    names = sittings[0].opinions
    columns = {name: np.concatenate([each.opinions[name] for each in sittings]) for name in names}
    return Sitting(joined([each.cells for each in sittings]), columns)


def measured(on: str, unit: str, sitting: Sitting, thresholds: Mapping[str, float]) -> list[Result]:
    """AUC, sensitivity and specificity of every system, as far as they are estimable; `unit` names a group."""
    blast, groups = sitting.cells.blast, numbered(sitting.cells.groups)
    results = []
    for system, values in sitting.opinions.items():
        found = [auc_figure(on, blast, values, groups, unit)]
        if system in thresholds:
            called = values >= thresholds[system]
            found.append(hit_figure("sensitivity", on, called, blast, groups, unit))
            found.append(hit_figure("specificity", on, ~called, ~blast, groups, unit))
        results += [Result(system, each) for each in found if each is not None]
    return results


def named(result: Result) -> Figure:
    """The figure as a manifest lists it, with its system in its name."""
    return replace(result.figure, name=f"{result.figure.name}, {result.system}")
