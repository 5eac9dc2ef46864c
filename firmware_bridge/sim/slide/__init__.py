"""An endless slide, painted where it is looked at: the same place shows the same cells, whatever came before.

terrain (where smear is, how thick, how high) ──▶ places (per tile) ──▶ stamps (per cell) ──▶ tiles ──▶ view
"""

from __future__ import annotations

from firmware_bridge.sim.slide.slide import Slide
from firmware_bridge.sim.slide.terrain import EDGE_UM, Terrain

__all__ = ["EDGE_UM", "Slide", "Terrain"]
