"""Settings of a simulated microscope: what a file would say of its board and its gear."""

from __future__ import annotations

from firmware_bridge.errors import BadScopeSettings
from firmware_bridge.scope.settings import ScopeSettings
from firmware_bridge.sim.boards.make import BOARDS, GEARS

BACKLASH_UM = 5.0
REACH_UM = 5000.0
"""Soft limits to all sides; the simulated stages themselves reach further, but for the focus of a Sangaboard."""
FOCUS_REACH_UM = 500.0


def simulated_settings(board: str) -> ScopeSettings:
    """Those of a microscope with this simulated board.

    Raises:
        BadScopeSettings: there is no such board.
    """
    if board not in BOARDS:
        raise BadScopeSettings(f"There is no simulated board “{board}”.", f"There are {', '.join(BOARDS)}.")
    family = board.partition("-")[0]
    axes = {
        name: {"units_per_um": 1 / per, "low_um": -reach_um, "high_um": reach_um, "backlash_um": BACKLASH_UM}
        for name, per, reach_um in zip(
            "xyz", GEARS[family].um_per_unit, (REACH_UM, REACH_UM, FOCUS_REACH_UM), strict=True
        )
    }
    return ScopeSettings.model_validate({"board": family, "port": f"sim:{board}", **axes})
