"""One door to inference engines, and the proof that they answer here as they did where the bundle was signed."""

from __future__ import annotations

from edge.runtime.choose import Choice, choose_variant, open_chosen
from edge.runtime.engines import EngineOptions, open_sessions
from edge.runtime.parity import ParityReport
from edge.runtime.session import Session, Tensors

__all__ = [
    "Choice",
    "EngineOptions",
    "ParityReport",
    "Session",
    "Tensors",
    "choose_variant",
    "open_chosen",
    "open_sessions",
]
