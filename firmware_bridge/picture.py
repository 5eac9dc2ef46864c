"""What a source delivers: one picture with the circumstances it was taken in, and the promise of more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.errors import SourceFault

Pixels = NDArray[np.uint8]
"""RGB, shape (height, width, 3), uint8."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture as it came from a camera, a file or the simulator.

    pixels     RGB uint8, (height, width, 3)
    sequence   counts up by one per picture the source made, dropped ones included
    taken_ms   monotonic clock, milliseconds; only differences mean anything
    name       the file's name, or the source's URI
    um_per_px  where the source itself knows its scale (the simulator does), else None
    settings   exposure, gain, … in force, as the device names them
    recorded   `taken_ms` is the recording's own time, to be shown at that rate; False for what is taken now
    stage      where stage and focus were and how bright the lamp (`x_um`, `y_um`, `z_um`, `lamp`), where known
    """

    pixels: Pixels
    sequence: int
    taken_ms: float
    name: str
    um_per_px: float | None = None
    settings: Mapping[str, str | float] = field(default_factory=dict)
    stage: Mapping[str, float] | None = None
    recorded: bool = False


class Source(Protocol):
    """Where pictures come from. `read` blocks until the next one; None means the source has ended for good."""

    @property
    def uri(self) -> str:
        """The address this source was opened with; a password in it is masked."""

    def read(self) -> Picture | None:
        """The next picture, or None at the end.

        Raises:
            SourceLost: the device or folder is gone.
            BadPicture: this one picture is unreadable; reading may go on.
        """

    def close(self) -> None:
        """Release the device. Safe to call twice and from another thread."""


@runtime_checkable
class Device(Source, Protocol):
    """A source that is a thing which can be unplugged: it knows itself again, and what it must not tell silently."""

    @property
    def complaints(self) -> tuple[SourceFault, ...]:
        """What is not as it was asked for, though pictures come: settings not kept, light that drifted."""

    def again(self) -> Source:
        """Open this very device once more, under whatever number it has now, with the settings it had.

        Raises:
            SourceUnavailable: it is not there.
        """
