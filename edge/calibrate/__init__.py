"""Site calibration: what about ten ordinary fields tell of this microscope, its lamp, its dyes and its threshold."""

from edge.calibrate.fit import calibrate
from edge.calibrate.observe import FieldFile, Observation
from edge.calibrate.picture import before_and_after

__all__ = ["FieldFile", "Observation", "before_and_after", "calibrate"]
