"""The byte side: where pictures come from, and how stage, focus and lamp are moved. Knows nothing of cells."""

from firmware_bridge.errors import BadPicture, BadSourceUri, Fault, SourceFault, SourceLost, SourceUnavailable
from firmware_bridge.picture import Picture, Source

__all__ = [
    "BadPicture",
    "BadSourceUri",
    "Fault",
    "Picture",
    "Source",
    "SourceFault",
    "SourceLost",
    "SourceUnavailable",
]
