"""How one microscope is built: read from a TOML file, checked, and frozen.

board = "sangaboard"
port = "/dev/serial/by-id/usb-…"
speed_um_s = 60

[x]
units_per_um = 11.4
low_um = -2000
high_um = 2000
backlash_um = 20
# [y] and [z] alike
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from firmware_bridge.errors import BadScopeSettings

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Positive = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]
Place = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Axis(_Frozen):
    """One axis.

    units_per_um  what the board counts per micrometre: steps, or 0.001 for millimetres
    reversed      counting up leads to smaller µm
    low_um high_um  soft limits; goals lie between low + backlash and high
    backlash_um   every move ends upward by at least so much, so that play is always on the same side
    """

    units_per_um: Positive
    reversed: bool = False
    low_um: Place
    high_um: Place
    backlash_um: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 0.0

    @model_validator(mode="after")
    def _has_room(self) -> Axis:
        if self.low_um + self.backlash_um >= self.high_um:
            raise ValueError("high_um must be more than backlash_um above low_um")
        return self

    @property
    def sign(self) -> float:
        """+1, or −1 where the axis is reversed."""
        return -1.0 if self.reversed else 1.0

    @property
    def lowest_um(self) -> float:
        """The lowest goal."""
        return self.low_um + self.backlash_um


class ScopeSettings(_Frozen):
    """A microscope.

    board       what the board speaks
    port        where it is, see `firmware_bridge.transport`
    speed_um_s  of moves; a Sangaboard goes at its own speed
    lock_s      how long a move waits for another one to end
    """

    board: Literal["sangaboard", "marlin", "grbl"]
    port: Annotated[str, Field(min_length=1, max_length=400)]
    baud: Annotated[int, Field(ge=1200, le=4_000_000)] = 115_200
    speed_um_s: Positive = 200.0
    lock_s: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)] = 10.0
    x: Axis
    y: Axis
    z: Axis

    @property
    def axes(self) -> tuple[Axis, Axis, Axis]:
        """x, y, z."""
        return (self.x, self.y, self.z)


def read_settings(path: Path) -> ScopeSettings:
    """The settings in a file.

    Raises:
        BadScopeSettings: there is no such file, it is no TOML, or a value makes no sense.
    """
    try:
        values = tomllib.loads(path.read_text("utf-8"))
        return ScopeSettings.model_validate(values)
    except OSError as error:
        raise BadScopeSettings(
            f"{path} cannot be read: {error.strerror}.", "Name the settings file of the scope."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadScopeSettings(f"{path} is no TOML.", f"Correct it: {error}.") from error
    except ValidationError as error:
        raise BadScopeSettings(f"{path} makes no sense.", _remedy(error)) from error


def _remedy(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"Correct {'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}."
