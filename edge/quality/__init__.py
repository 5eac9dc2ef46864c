"""The quality gate: is this frame worth analysing, and if not, what to do about it."""

from edge.quality.gate import gate
from edge.quality.options import FocusOptions, GateOptions, LookOptions
from edge.quality.photograph import Photograph, photograph

__all__ = ["FocusOptions", "GateOptions", "LookOptions", "Photograph", "gate", "photograph"]
