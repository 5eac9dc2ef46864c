"""Stage, focus and lamp as a microscopist means them.

    settings (TOML) ──▶ Scope ──▶ drives ──▶ link ──▶ boards + transport
    Scope + pictures ──▶ autofocus, take_stack, Scan; without motors: FocusAid

A page needs these names only: `Scope` (`move_to`, `move_by`, `focus_by`, `lamp`, `stop`, `clear`, `home`, `place`,
`position`, `fault`), `autofocus`, `take_stack`, `plan_scan` with `Scan` and `FolderKeeper`, and `FocusAid`.
"""

from __future__ import annotations

from firmware_bridge.scope.aid import Aid, FocusAid
from firmware_bridge.scope.autofocus import FocusPlan, FocusResult, autofocus
from firmware_bridge.scope.optics import Optics
from firmware_bridge.scope.place import Position
from firmware_bridge.scope.scan import FolderKeeper, Region, Scan, ScanOptions, ScanState, plan_scan
from firmware_bridge.scope.scope import Scope
from firmware_bridge.scope.settings import Axis, ScopeSettings, read_settings
from firmware_bridge.scope.sharpness import Sharpness, sharpness
from firmware_bridge.scope.stack import Fused, fuse, take_stack
from firmware_bridge.scope.stagelog import StageLog

__all__ = [
    "Aid",
    "Axis",
    "FocusAid",
    "FocusPlan",
    "FocusResult",
    "FolderKeeper",
    "Fused",
    "Optics",
    "Position",
    "Region",
    "Scan",
    "ScanOptions",
    "ScanState",
    "Scope",
    "ScopeSettings",
    "Sharpness",
    "StageLog",
    "autofocus",
    "fuse",
    "plan_scan",
    "read_settings",
    "sharpness",
    "take_stack",
]
