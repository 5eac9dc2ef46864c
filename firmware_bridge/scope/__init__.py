"""Stage, focus and lamp as a microscopist means them.

settings (TOML) ──▶ Scope ──▶ drives ──▶ link ──▶ boards + transport
Scope + pictures ──▶ autofocus, stack, scan; without motors: FocusAid
"""

from __future__ import annotations

from firmware_bridge.scope.place import Position
from firmware_bridge.scope.scope import Scope
from firmware_bridge.scope.settings import Axis, ScopeSettings, read_settings

__all__ = ["Axis", "Position", "Scope", "ScopeSettings", "read_settings"]
