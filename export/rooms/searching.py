"""A room's search for its own settings, before its training: every candidate is trained for a while and judged."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from edge.durable import write_durably
from edge.errors import BadSetting
from export.building.reading import merged
from export.crops.task import CropTask
from export.crops.views import shown_in_turn
from export.errors import Diverged, OtherRun
from export.learning.loop import train
from export.learning.team import Member
from export.networks.origin import open_module
from export.opinion.folds import fold_of_each
from export.opinion.table import CellTable
from export.report.plots import svg
from export.rooms.asked import Asked
from export.rooms.hooks import hook, own_loss
from export.rooms.spec import FOLDS, train_spec

SEARCH_FILE, PICTURE_FILE, FOLDER = "search.json", "search.svg", "candidate"
STEPS, USUAL_STEPS = "steps", 100
WRONG = 1.0
"""Error of a candidate whose training came apart."""

Score = tuple[float, float]


def searched(asked: Asked, cells: CellTable, out: Path) -> Asked:
    """The training with the settings that were found, where its room searches and it is told how.

    What every candidate was worth is kept in the folder: killed and called again, it goes on.

    Raises:
        OtherRun: the folder holds another search.
        BadSetting: the search is told something that it does not understand.
    """
    search = hook(asked.network, "search", "search")
    if search is None or not asked.spec.search:
        return asked
    hunt = _begun(search, {name: each for name, each in asked.spec.search.items() if name != STEPS})
    out.mkdir(parents=True, exist_ok=True)
    candidates = Candidates(asked, cells, out)
    candidates.recall()
    fields, front, tried = hunt(candidates.score, asked.spec.seed)
    objectives = [[each.objectives for each in some] for some in (front, tried)]
    write_durably(out / PICTURE_FILE, picture(*objectives).encode())
    return asked_with(asked, fields)


def _begun(search: Callable[..., Any], told: Mapping[str, Any]) -> Callable[..., Any]:
    try:
        hunt: Callable[..., Any] = search(**told)
    except (TypeError, ValueError) as error:
        raise BadSetting(f"The search cannot begin: {error}.", "Correct it in the card (--with search.…=).") from error
    return hunt


@dataclass(eq=False)
class Candidates:
    """Settings on trial, and what those that have been tried were worth, by the text of their fields."""

    asked: Asked
    cells: CellTable
    out: Path
    known: dict[str, Score] = field(default_factory=dict)

    def score(self, fields: Mapping[str, Any]) -> Score:
        """Error of validation, 1 − mean recall, and parameters of settings on top of those that are asked for."""
        name = json.dumps(fields, sort_keys=True)
        if name not in self.known:
            self.known[name] = self._worth(asked_with(self.asked, fields))
            self._keep()
        return self.known[name]

    def recall(self) -> None:
        """Take up what an earlier run has found. Raises OtherRun if it is of another search."""
        file = self.out / SEARCH_FILE
        if not file.is_file():
            return
        found = json.loads(file.read_text("utf-8"))
        if found["fingerprint"] != self._fingerprint:
            raise OtherRun(f"{file} is of another search.", "Use its options and cells, or train into another folder.")
        self.known = {name: (float(error), float(parameters)) for name, (error, parameters) in found["tried"].items()}

    def _keep(self) -> None:
        told = {"fingerprint": self._fingerprint, "tried": self.known}
        write_durably(self.out / SEARCH_FILE, json.dumps(told, indent=1).encode())

    def _worth(self, candidate: Asked) -> Score:
        learned, held_out = self._parted
        task = task_of(candidate, learned)
        folder = self.out / FOLDER
        shutil.rmtree(folder, ignore_errors=True)
        network = task.network()
        parameters = float(sum(each.numel() for each in network.parameters()))
        try:
            network.load_state_dict(train(task, folder, task.options, team=Member()))
        except Diverged:
            return WRONG, parameters
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return error_of(network.to(candidate.spec.device).eval(), candidate, held_out), parameters

    @cached_property
    def _parted(self) -> tuple[CellTable, CellTable]:
        """What candidates learn from, and what they are judged on."""
        inner = fold_of_each(self.cells, FOLDS, seed=1)
        return self.cells.rows(inner != 0), self.cells.rows(inner == 0)

    @cached_property
    def _fingerprint(self) -> str:
        return task_of(asked_with(self.asked, {}), self.cells).fingerprint


def asked_with(asked: Asked, fields: Mapping[str, Any]) -> Asked:
    """The training with these fields over its own."""
    spec = asked.spec
    return replace(asked, spec=train_spec(merged(spec.model_dump(exclude_defaults=True), fields), type(spec)))


def task_of(candidate: Asked, cells: CellTable) -> CropTask:
    """The short training of a candidate."""
    brief = asked_with(candidate, {STEPS: candidate.spec.search.get(STEPS, USUAL_STEPS)})
    make = partial(open_module, brief.network, len(brief.head.labels), brief.settings)
    told = json.dumps([brief.network, brief.settings, brief.spec.search], sort_keys=True)
    return CropTask(cells, make, told, brief.spec.options, brief.head, own_loss(brief.network), name="candidate")


@torch.no_grad()
def error_of(network: nn.Module, asked: Asked, cells: CellTable) -> float:
    """1 − mean recall over the labels that are known of these cells."""
    truth = asked.head.places(cells.labels.tolist())
    spec = asked.spec
    seen = shown_in_turn(cells.planes, spec.view, spec.size_px, spec.device)
    said = torch.cat([network(each).argmax(1).cpu() for each in seen]).numpy()
    recalls = [(said[truth == place] == place).mean() for place in np.unique(truth[truth >= 0])]
    return float(1 - np.mean(recalls))


def picture(front: Sequence[Score], tried: Sequence[Score]) -> str:
    """Error over parameters of all that was tried, and the front, as SVG."""
    every, best = (np.array(sorted(some)) for some in (tried, front))

    def draw(axes: Any) -> None:
        axes.scatter(every[:, 1], every[:, 0], s=14, color="0.7", label="tried")
        axes.plot(best[:, 1], best[:, 0], "o-", color="#0072b2", linewidth=1.2, label="front")
        axes.set(xlabel="parameters", ylabel="error of validation (1 − mean recall)", xscale="log")
        axes.legend(frameon=False)

    return svg(draw, 3.6)
