"""What a station learned of its own microscope: `calibration.json` in the data folder.

    Calibration
    ├── FittedWith                     the bundle whose opinions the threshold was fitted on
    ├── SiteScale, Lamp, Stain         the objective, the illumination, the laboratory's dyes
    └── SiteThreshold                  what is added to the log-odds that a cell is a blast

It is fitted by `edge.calibrate` and used by `edge.station`, for that one bundle only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge.durable import sync_folder, write_durably
from edge.errors import CalibrationDamaged, RecordFault
from edge.types import Scale

FILE, PICTURE = "calibration.json", "calibration.png"
MOST_BYTES = 2**20
LEAST_BIAS, MOST_BIAS = -0.75, 0.3
"""A site may ask for fewer alarms by up to 0.75 in log-odds (0.5 becomes 0.32), and hardly for more of them: ordinary
cells cannot show how many blasts a stricter threshold loses (see DECISIONS.md)."""
CALIBRATE_AGAIN = "Calibrate again, or forget it: marrowkit calibrate --reset."

Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Dye = tuple[Finite, Finite, Finite]
"""Optical density in red, green and blue."""


class _Part(BaseModel):
    """Frozen; unknown fields are refused; no text becomes a number on the way."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class FittedWith(_Part):
    """The bundle in use when it was fitted; `digest` is that of its manifest."""

    name: str
    version: int
    digest: str


class SiteScale(_Part):
    """Micrometres per pixel of this microscope, its relative standard uncertainty, and the fields that told it."""

    um_per_px: Annotated[float, Field(ge=0.01, le=10)]
    relative_sd: Annotated[float, Field(gt=0, le=1)]
    fields: Count


class Lamp(_Part):
    """The illumination of the empty field, 1 at its median.

    coefficients  of 1, x, y, x², xy, y², with x and y from −1 (left, top) to 1
    unevenness    brightest over dimmest point, less one
    """

    coefficients: tuple[Finite, Finite, Finite, Finite, Finite, Finite]
    unevenness: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    fields: Count


class Stain(_Part):
    """Median optical densities: of the nuclei that were found (None without any) and of the red cells."""

    nuclear: Dye | None
    red_cell: Dye | None
    fields: Count


class SiteThreshold(_Part):
    """What the station adds to the pooled log-odds, and what that does to the ordinary cells it was fitted on.

    fitted        False where there were too few cells: then the bias is 0
    share_before  of these cells called blasts by the bundle alone, `share_after` with the bias
    """

    fitted: bool
    bias: Annotated[float, Field(ge=LEAST_BIAS, le=MOST_BIAS)]
    cells: Count
    share_before: Share
    share_after: Share


class Calibration(_Part):
    """Everything that `marrowkit calibrate` fits. `fields` are the names of the pictures it was fitted on."""

    schema_version: Literal[1] = 1
    bundle: FittedWith
    scale: SiteScale
    lamp: Lamp
    stain: Stain
    threshold: SiteThreshold
    fields: tuple[str, ...]

    @property
    def site_scale(self) -> Scale:
        """Its scale as frames have it. Someone put it there on purpose, so its source is "given"."""
        return Scale(self.scale.um_per_px, self.scale.relative_sd, "given")

    def fits(self, bundle_digest: str) -> bool:
        """Whether it was fitted with the bundle of that digest."""
        return self.bundle.digest == bundle_digest


def load_calibration(data: Path) -> Calibration | None:
    """The calibration kept in a data folder; None where there is none.

    Raises:
        CalibrationDamaged: it cannot be read, or holds what no calibration holds.
    """
    path = data / FILE
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise CalibrationDamaged(f"{path} cannot be read ({error.strerror}).", CALIBRATE_AGAIN) from error
    try:
        return Calibration.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise CalibrationDamaged(f"{path} is damaged: {where}: {first['msg']}.", CALIBRATE_AGAIN) from error


def save_calibration(calibration: Calibration, picture_png: bytes, data: Path) -> None:
    """Keep a calibration and its picture in a data folder, which is made if need be.

    The figures come last: whoever finds them finds their picture.

    Raises:
        RecordFault: the disk is full, read-only or gone; an older calibration is still whole.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        write_durably(data / PICTURE, picture_png)
        write_durably(data / FILE, calibration.model_dump_json(indent=2).encode())
    except OSError as error:
        raise _not_kept(data, error) from error


def forget_calibration(data: Path) -> bool:
    """Remove it, damaged or not; whether there was one.

    Raises:
        RecordFault: the folder cannot be written.
    """
    there = (data / FILE).exists()
    try:
        for name in (FILE, PICTURE):
            (data / name).unlink(missing_ok=True)
        if there:
            sync_folder(data)
    except OSError as error:
        raise _not_kept(data, error) from error
    return there


def _not_kept(data: Path, error: OSError) -> RecordFault:
    what = f"The calibration in {data} cannot be changed ({error.strerror})."
    return RecordFault(what, "Free some space, let this user write there, or name another folder with --data.")
