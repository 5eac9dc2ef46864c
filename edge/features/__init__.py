"""What is measured of a cell: size and shape in micrometres, texture, cytoplasm."""

from edge.features.measure import measure_cells

__all__ = ["measure_cells"]
