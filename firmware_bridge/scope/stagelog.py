"""Where the stage is, as a recording asks for it with each picture."""

from __future__ import annotations

from collections.abc import Mapping

from firmware_bridge.errors import ScopeFault
from firmware_bridge.scope.scope import Scope


class StageLog:
    """Asks the board. A stage in trouble costs a recording its places and no picture.

    missing  pictures that have no place
    fault    why the last of them has none; None where it has one
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.missing = 0
        self.fault: ScopeFault | None = None

    def __call__(self) -> Mapping[str, float] | None:
        """`x_um`, `y_um`, `z_um` now; None where nobody knows."""
        try:
            at = self._scope.look()
        except ScopeFault as fault:
            self.fault, self.missing = fault, self.missing + 1
            return None
        self.fault = None
        return {"x_um": at.x_um, "y_um": at.y_um, "z_um": at.z_um}
