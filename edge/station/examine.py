"""Examine a frame: gate, scale, cells, features, opinions, decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from edge.decide.case import decide_documents
from edge.decide.cells import Jury
from edge.decide.counts import tally
from edge.decide.field import decide_field
from edge.decide.network import NetworkOpinion
from edge.document import Document
from edge.errors import ScaleUnknown
from edge.features import measure_cells
from edge.optics.normal import NormalField, normalise
from edge.quality import gate
from edge.runtime import Session
from edge.scale import choose_scale
from edge.segment.find import SegmentOptions, find_cells
from edge.segment.likelihood import Finder
from edge.station.cells import cells_of, input_labels
from edge.station.clock import StepClock
from edge.types import (
    BundleRef,
    CellResult,
    Decision,
    Examination,
    Frame,
    Outlines,
    Reason,
    Scale,
    Verdict,
)

SCALE_ASSUMED = "scale.assumed"
"""Reason code: neither red cells nor a given value told the scale, the bundle's was assumed."""


@dataclass(frozen=True, slots=True)
class StationOptions:
    """What one station may set.

    um_per_px          scale of its frames where it is known; beats the red cells
    ignore_quality     examine frames that the gate refuses, for developers; the verdict stays what it is
    """

    um_per_px: float | None = None
    ignore_quality: bool = False
    segment: SegmentOptions = field(default_factory=SegmentOptions)


@dataclass(frozen=True, eq=False)
class Station:
    """Everything that turns a frame into an examination, put together by `open_station`.

    assumed_um_per_px  the bundle's scale, used where nothing else tells it
    sessions           closed with the station
    """

    bundle: BundleRef
    finder: Finder
    network: NetworkOpinion
    jury: Jury
    assumed_um_per_px: float | None
    options: StationOptions = field(default_factory=StationOptions)
    sessions: Mapping[str, Session] = field(default_factory=dict)

    @property
    def blast_labels(self) -> frozenset[str]:
        """The bundle's labels that count as blasts."""
        return self.jury.roles.blast

    def gate(self, frame: Frame) -> Verdict:
        """The quality gate alone, without reading the scale: for live gauges."""
        return gate(frame.pixels, None)

    def examine(self, frame: Frame) -> Examination:
        """The whole sentence: frame, scale, gate, cells, features, opinions, decision.

        Raises:
            ScaleUnknown: the frame is good but nothing tells how large a pixel is.
            EngineFault: an engine failed.
        """
        clock = StepClock()
        scale = clock.time("scale", lambda: self._scale(frame))
        verdict = clock.time("quality", lambda: gate(frame.pixels, scale))
        if not (verdict.ok or self.options.ignore_quality):
            return self._refused(frame, verdict, scale, clock)
        if scale is None:
            raise _unknown_scale(frame)
        normal = clock.time("normalise", lambda: normalise(frame.pixels, scale.um_per_px))
        outlines = clock.time("segment", lambda: find_cells(normal, self.finder, self.options.segment))
        results = self._opinions(normal, outlines, clock)
        return self._examined(frame, verdict, scale, outlines, results, clock)

    def decide_case(self, documents: Iterable[Document]) -> Decision:
        """The decision on the counted fields of a case, from their documents."""
        return decide_documents(documents, self.jury.roles)

    def close(self) -> None:
        """Free the engines."""
        for session in self.sessions.values():
            session.close()

    def _scale(self, frame: Frame) -> Scale | None:
        try:
            return choose_scale(frame, self.options.um_per_px, self.assumed_um_per_px)
        except ScaleUnknown:
            return None

    def _opinions(self, normal: NormalField, outlines: Outlines, clock: StepClock) -> tuple[CellResult, ...]:
        features = clock.time("features", lambda: measure_cells(normal, outlines))
        if not features:
            return ()
        cells = cells_of(normal, outlines, features)
        network = clock.time("network", lambda: self.network.judge(normal, outlines, features))
        return clock.time("decide", lambda: self.jury.results(cells, network))

    def _examined(
        self,
        frame: Frame,
        verdict: Verdict,
        scale: Scale,
        outlines: Outlines,
        results: tuple[CellResult, ...],
        clock: StepClock,
    ) -> Examination:
        concerns = (Reason(SCALE_ASSUMED, {"um_per_px": scale.um_per_px}),) if scale.source == "bundle" else ()
        height, width = frame.pixels.shape[:2]
        return Examination(
            frame_name=frame.name,
            frame_digest=frame.digest,
            size_px=(width, height),
            verdict=verdict,
            scale=scale,
            cells=results,
            counts=tally(results, self.jury.roles).counts,
            decision=decide_field(results, self.jury.roles, also=concerns),
            bundle=self.bundle,
            timing_ms=clock.timing_ms,
            cell_labels=input_labels(outlines.cells, (width, height)),
            nucleus_labels=input_labels(outlines.nuclei, (width, height)),
        )

    def _refused(self, frame: Frame, verdict: Verdict, scale: Scale | None, clock: StepClock) -> Examination:
        """A frame that the gate refused: no cells, and a decision that says there is none."""
        height, width = frame.pixels.shape[:2]
        nothing = np.zeros((height, width), np.uint16)
        return Examination(
            frame_name=frame.name,
            frame_digest=frame.digest,
            size_px=(width, height),
            verdict=verdict,
            scale=scale,
            cells=(),
            counts=tally((), self.jury.roles).counts,
            decision=decide_field((), self.jury.roles),
            bundle=self.bundle,
            timing_ms=clock.timing_ms,
            cell_labels=nothing,
            nucleus_labels=nothing,
        )


def _unknown_scale(frame: Frame) -> ScaleUnknown:
    return ScaleUnknown(
        f"How large a pixel of {frame.name or 'this picture'} is, is not known: it shows no red cells to measure by.",
        "Give the scale (--um-per-px), or take a field with red cells in it.",
    )


