"""Every bundle that ever answered: an old case is decided by its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from edge.decide.model import Model, Proof
from edge.decide.roles import Roles
from edge.record.station_facts import StationFacts
from edge.types import BundleRef


class Models:
    """The model in use, and those that the record remembers."""

    def __init__(self, station: StationFacts, current: Model) -> None:
        self._station = station
        self.current = current
        self.keep(current)

    def keep(self, model: Model) -> None:
        """Remember a model, so that cases counted with it can be decided without it."""
        if self._station.bundle(model.ref.digest) != _document(model):
            self._station.keep_bundle(model.ref.digest, _document(model))

    def of(self, digest: str | None) -> Model:
        """The model with that digest; the current one for a case without fields.

        A case from before models were remembered is decided by the current one's labels.
        """
        if digest is None or digest == self.current.ref.digest:
            return self.current
        known = self._station.bundle(digest)
        return self.current if known is None else _model(known)

    def knows(self, digest: str) -> bool:
        """Whether that model is remembered."""
        return self._station.bundle(digest) is not None


def _document(model: Model) -> dict[str, Any]:
    plain = asdict(model)
    roles = plain["roles"]
    sets = {name: sorted(roles[name]) for name in ("blast", "lymphoid", "urgent")}
    return {**plain, "labels": list(model.labels), "roles": {**roles, **sets}}


def _model(document: Mapping[str, Any]) -> Model:
    roles = document["roles"]
    sets = {name: frozenset(roles[name]) for name in ("blast", "lymphoid", "urgent")}
    proof = document["proof"]
    return Model(
        ref=_ref(document["ref"]),
        title=document["title"],
        labels=tuple(document["labels"]),
        roles=Roles(**{**roles, **sets}),
        proof=None if proof is None else Proof(**proof),
    )


def _ref(document: Mapping[str, Any]) -> BundleRef:
    lender = document["lender"]
    ref = BundleRef(**document)
    return ref if lender is None else replace(ref, lender=_ref(lender))
