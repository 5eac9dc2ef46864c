"""The station: it alone knows the order of the steps, and which parts a bundle is made into."""

from edge.station.assembly import open_station
from edge.station.examine import SCALE_ASSUMED, Station

__all__ = ["SCALE_ASSUMED", "Station", "open_station"]
