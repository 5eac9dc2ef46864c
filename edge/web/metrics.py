"""The kit in figures for Prometheus, read anew each time that it asks. Nothing of a patient is in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from edge.casework.control_measures import LEVELS
from edge.errors import RecordFault
from edge.record.listing import STATES
from edge.web.parts import WebParts
from edge.web.seen_problems import Seen

OF_CAMERA: Mapping[str, str] = {
    "openings": "Times that the camera was opened, in vain or not",
    "losses": "Times that the camera was lost",
    "freezes": "Times that the camera sent one picture again and again",
    "recoveries": "Times that the camera came back",
}
"""What is counted of the source's camera (`LinkCounts`)."""


def exposition(parts: WebParts, seen: Seen) -> bytes:
    """Everything in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Kit(parts, seen))
    return generate_latest(registry)


class _Kit(Collector):
    """Made for one answer: no figure outlives what it is about."""

    def __init__(self, parts: WebParts, seen: Seen) -> None:
        self._parts, self._seen = parts, seen

    def collect(self) -> Iterator[Metric]:
        """Every figure."""
        yield from self._source()
        yield from self._record()
        yield self._problems()
        ref = self._parts.bundle
        known = {"name": ref.name, "version": str(ref.version), "variant": ref.variant, "digest": ref.digest}
        yield InfoMetricFamily("marrowkit_bundle", "The bundle in use", known)

    def _source(self) -> Iterator[Metric]:
        state = self._parts.live.state
        yield _gauge("source_usable", "Whether pictures come from the source", float(state.usable))
        if state.age_s is not None:
            yield _gauge("picture_age_seconds", "Age of the newest picture", state.age_s)
        yield CounterMetricFamily("marrowkit_pictures", "Pictures from the source", state.pictures)
        yield CounterMetricFamily("marrowkit_pictures_dropped", "Pictures left out", state.dropped)
        yield CounterMetricFamily("marrowkit_pictures_unreadable", "Pictures not to be read", state.unreadable)
        for name, what in OF_CAMERA.items():
            yield CounterMetricFamily(f"marrowkit_camera_{name}", what, getattr(state.link.counts, name))

    def _record(self) -> Iterator[Metric]:
        """What the record tells, which is nothing while its disk does not answer."""
        try:
            told = [*self._cases(), self._control()]
        except RecordFault:
            told = []
        yield _gauge("record_usable", "Whether the record can be read", float(bool(told)))
        yield from told

    def _cases(self) -> Iterator[Metric]:
        states = GaugeMetricFamily("marrowkit_cases", "Cases of patients by state", labels=["state"])
        numbers = Counter(self._parts.casework.books.listing.states())
        for state in STATES:
            states.add_metric([state], numbers[state])
        yield states
        fields, cells = self._parts.casework.books.listing.totals()
        yield _gauge("fields", "Fields of patients' cases", fields)
        yield _gauge("cells", "Nucleated cells in counted fields of patients' cases", cells)
        yield _gauge("disk_free_bytes", "Room on the disk of the record", self._parts.record.free_bytes())

    def _problems(self) -> Metric:
        family = CounterMetricFamily("marrowkit_problems", "Problems answered since the start", labels=["code"])
        for code, number in sorted(self._seen.counts().items()):
            family.add_metric([code], number)
        return family

    def _control(self) -> Metric:
        family = GaugeMetricFamily("marrowkit_control", "1 for what the control slide says today", labels=["level"])
        now = self._parts.casework.controls.state().level
        for level in LEVELS:
            family.add_metric([level], float(level == now))
        return family


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"marrowkit_{name}", what, value)
