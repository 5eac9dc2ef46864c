"""One making of the shipped bundle: where its images, its intermediate files and its result are, and what they hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge.bundle.tensors import Floats
from edge.runtime.engines import EngineOptions, Network
from edge.runtime.ort import OnnxRuntime
from edge.runtime.session import Session
from edge.segment.density import DensityFinder
from edge.segment.network import NetworkFinder
from export.cells.evaluate import Way, evaluate
from export.cells.figures import Figure
from export.default_bundle.kept_cells import KeptCells
from export.default_bundle.networks import cells_onnx, digest_of, kept, opinion_onnx, real_cells, real_fields
from export.default_bundle.options import DefaultOptions
from export.errors import NotYetMade
from export.opinion.choose import HALVED, LEARNED_FROM, MEASURED_ON, learned, measured
from export.opinion.extract import Extraction
from export.opinion.judge import Judgement, read_judgement
from export.opinion.labels import Indices
from export.opinion.opinions import Opinions, read_opinions
from export.opinion.table import CellTable, joined
from export.opinion.trained import TrainedOpinion, read_trained
from export.quantise import Arrays, QuantiseOptions, quantise
from models.marrowkit2026_cells.net import MULTIPLE_PX

JUDGEMENT_FILE, OPINIONS_FILE, CELLS_MEASURED = "judgement.json", "opinions.npz", "measured-cells.json"
FOLDS_FILE = "out_of_fold.npz"
"""Fold and logits of every cell that is learned from."""
CELLS_IN_8_BITS = QuantiseOptions(keep_first=1)
"""The first convolution of the cells network stays in float: in 8 bits it lost two of 150 cells and a Dice of 0.007, in
float it costs a millisecond."""
OPINION_IN_8_BITS = QuantiseOptions(keep_first=2, method="percentile")
"""An outline has sharp edges, and the first two convolutions answer them with rare peaks: in 8 bits all over it agreed
with float32 on 98.9 % of 1,500 cells and was up to 0.16 away, so on 99.7 % and 0.03."""


@dataclass(frozen=True, slots=True, eq=False)
class OutOfFold:
    """Of every cell that is learned from the fold, (n,), and the logits by the network that has not seen that fold,
    (n, labels)."""

    fold: Indices
    logits: Floats


@dataclass(frozen=True, slots=True)
class Workshop:
    """Folders and options. Every file in `work` is written whole or not at all, and found again by the next run.

    kept_cells  whose cells network is taken over; None: one is trained
    """

    data: Path
    work: Path
    out: Path
    options: DefaultOptions
    kept_cells: KeptCells | None = None

    @property
    def sets(self) -> tuple[str, ...]:
        """The sets to learn from, and those to measure on that are there."""
        there = (name for name in MEASURED_ON if (self.data / name).is_dir())
        return tuple(dict.fromkeys((*LEARNED_FROM, *there)))

    def made(self, path: str, stage: str) -> Path:
        """A file or folder that an earlier stage made.

        Raises:
            NotYetMade: it did not.
        """
        found = self.work / path
        if not found.exists():
            raise NotYetMade(f"{found} is not there yet.", f"Run the stage {stage!r} first, or all of them.")
        return found

    def cells_network(self) -> bytes:
        """The cells network as float32 ONNX."""
        weights = self.made("cells/round-2/weights.safetensors", "cells")
        widths = self.options.cells.second.widths
        return self._kept("cells", weights.read_bytes(), lambda: cells_onnx(weights, widths))

    def cells_network_8(self) -> bytes:
        """The same in 8 bits, as it is shipped."""
        if self.kept_cells is not None:
            return self.kept_cells.network_8
        network = self.cells_network()
        made_of = network + repr(CELLS_IN_8_BITS).encode()
        return self._kept("cells-int8", made_of, lambda: quantise(network, self.calibration_fields(), CELLS_IN_8_BITS))

    def cells_as_shipped(self) -> tuple[Figure, ...]:
        """How well the cells network finds cells in 8 bits."""
        finder = NetworkFinder(session_of(self.cells_network_8()), MULTIPLE_PX)
        return evaluate(Way(finder, self.options.cells.segment), self.data)

    def cells_figures(self) -> list[Figure]:
        """The same, as the evaluation found it."""
        content = json.loads(self.made(CELLS_MEASURED, "evaluate").read_text("utf-8"))
        return [Figure(**each) for each in content]

    def cells_of(self, name: str) -> CellTable:
        """The cells of a set, found now or before."""
        if self.options.finder == "density":
            return Extraction(self.data, self.work / "found", DensityFinder(), "density").cells(name)
        network = self.cells_network_8()
        finder = NetworkFinder(session_of(network), MULTIPLE_PX)
        return Extraction(self.data, self.work / "found", finder, digest_of(network)).cells(name)

    def learned(self) -> CellTable:
        """The cells that are learned from."""
        return learned(self.cells_of)

    def measured(self, name: str) -> CellTable | None:
        """The cells of a set that figures are taken of; None where the set is not there."""
        return measured(name, self.cells_of(name)) if name in self.sets else None

    def all_cells(self) -> CellTable:
        """The cells that are learned from, and those of all sets that figures are taken of."""
        others = [self.measured(name) for name in MEASURED_ON if name != HALVED]
        return joined([self.learned(), *(each for each in others if each is not None)])

    def opinion(self) -> TrainedOpinion:
        """The opinion network."""
        file = self.made("opinion/weights.safetensors", "opinion")
        return read_trained(file)

    def opinion_network(self) -> bytes:
        """The opinion network as float32 ONNX."""
        weights = self.made("opinion/weights.safetensors", "opinion").read_bytes()
        return self._kept("opinion", weights, lambda: opinion_onnx(self.opinion()))

    def opinion_network_8(self) -> bytes:
        """The same in 8 bits, as it is shipped."""
        network = self.opinion_network()
        made_of = network + repr(OPINION_IN_8_BITS).encode()
        return self._kept(
            "opinion-int8", made_of, lambda: quantise(network, self.calibration_cells(), OPINION_IN_8_BITS)
        )

    def calibration_fields(self) -> Iterator[Arrays]:
        """Real fields by which the cells network is quantised."""
        return real_fields(self.data, self.options.calibration_fields)

    def calibration_cells(self) -> Iterator[Arrays]:
        """Real cells by which the opinion network is quantised."""
        return real_cells(self.learned(), self.opinion().inputs, self.options.calibration_cells)

    def out_of_fold(self) -> OutOfFold:
        """The predictions that the folds gave."""
        with np.load(self.made(f"folds/{FOLDS_FILE}", "folds")) as arrays:
            return OutOfFold(arrays["fold"], arrays["logits"])

    def judgement(self) -> Judgement:
        """What follows from the predictions out of fold."""
        return read_judgement(self.made(JUDGEMENT_FILE, "judge"))

    def opinions_out_of_fold(self) -> Opinions:
        """Every system's opinions on the cells that are learned from."""
        return read_opinions(self.made(OPINIONS_FILE, "judge"))

    def _kept(self, stem: str, made_of: bytes, make: Callable[[], bytes]) -> bytes:
        return kept(self.work / "networks", stem, made_of, make)


def session_of(network: bytes) -> Session:
    """An ONNX network, run as the kit runs it."""
    return OnnxRuntime().load(Network("a network of the bundle", network), EngineOptions())
