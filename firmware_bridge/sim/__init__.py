"""A simulated microscope over a procedural smear of known truth. Contains no real image.

plan ──▶ paint (dyes on a canvas) ──▶ light (Beer–Lambert) ──▶ camera
boards ──▶ body (stage, focus, lamp) ──▶ stageview over an endless slide ──▶ camera
schedule (what goes wrong, and when) ──▶ troubles of the camera, boards.faults
"""

from __future__ import annotations

from firmware_bridge.sim.field import Field, TruthCell, make_field

__all__ = ["Field", "TruthCell", "make_field"]
