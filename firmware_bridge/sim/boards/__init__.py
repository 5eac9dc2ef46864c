"""Simulated stage boards: they speak the dialects of `firmware_bridge.boards` and move a `firmware_bridge.sim.body`.

body ◀── mechanics ◀── sangaboard | marlin | grbl ◀── arduino ◀── faults ◀── port (a real pseudo-terminal)
"""

from __future__ import annotations

from firmware_bridge.sim.boards.make import BOARDS, make_board
from firmware_bridge.sim.boards.port import SimPort

__all__ = ["BOARDS", "SimPort", "make_board"]
