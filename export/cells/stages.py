"""The whole way from sets of images to the weights of the cells network, stage by stage; finished stages are kept.

singles    pbc, pseudo-labelled
fields     bccd (images of even position only) and smear_boxes, pseudo-labelled
round 1    trained on both
cut-outs   cnmc: the set's cell, round 1's nucleus
round 2    trained on all, from round 1
report     Dice, blasts found, recall and precision
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import chain, islice
from pathlib import Path

from tqdm import tqdm

from edge.durable import write_durably
from edge.segment.find import SegmentOptions
from edge.segment.likelihood import Finder
from edge.segment.network import NetworkFinder
from export.cells.compose import ComposeOptions
from export.cells.cut_outs import CutOutOptions, label_cut_out
from export.cells.dataset import Pools
from export.cells.evaluate import Way, evaluate
from export.cells.field_labels import FieldOptions, label_field
from export.cells.figures import Figure
from export.cells.options import TrainOptions
from export.cells.pseudo_labels import SingleOptions, label_single
from export.cells.tile import Tile, TileFile, write_tiles
from export.cells.torch_session import TorchSession
from export.cells.train import read_weights, train
from export.errors import OtherRun
from export.learning.loop import OnStep
from export.sources import Example, open_source
from models.marrowkit2026_cells.net import MULTIPLE_PX, WIDTHS, load

LEARNED_FROM = ("pbc", "bccd", "smear_boxes", "cnmc")
"""The sets whose terms let a model trained on them be shipped."""
REPORT_FILE = "report.json"


@dataclass(frozen=True, slots=True)
class CellsOptions:
    """How the cells network is made.

    first, second   the two rounds of training
    every_cut_out   every so many of the cut-outs are used: they are pasted a quarter of the time, and alike
    """

    first: TrainOptions = field(default_factory=TrainOptions)
    second: TrainOptions = field(default_factory=lambda: TrainOptions(learning_rate=2.5e-3, seed=1))
    every_cut_out: int = 8
    singles: SingleOptions = field(default_factory=SingleOptions)
    fields: FieldOptions = field(default_factory=FieldOptions)
    cut_outs: CutOutOptions = field(default_factory=CutOutOptions)
    compose: ComposeOptions = field(default_factory=ComposeOptions)
    segment: SegmentOptions = field(default_factory=SegmentOptions)


@dataclass(frozen=True, slots=True)
class TrainedCells:
    """The weights' file, the sets they were learned from, and how well they find cells."""

    weights: Path
    learned_from: tuple[str, ...]
    figures: tuple[Figure, ...]


def quick_options() -> CellsOptions:
    """A few steps of a tiny network on small fields: everything happens, and just enough is learned that the first
    round's network sees a nucleus somewhere."""
    tiny = TrainOptions(steps=4, batch=2, widths=(8, 8, 16, 16), threads=1, workers=0, keep_every=2)
    first = replace(tiny, steps=16, seed=2)
    cut_outs = CutOutOptions(shares=(0.0, 1.01))
    compose = ComposeOptions(side_px=64)
    return CellsOptions(first, replace(tiny, seed=1), 1, cut_outs=cut_outs, compose=compose)


def train_cells(data: Path, out: Path, options: CellsOptions, on_step: OnStep | None = None) -> TrainedCells:
    """Make the cells network from the sets in `data`, in the folder `out`; what is finished there is not made again.

    Raises:
        NoImages: a set that is learned from is not there.
        OtherRun: `out` holds what was made with other options.
    """
    out.mkdir(parents=True, exist_ok=True)
    pools = _labelled(data, out, options)
    first = train(pools, out / "round-1", options.first, options.compose, on_step=on_step)
    pools = replace(pools, cut_outs=_cut_outs(data, out, options, first))
    start = read_weights(first)
    weights = train(pools, out / "round-2", options.second, options.compose, start, on_step)
    figures = evaluate(Way(finder(weights, options.second.widths), options.segment), data)
    trained = TrainedCells(weights, LEARNED_FROM, figures)
    write_durably(out / REPORT_FILE, json.dumps([asdict(each) for each in figures], indent=1).encode())
    return trained


def finder(weights: Path, widths: tuple[int, ...] = WIDTHS) -> Finder:
    """The kit's finder around a trained network that is still in torch."""
    return NetworkFinder(TorchSession(load(read_weights(weights), widths)), MULTIPLE_PX)


def _labelled(data: Path, out: Path, options: CellsOptions) -> Pools:
    def singles() -> Iterator[Tile | None]:
        return (label_single(example, options.singles) for example in _watched(data, "pbc"))

    def fields() -> Iterator[Tile | None]:
        examples = chain(_watched(data, "bccd", 2), _watched(data, "smear_boxes"))
        return (label_field(example, options.fields) for example in examples)

    return Pools(
        _pool(out / "singles.safetensors", repr(options.singles), singles),
        _pool(out / "fields.safetensors", repr(options.fields), fields),
    )


def _cut_outs(data: Path, out: Path, options: CellsOptions, first: Path) -> Path:
    def cut_outs() -> Iterator[Tile | None]:
        seeing = finder(first, options.first.widths)
        examples = _watched(data, "cnmc", options.every_cut_out)
        return (label_cut_out(example, seeing, options.cut_outs) for example in examples)

    made = repr((options.cut_outs, options.every_cut_out, options.first))
    return _pool(out / "cut_outs.safetensors", made, cut_outs)


def _pool(file: Path, made: str, tiles: Callable[[], Iterable[Tile | None]]) -> Path:
    """The file of tiles, made where it is not there."""
    if not file.exists():
        write_tiles((tile for tile in tiles() if tile is not None), file, made)
    elif TileFile(file).made != made:
        raise OtherRun(f"{file} was labelled with other options.", "Use those, or train into another folder.")
    return file


def _watched(data: Path, name: str, step: int = 1) -> Iterator[Example]:
    """Every `step`-th image of a set, with a bar where someone watches."""
    images = islice(open_source(name, data).images(), 0, None, step)
    return iter(tqdm(images, desc=f"label {name}", unit="image", disable=None))
