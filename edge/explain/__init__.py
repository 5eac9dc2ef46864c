"""Why a cell got its class: memberships, rules, typical cells near it, and where the network looked."""

from edge.explain.heat import heat_png
from edge.explain.recorded import Explained, RecordedField, explain_recorded
from edge.explain.station import ExplainingStation

__all__ = ["Explained", "ExplainingStation", "RecordedField", "explain_recorded", "heat_png"]
