"""Does a board keep the contract of PROTOCOL.md? Runs against any board: small moves, and back to where it was."""

from __future__ import annotations

from firmware_bridge.conform.clauses import CLAUSES, Clause
from firmware_bridge.conform.run import Finding, conform
from firmware_bridge.conform.who import wait_awake, which_board

__all__ = ["CLAUSES", "Clause", "Finding", "conform", "wait_awake", "which_board"]
