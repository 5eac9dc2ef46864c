"""Somebody who watches a source: says at once when pictures stop or stand still, and opens it again until they come.

Line (a connection and its thread) ──pictures──▶ Newest ──▶ page
  │ asks before it hands one on, ends with a fault
Supervised (opens the next Line) ── asks ──▶ Vigil (decides, knows no threads and no devices)
"""

from __future__ import annotations

from firmware_bridge.supervision.supervised import Supervised, supervise
from firmware_bridge.supervision.vigil import Counts, LinkState
from firmware_bridge.supervision.watch import Watch, watch_of

__all__ = ["Counts", "LinkState", "Supervised", "Watch", "supervise", "watch_of"]
