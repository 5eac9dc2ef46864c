"""From folders of trained networks to one that holds them together, which `examine` and `build` take as any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from edge.errors import BadSetting
from export.crops.given import numbers
from export.crops.kept import WEIGHTS_FILE, Told, read_told, write_trained
from export.crops.views import pictures_of, viewed
from export.networks.checkpoint import read_checkpoint
from export.opinion.table import CellTable
from export.rooms.head import Head, made_head
from export.together.net import PLACE, VIEW, MemberTold, Together, network, told_of
from export.together.stacking import weigh
from models.marrowkit2026_opinion.net import SIZE_PX, UM_PER_PX

BLAST, OTHER = "blast", "other cell"
"""The labels of members whose own labels differ."""


def joined(folders: Sequence[Path], out: Path, held: CellTable | None) -> None:
    """Write the networks of some folders as one.

    held  cells that none of them learned from, to weigh the members by; none: they are averaged

    Raises:
        BadSetting: there are fewer than two, or two of one name, or they left out other folds.
        BadCheckpoint: a folder holds no trained network.
        BadCrops: a cell's label is unknown to the common head.
    """
    told = {folder.name: read_told(folder) for folder in folders}
    head, alike = common_head(list(told.values())), _learned_alike(folders, told)
    members = {name: member(each, head) for name, each in told.items()}
    settings = {"members": members, "stacked": held is not None}
    whole = network(len(head.labels), **settings)  # type: ignore[arg-type]  # as a card's settings
    whole.load_state_dict(_weights(folders) | _own(whole))
    if held is not None:
        weigh(
            whole.eval(),
            _given(held, told_of(members)),
            torch.from_numpy(head.places(held.labels.tolist())),
            head.others,
        )
    left = alike if held is None else replace(alike, left_out=None)
    write_trained(out, whole.state_dict(), _told(told, settings, head, left))


def common_head(told: Sequence[Told]) -> Head:
    """The head of all where it is the same, else blasts against other cells."""
    heads = [each.head for each in told]
    if all(each.labels == heads[0].labels and each.positive == heads[0].positive for each in heads):
        return heads[0]
    words = {word for head in heads for label in head.positive for word in (label, *head.words[label])}
    return made_head({BLAST: sorted(words - {BLAST}), OTHER: ()}, [BLAST])


def member(told: Told, head: Head) -> MemberTold:
    """A member as settings hold it: with the place of each of its labels among the common ones."""
    place = [_place(label, told, head) for label in told.labels]
    shown: MemberTold = {"network": told.network, "settings": dict(told.settings), "view": told.view,
                         "size_px": told.size_px, "place": place}  # fmt: skip
    return {**shown, "measures": list(told.measures)} if told.measures else shown


def _place(label: str, told: Told, head: Head) -> int:
    if told.labels == head.labels:
        return head.labels.index(label)
    return head.labels.index(BLAST if label in told.head.positive else OTHER)


def _learned_alike(folders: Sequence[Path], told: Mapping[str, Told]) -> Told:
    """One of them, when all left out the same fold of the same cells."""
    if not 1 < len(told) == len(folders):
        raise BadSetting("Networks are asked together from two on, of different names.", "Name more folders.")
    if len({each.left_out for each in told.values()}) > 1:
        remedy = "Train them all with the same --with fold=…, or all without."
        raise BadSetting("The networks left out different folds, so nothing is left to examine them on.", remedy)
    if len({each.cells for each in told.values()}) > 1:
        what = "The networks were trained with different cells, so the folds they left out are not the same."
        raise BadSetting(what, "Train them all with the cells that one bundle found.")
    return next(iter(told.values()))


def _weights(folders: Sequence[Path]) -> dict[str, Tensor]:
    return {
        f"members.{folder.name}.network.{name}": each
        for folder in folders
        for name, each in read_checkpoint(folder / WEIGHTS_FILE).items()
    }


def _own(whole: Together) -> dict[str, Tensor]:
    return {name: each for name, each in whole.state_dict().items() if not name.startswith("members.")}


def _given(cells: CellTable, measures: Sequence[str]) -> list[Tensor]:
    image = viewed(pictures_of(cells.planes), VIEW, cells.planes.shape[-1])
    return [image, torch.from_numpy(numbers(cells, measures, "The fold that was left out"))] if measures else [image]


def _told(told: Mapping[str, Told], settings: Mapping[str, Any], head: Head, alike: Told) -> Told:
    """Nothing was trained beyond the members."""
    return Told(
        network=PLACE,
        settings=settings,
        head=head,
        view=VIEW,
        size_px=SIZE_PX,
        um_per_px=UM_PER_PX,
        learned_from=tuple(sorted({name for each in told.values() for name in each.learned_from})),
        taught_by=tuple(told),
        steps=0,
        batch=0,
        seed=0,
        left_out=alike.left_out,
        cells=alike.cells,
        measures=told_of(settings["members"]),
    )
