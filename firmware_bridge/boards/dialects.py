"""All dialects, by name."""

from __future__ import annotations

from firmware_bridge.boards.dialect import Dialect
from firmware_bridge.boards.grbl import GRBL
from firmware_bridge.boards.marlin import MARLIN
from firmware_bridge.boards.sangaboard import SANGABOARD

DIALECTS: dict[str, Dialect] = {each.name: each for each in (SANGABOARD, MARLIN, GRBL)}
