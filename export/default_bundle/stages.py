"""The whole way to the shipped bundle, stage by stage; what is finished is kept, and a killed stage goes on.

cells      train the network that finds cells, and bring it to 8 bits; or take over that of a bundle
find       find, cut out and measure the cells of every set with it
folds      train an opinion network without each fold, and predict that fold
opinion    train the opinion network on all, and bring it to 8 bits
judge      calibration, fuzzy rules, RBF network and thresholds from the predictions out of fold
evaluate   every system as shipped, on what it never saw
pack       everything into a bundle, signed, each variant tried on this machine
sources    (on request) train anew without each set of blasts in turn, with the sets that may not be shipped
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType

import numpy as np

from edge.durable import write_durably
from export.cells.figures import Figure
from export.cells.stages import train_cells
from export.default_bundle.packing import pack_default
from export.default_bundle.workshop import (
    CELLS_MEASURED,
    FOLDS_FILE,
    JUDGEMENT_FILE,
    OPINIONS_FILE,
    Workshop,
    session_of,
)
from export.opinion.evaluate import Examined, examine
from export.opinion.exams import Sitting
from export.opinion.folds import fold_of_each
from export.opinion.judge import judge, write_judgement
from export.opinion.left_out import BLASTS_OF, left_out
from export.opinion.opinions import write_opinions
from export.opinion.report import as_json, as_markdown
from export.opinion.train import train
from export.opinion.trained import logits_of, read_trained
from models.marrowkit2026_opinion import net

ROOM = Path(net.__file__).parent
MEASURED_JSON, MEASURED_TABLE, SOURCES_TABLE = "measured.json", "measured.md", "measured-sources.md"

Say = Callable[[str], None]
Stage = Callable[[Workshop, Say], None]


def cells(shop: Workshop, say: Say) -> None:
    """The network that finds cells."""
    if shop.kept_cells is not None:
        say(f"Taken over: {shop.kept_cells.said}.")
        return
    trained = train_cells(shop.data, shop.work / "cells", shop.options.cells)
    say_figures(trained.figures, say)
    say(f"The cells network weighs {len(shop.cells_network_8()) >> 10} kB in 8 bits.")


def find(shop: Workshop, say: Say) -> None:
    """The cells of every set."""
    for name in shop.sets:
        found = shop.cells_of(name)
        say(f"{name}: {len(found)} cells, {int(found.countable.sum())} of them countable.")


def folds(shop: Workshop, say: Say) -> None:
    """Predictions of networks for patients, images and series that they have not seen."""
    learned, options = shop.learned(), shop.options
    fold = fold_of_each(learned, options.folds, options.opinion.seed)
    logits = np.zeros((len(learned), len(net.LABELS)), np.float32)
    for number in range(options.folds):
        say(f"Fold {number + 1} of {options.folds}")
        folder = shop.work / "folds" / str(number)
        weights = train(learned.rows(fold != number), folder, options.opinion_of(1 + number))
        trained, held_out = read_trained(weights), fold == number
        logits[held_out] = logits_of(trained, learned.rows(held_out), trained.inputs)
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, fold=fold, logits=logits)
    write_durably(shop.work / "folds" / FOLDS_FILE, content.getvalue())


def opinion(shop: Workshop, say: Say) -> None:
    """The network that names cells."""
    train(shop.learned(), shop.work / "opinion", shop.options.opinion)
    say(f"The opinion network weighs {len(shop.opinion_network_8()) >> 10} kB in 8 bits.")


def judging(shop: Workshop, say: Say) -> None:
    """What a bundle decides by."""
    seen = shop.out_of_fold()
    judgement, opinions = judge(shop.learned(), seen.fold, seen.logits)
    write_opinions(opinions, shop.work / OPINIONS_FILE)
    write_judgement(judgement, shop.work / JUDGEMENT_FILE)
    for name, point in judgement.thresholds.items():
        say(f"A blast from {point:g} on, by {name}.")
    say("Doubtful between {:g} and {:g}.".format(*judgement.abstain))


def evaluate(shop: Workshop, say: Say) -> None:
    """Every system as shipped."""
    session, judgement = session_of(shop.opinion_network_8()), shop.judgement()
    system = judgement.documents.system()
    examined = Examined(session, shop.opinion().inputs, judgement.calibration, system, judgement.thresholds)
    results = examine(examined, Sitting(shop.learned(), shop.opinions_out_of_fold()), shop.measured)
    found = shop.cells_as_shipped()
    write_durably(shop.work / CELLS_MEASURED, json.dumps([asdict(each) for each in found], indent=1).encode())
    write_durably(shop.work / MEASURED_JSON, as_json(results, judgement.thresholds))
    write_durably(shop.work / MEASURED_TABLE, as_markdown(results).encode())
    say_figures(found, say)
    say(as_markdown(results))


def pack(shop: Workshop, say: Say) -> None:
    """The bundle."""
    pack_default(shop, (shop.made(MEASURED_JSON, "evaluate")).read_bytes(), say)


def sources(shop: Workshop, say: Say) -> None:
    """What learning from all laboratories but one is worth on that one."""
    cells = shop.all_cells()
    results = [
        result
        for number, name in enumerate(BLASTS_OF)
        for result in left_out(name, cells, shop.work / "sources" / name, shop.options.opinion_of(20 + number))
    ]
    write_durably(shop.work / SOURCES_TABLE, as_markdown(results).encode())
    say(as_markdown(results))


def say_figures(figures: Iterable[Figure], say: Say) -> None:
    """One line each."""
    for each in figures:
        say(f"{each.name}, {each.on}: {each.value:.4f} ({each.low:.4f} to {each.high:.4f})")


STAGES: Mapping[str, Stage] = MappingProxyType(
    {
        "cells": cells,
        "find": find,
        "folds": folds,
        "opinion": opinion,
        "judge": judging,
        "evaluate": evaluate,
        "pack": pack,
    }
)
"""In their order."""
ON_REQUEST: Mapping[str, Stage] = MappingProxyType({"sources": sources})
"""Not part of making the bundle."""
