"""Examine a frame: gate, scale, cells, features, opinions, decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from edge.again import Signature
from edge.decide.case import decide_documents
from edge.decide.cells import Jury
from edge.decide.counts import tally
from edge.decide.field import decide_field
from edge.decide.model import Model, Proof
from edge.decide.network import NetworkOpinion
from edge.document import Document
from edge.errors import ScaleUnknown
from edge.features import measure_cells
from edge.optics.normal import NormalField
from edge.runtime import Session
from edge.segment.find import SegmentOptions, find_cells
from edge.segment.likelihood import Finder
from edge.station.cells import cells_of
from edge.station.clock import StepClock
from edge.station.seen import (
    Seen,
    cells_in_frame,
    judged,
    labels_in_frame,
    normal_of,
    scale_in_frame,
    scale_of,
    seen_of,
    signature_in_frame,
    told,
)
from edge.types import BundleRef, CellResult, Decision, Examination, Frame, Labels, Outlines, Reason, Scale, Verdict

SCALE_ASSUMED = "scale.assumed"
"""Reason code: neither red cells nor a given value told the scale, the bundle's was assumed."""
SCALE_UNSURE = "scale.unsure"
"""Reason code: few red cells tell the scale, and only roughly."""
UNSURE_SD = 0.15
"""Relative uncertainty from which on sizes may shift a class (A): a lymphocyte's nucleus and a small blast's differ by
about so much."""
SCALE_SQUEEZED = "scale.squeezed"
"""Reason code: the picture was squeezed into a square, and measured in the proportions that its cells suggest."""
SCALE_DISAGREES = "scale.disagrees"
"""Reason code: the red cells contradict the station's calibration, which was believed."""


@dataclass(frozen=True, eq=False)
class _Found:
    """The cells of a frame as label images of its size, and what was made of each."""

    labels: tuple[Labels, Labels]
    results: tuple[CellResult, ...] = ()


@dataclass(frozen=True, slots=True)
class StationOptions:
    """What one station may set.

    um_per_px          scale of its frames where it is known; beats the red cells
    ignore_quality     examine frames that the gate refuses, for developers; the verdict stays what it is
    ignore_calibration what the bundle alone says, as if this station had never been calibrated
    """

    um_per_px: float | None = None
    ignore_quality: bool = False
    ignore_calibration: bool = False


