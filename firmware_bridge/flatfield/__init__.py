"""Even light by calculation: an empty field, taken once for each objective, tells where the lamp is dimmer."""

from __future__ import annotations

from firmware_bridge.flatfield.corrected import Corrected
from firmware_bridge.flatfield.field import FlatField, measure
from firmware_bridge.flatfield.store import load_flat_field, save_flat_field

__all__ = ["Corrected", "FlatField", "load_flat_field", "measure", "save_flat_field"]
