"""From an examined training to the room's card: its bundle, and what that costs on two threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.bundle import Bundle
from edge.bundle.tensors import LOGITS
from edge.errors import BadSetting
from edge.runtime.device import this_device
from edge.runtime.engines import EngineOptions, open_sessions
from edge.runtime.session import Session
from export.building.build import Say, Workbench, build
from export.building.given import even
from export.building.reading import build_spec, merged, of_training
from export.building.speed import BATCHES, Speed, speeds
from export.crops.cells import left_out_of
from export.crops.given import given_in_turn
from export.crops.kept import Told, read_told
from export.default_bundle.manifest import data_sources
from export.opinion.table import CellTable, write_cells
from export.quantising.score import softmax
from export.rooms.card import RoomCard, card_of
from export.rooms.measured import OnKit, Timed
from export.validating.exams import answered

THREADS = 2
"""Of the small computers that a kit is meant for."""
CALIBRATION, HELD_OUT = "calibration.npz", "held-out.npz"
USE: Mapping[str, Any] = {
    "specimens": ["bone marrow aspirate", "peripheral blood smear"],
    "stains": ["Wright", "Giemsa", "May-Grünwald–Giemsa", "Leishman"],
    "magnification": "40× to 100×",
}


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """All training cells, and the folder of the sets that they are of, whose terms a bundle repeats."""

    table: CellTable
    data: Path


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """The key that signs, the new folder for the bundle, and who is told."""

    key: Ed25519PrivateKey
    out: Path
    say: Say


def bundled(run: Path, cells: Cells, said: Mapping[str, Any], bench: Bench) -> Bundle:
    """The bundle of a training: 8 bits chosen by cells that it learned from, limits checked on the fold it left out.

    said   fields of build.toml that go before these

    Raises:
        BadSetting: the training left no fold out, or a field makes no sense.
        LimitsBroken, ExportFault: as `export.building.build.build`.
    """
    told = read_told(run)
    if told.left_out is None:
        raise BadSetting(f"{run} left no fold out to check limits on.", "Train it with --with fold=0.")
    crops = _written(run, cells.table, told)
    fields = merged(merged(of_training(run), {**_fields(told, cells), "crops": crops}), said)
    return build(Workbench(build_spec(fields), bench.key, bench.out, bench.say))


def on_kit(bundle: Bundle, variants: Sequence[str], told: Told, unseen: CellTable | None) -> OnKit:
    """What these variants cost here, measured in turns on two threads, and how often each is right on unseen sites."""
    inputs = bundle.manifest.preprocessing
    found = speeds({name: partial(_opened, bundle, name) for name in variants}, even(inputs, 0.5))
    timed = tuple(_timed(bundle, each, found, told, unseen) for each in variants)
    return OnKit(this_device().processor, THREADS, bundle.digest, timed)


def accuracy_of(session: Session, told: Told, cells: CellTable) -> float:
    """The share of cells that are rightly called blasts or not, by the exams' own rule."""
    turns = ({name: each.numpy() for name, each in given.items()} for given in given_in_turn(cells, told))
    logits = np.concatenate([session.run(given)[LOGITS] for given in turns])
    answers = answered(cells, softmax(logits).astype(np.float32), told.head)
    return float((answers.called_blast == answers.is_blast).mean())


def _opened(bundle: Bundle, variant: str) -> Session:
    return open_sessions(bundle, variant, EngineOptions(threads=THREADS))["opinion"]


def _timed(bundle: Bundle, name: str, found: Sequence[Speed], told: Told, unseen: CellTable | None) -> Timed:
    variant = bundle.manifest.variant(name)
    alone, batch = BATCHES
    ms = {each.batch: each.ms for each in found if each.variant == name}
    with closing(_opened(bundle, name)) as session:
        accuracy = None if unseen is None else accuracy_of(session, told, unseen)
    size = _bytes(bundle, variant.files["opinion"])
    return Timed(name, variant.engine, variant.precision, size, ms[alone], ms[batch] / batch, accuracy)


def _bytes(bundle: Bundle, file: str) -> int:
    """Of the network's file, and of the weights beside it."""
    path = Path(file)
    beside = {file, path.with_suffix(".bin").as_posix()} if path.suffix == ".xml" else {file}
    return sum(entry.bytes for name, entry in bundle.manifest.files.items() if name in beside)


def _written(run: Path, cells: CellTable, told: Told) -> dict[str, str]:
    """The cells of the training and of the fold that it left out, as files in its folder."""
    out = left_out_of(cells, told)
    for name, chosen in ((CALIBRATION, ~out), (HELD_OUT, out)):
        write_cells(cells.rows(chosen), run / name)
    return {"calibration": str(run / CALIBRATION), "held_out": str(run / HELD_OUT)}


def _fields(told: Told, cells: Cells) -> dict[str, Any]:
    """What build.toml would say of it."""
    card = card_of(told.network)
    tables = {name: cells.table.rows(cells.table.sources == name) for name in told.learned_from}
    return {
        "name": told.network.replace("_", "-").lower(),
        "title": card.title,
        "temperature": "fit",
        "warnings": list(_warnings(card)),
        "intended_use": dict(USE),
        "training": {
            "terms": f"Learned from {', '.join(told.learned_from)}: see each set's terms; their authors must be named.",
            "data": data_sources(cells.data, tables),
        },
    }


def _warnings(card: RoomCard) -> tuple[str, ...]:
    rebuilt = f"Rebuilt from what is public of {card.authors}; not the authors' own network, and not their figures."
    return (
        "Decision support, never a diagnosis: a person looks at the cells and signs. No approved medical device.",
        *([rebuilt] if card.claim else []),
    )