@dataclass(frozen=True, eq=False)
class Station:
    """Everything that turns a frame into an examination, put together by `open_station`.

    segment            what makes a cell a cell, as the bundle says
    assumed_um_per_px  the bundle's scale, used where nothing else tells it
    site_scale         the calibrated scale of this station's microscope
    sessions           by network, closed with the station
    title, proof       what the bundle is called, and how it did on this device
    """

    bundle: BundleRef
    finder: Finder
    segment: SegmentOptions
    network: NetworkOpinion
    jury: Jury
    assumed_um_per_px: float | None
    options: StationOptions = field(default_factory=StationOptions)
    sessions: Mapping[str, Session] = field(default_factory=dict)
    site_scale: Scale | None = None
    title: str = ""
    proof: Proof | None = None

    @property
    def model(self) -> Model:
        """Which bundle answers, what its labels count as, and how it did on this device."""
        return Model(self.bundle, self.title, self.jury.labels, self.jury.roles, self.proof)

    @property
    def blast_labels(self) -> frozenset[str]:
        """The bundle's labels that count as blasts."""
        return self.jury.roles.blast

    def gate(self, frame: Frame) -> Verdict:
        """The quality gate alone, without reading the scale: for live gauges."""
        return judged(seen_of(frame), None)

    def signature(self, frame: Frame) -> Signature:
        """By what this frame is known again when the stage comes back (`edge.again`)."""
        return signature_in_frame(seen_of(frame))

    def examine(self, frame: Frame) -> Examination:
        """The whole sentence: frame, scale, gate, cells, features, opinions, decision.

        Raises:
            BadSetting: the given scale is none that a microscope has.
            ScaleUnknown: the frame is good but nothing tells how large a pixel is.
            FieldTooLarge: at its scale the frame is too much for once.
            EngineFault: an engine failed.
        """
        with ThreadPoolExecutor(1) as aside:
            return self._examine(frame, StepClock(), aside)

    def decide_case(self, documents: Iterable[Document]) -> Decision:
        """The decision on the counted fields of a case, from their documents."""
        return decide_documents(documents, self.jury.roles)

    def close(self) -> None:
        """Free the engines."""
        for session in self.sessions.values():
            session.close()

    def _examine(self, frame: Frame, clock: StepClock, aside: Executor) -> Examination:
        """Aside, on another core, run the steps that nothing waits for yet."""
        aside.submit(lambda: frame.digest)
        seen = clock.time("eyepiece", lambda: seen_of(frame))
        reading = clock.time("scale", lambda: self._scale(seen))
        scale = reading if isinstance(reading, Scale) else None
        coming = aside.submit(_normal, seen, reading)
        verdict = clock.time("quality", lambda: judged(seen, scale))
        if not (verdict.ok or self.options.ignore_quality):
            return self._examination(seen, frame, verdict, scale, _unseen(seen), clock)
        normal = clock.time("normalise", coming.result)
        return self._examination(seen, frame, verdict, scale, self._found(seen, normal, clock, aside), clock)

    def _scale(self, seen: Seen) -> Scale | ScaleUnknown:
        """The scale, or why there is none: a frame that the gate refuses does not need one."""
        try:
            return scale_of(seen, self.options.um_per_px, self.assumed_um_per_px, self.site_scale)
        except ScaleUnknown as unknown:
            return unknown

    def _found(self, seen: Seen, normal: NormalField, clock: StepClock, aside: Executor) -> _Found:
        outlines = clock.time("segment", lambda: find_cells(normal, self.finder, self.segment))
        labels = aside.submit(labels_in_frame, seen, outlines)
        results = self._opinions(seen, normal, outlines, clock)
        return _Found(clock.time("label images", labels.result), results)

    def _opinions(
        self, seen: Seen, normal: NormalField, outlines: Outlines, clock: StepClock
    ) -> tuple[CellResult, ...]:
        features = clock.time("features", lambda: measure_cells(normal, outlines))
        if not features:
            return ()
        cells = cells_in_frame(seen, cells_of(normal, outlines, features))
        network = clock.time("network", lambda: self.network.judge(normal, outlines, features))
        return clock.time("decide", lambda: self.jury.results(cells, network.shares, network.members))

    def _examination(
        self, seen: Seen, frame: Frame, verdict: Verdict, scale: Scale | None, found: _Found, clock: StepClock
    ) -> Examination:
        cells, nuclei = found.labels
        roles, results = self.jury.roles, found.results
        decision = decide_field(results, roles, also=_concerns(scale))
        return Examination(
            frame_name=frame.name,
            frame_digest=frame.digest,
            size_px=seen.whole,
            verdict=verdict,
            scale=scale_in_frame(seen, scale),
            cells=results,
            counts=tally(results, roles).counts,
            decision=replace(decision, reasons=(*decision.reasons, *told(seen))),
            bundle=self.bundle,
            timing_ms=clock.timing_ms,
            cell_labels=cells,
            nucleus_labels=nuclei,
        )


def _normal(seen: Seen, reading: Scale | ScaleUnknown) -> NormalField:
    if isinstance(reading, ScaleUnknown):
        raise reading
    return normal_of(seen, reading)


def _unseen(seen: Seen) -> _Found:
    """What is found in a frame that was not looked at."""
    nothing = np.zeros(seen.whole[::-1], np.uint16)
    return _Found((nothing, nothing))


def _concerns(scale: Scale | None) -> tuple[Reason, ...]:
    """What a person should know of the scale before the count is believed."""
    return () if scale is None else tuple(_scale_concerns(scale))


def _scale_concerns(scale: Scale) -> Iterator[Reason]:
    if scale.red_cells_um_per_px is not None:
        seen, used = scale.red_cells_um_per_px, scale.um_per_px
        yield Reason(SCALE_DISAGREES, {"um_per_px": used, "red_cells_um_per_px": seen})
    elif scale.source == "bundle":
        yield Reason(SCALE_ASSUMED, {"um_per_px": scale.um_per_px})
    elif scale.relative_sd >= UNSURE_SD:
        yield Reason(SCALE_UNSURE, {"um_per_px": scale.um_per_px, "percent": round(100 * scale.relative_sd)})
    if scale.squeeze != 1.0:
        yield Reason(SCALE_SQUEEZED, {"times": scale.squeeze})
