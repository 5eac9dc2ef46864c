"""A station that can also say why: what the page is served with."""

from __future__ import annotations

from dataclasses import dataclass

from edge.again import Signature
from edge.decide.model import Model
from edge.explain.recorded import Explained, RecordedField, explain_recorded
from edge.station import Station
from edge.types import Examination, Frame, Verdict


@dataclass(frozen=True, eq=False)
class ExplainingStation:
    """Does what the station does, and explains its cells. Called by one thread at a time, but for `gate`."""

    station: Station

    @property
    def model(self) -> Model:
        """Which bundle answers, and what its labels count as."""
        return self.station.model

    def gate(self, frame: Frame) -> Verdict:
        """The quality gate alone."""
        return self.station.gate(frame)

    def examine(self, frame: Frame) -> Examination:
        """As `edge.station.Station.examine`."""
        return self.station.examine(frame)

    def signature(self, frame: Frame) -> Signature:
        """By what a frame is known again."""
        return self.station.signature(frame)

    def explain(self, field: RecordedField, cell_id: int) -> Explained:
        """As `edge.explain.explain_recorded`."""
        return explain_recorded(self.station, field, cell_id)

    def close(self) -> None:
        """Free the engines."""
        self.station.close()
