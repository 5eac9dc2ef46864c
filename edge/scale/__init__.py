"""How large a pixel is: given, read off the red cells, or the bundle's default."""

from edge.scale.choose import choose_scale
from edge.scale.options import STANDARD, RulerOptions
from edge.scale.ruler import RulerReading, measure

__all__ = ["STANDARD", "RulerOptions", "RulerReading", "choose_scale", "measure"]
