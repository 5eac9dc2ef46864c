"""A bundle as far as counting goes: who it is, what its labels count as, and how it did on this device."""

from __future__ import annotations

from dataclasses import dataclass

from edge.decide.roles import Roles
from edge.types import BundleRef


@dataclass(frozen=True, slots=True)
class Proof:
    """How the variant in use did on the bundle's test vectors on this device.

    difference, tolerance   in probability, of the network `opinion`
    """

    passed: bool
    engine: str
    difference: float
    tolerance: float


@dataclass(frozen=True, slots=True)
class Model:
    """A bundle: who it is, what its labels are and count as, and its proof on this device (None where not known)."""

    ref: BundleRef
    title: str
    labels: tuple[str, ...]
    roles: Roles
    proof: Proof | None = None
