"""The station: it alone knows the order of the steps, and which parts a bundle is made into."""

from edge.station.assembly import open_station, require_usable
from edge.station.examine import Station, StationOptions

__all__ = ["Station", "StationOptions", "open_station", "require_usable"]
