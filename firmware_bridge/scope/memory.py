"""Where the stage last was, written down, so that the next program knows whether its board still counts from there."""

from __future__ import annotations

import hashlib
import json
import math
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from firmware_bridge.durable import write_durably
from firmware_bridge.errors import BadScopeSettings
from firmware_bridge.scope.drives.drive import Triple
from firmware_bridge.scope.settings import ScopeSettings

HOME = "home"
"""The origin that the home switches give: the same one whenever they are found again."""


def new_origin() -> str:
    """A name for an origin that no other has."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is written down before each move, in the board's units.

    origin  name of the place that 0 0 0 µm is
    zero    what the board counts there
    rest    where it last came to rest
    goal    where it was sent from there; `rest` itself where it was sent nowhere
    lost    where it is was no longer known
    """

    origin: str
    zero: Triple
    rest: Triple
    goal: Triple
    lost: bool = False

    def fits(self, counted: Triple, slack: float) -> bool:
        """A board that counts this still counts from the same zero.

        It stands where it rested or where it was sent. One that counts 0 0 0 may just have been switched on.
        """
        if self.lost or not any(counted):
            return False
        return any(_near(counted, place, slack) for place in (self.rest, self.goal))


class Memory(Protocol):
    """Outlasts the program."""

    def recall(self) -> Remembered | None:
        """What was kept last; None where nothing ever was. Raises BadScopeSettings where it cannot be read."""

    def keep(self, what: Remembered) -> None:
        """Keep this instead. Raises BadScopeSettings where it cannot be kept."""


class NoMemory:
    """Of a scope whose board begins anew with each program."""

    def recall(self) -> Remembered | None:
        """Nothing."""
        return None

    def keep(self, what: Remembered) -> None:
        """Forget it."""


class PlaceFile:
    """A file that survives a power cut. A damaged one says that the place is lost."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def recall(self) -> Remembered | None:
        """What the file says."""
        try:
            return _remembered(json.loads(self._path.read_text("utf-8")))
        except FileNotFoundError:
            return None
        except OSError as error:
            message = f"Where the stage is cannot be read from {self._path}: {error.strerror}."
            raise BadScopeSettings(message, "Check the disk, or name another data folder.") from error
        except (ValueError, TypeError, KeyError):
            nowhere = (0.0, 0.0, 0.0)
            return Remembered(new_origin(), nowhere, nowhere, nowhere, lost=True)

    def keep(self, what: Remembered) -> None:
        """Replace the file."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(self._path, json.dumps(asdict(what)).encode("ascii"))
        except OSError as error:
            message = f"Where the stage is cannot be written to {self._path}: {error.strerror}."
            raise BadScopeSettings(message, "Make room on the disk, or name another data folder.") from error


def memory_of(settings: ScopeSettings, data: Path) -> Memory:
    """A file per port and gear in the data folder; a board that is simulated in this process begins anew with it."""
    if settings.port.startswith("sim:"):
        return NoMemory()
    name = hashlib.sha256(f"{settings.port} {settings.axes}".encode()).hexdigest()[:16]
    return PlaceFile(data / "stages" / f"{name}.json")


def _remembered(values: Any) -> Remembered:
    zero, rest, goal = (_triple(values[name]) for name in ("zero", "rest", "goal"))
    return Remembered(str(values["origin"]), zero, rest, goal, bool(values["lost"]))


def _triple(values: Any) -> Triple:
    x, y, z = map(float, values)
    if not all(map(math.isfinite, (x, y, z))):
        raise ValueError(values)
    return (x, y, z)


def _near(one: Triple, other: Triple, slack: float) -> bool:
    return all(abs(a - b) <= slack for a, b in zip(one, other, strict=True))
