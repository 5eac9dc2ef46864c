"""Scanning a region field by field: planned, refocused by need, empty fields skipped, and resumed after anything.

plan_scan ──▶ Scan (scope, look, keeper, progress file) ──▶ keeper, state
"""

from __future__ import annotations

from firmware_bridge.scope.scan.keep import FolderKeeper, Keeper
from firmware_bridge.scope.scan.plan import Region, Stop, plan_scan
from firmware_bridge.scope.scan.scan import Scan, ScanOptions
from firmware_bridge.scope.scan.state import ScanState

__all__ = ["FolderKeeper", "Keeper", "Region", "Scan", "ScanOptions", "ScanState", "Stop", "plan_scan"]
